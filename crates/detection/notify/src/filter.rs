use aurora_model::{Severity, SourceName};

use crate::state::Notice;

/// Which alerts a channel tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub min_severity: Severity,
    /// Told whatever their severity.
    pub rules: Vec<String>,
    /// Never told.
    pub not_rules: Vec<String>,
    /// Empty for all.
    pub sources: Vec<String>,
    /// With `*` for anything; empty for all.
    pub entities: Vec<String>,
}

impl Filter {
    /// Severity or rule must be wanted, and source and entity.
    pub fn wants(&self, notice: &Notice) -> bool {
        let rule = &notice.rule.0;
        let grave = notice.severity >= self.min_severity || self.rules.contains(rule);
        grave
            && !self.not_rules.contains(rule)
            && (self.sources.is_empty() || self.is_from(&notice.source))
            && (self.entities.is_empty() || self.is_about(notice))
    }

    /// `windows` is every feed of that kind, `windows@office` only that one.
    fn is_from(&self, source: &SourceName) -> bool {
        let wanted = |name: &String| name == source.as_str() || name == source.parser();
        self.sources.iter().any(wanted)
    }

    fn is_about(&self, notice: &Notice) -> bool {
        let values = notice.entities.iter().map(|entity| &entity.value);
        values.into_iter().any(|value| {
            let value = value.to_lowercase();
            self.entities
                .iter()
                .any(|pattern| fits(&pattern.to_lowercase(), &value))
        })
    }
}

/// Whether the whole text fits; `*` stands for anything. Takes pattern times text at most.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            // The last star takes one byte more.
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use aurora_clock::Timestamp;
    use aurora_ids::Id128;
    use aurora_model::{Entity, EntityKind, RuleId};

    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, want) in [
            ("dc1", "dc1", true),
            ("dc1", "dc10", false),
            ("dc*", "dc10", true),
            ("*.corp.example", "dc1.corp.example", true),
            ("*.corp.example", "corp.example", false),
            ("a*b*c", "aXXbYYbZc", true),
            ("a*b*c", "aXXbYY", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("**", "anything", true),
            ("*é*", "caf\u{e9}s", true),
        ] {
            assert_eq!(fits(pattern, text), want, "{pattern} {text}");
        }
    }

    fn notice(severity: Severity, rule: &str, source: &str, host: &str) -> Notice {
        Notice {
            alert: Id128::from_bytes([1; 16]).into(),
            rule: RuleId(rule.to_owned()),
            title: String::new(),
            author: String::new(),
            severity,
            time: Timestamp::from_millis(0),
            source: SourceName::new(source),
            entities: vec![Entity {
                kind: EntityKind::Host,
                value: host.to_owned(),
            }],
            more_entities: 0,
            origin: None,
        }
    }

    fn filter() -> Filter {
        Filter {
            min_severity: Severity::High,
            rules: vec!["always".to_owned()],
            not_rules: vec!["never".to_owned()],
            sources: Vec::new(),
            entities: Vec::new(),
        }
    }

    #[test]
    fn every_part_must_want_it() {
        let of = |change: fn(&mut Filter), notice: &Notice| {
            let mut filter = filter();
            change(&mut filter);
            filter.wants(notice)
        };
        let high = |rule, source, host| notice(Severity::High, rule, source, host);
        let low = |rule| notice(Severity::Low, rule, "windows", "a");
        assert!(of(|_| (), &high("r", "windows", "a")));
        assert!(!of(|_| (), &low("r")));
        assert!(of(|_| (), &low("always")));
        assert!(!of(|_| (), &high("never", "windows", "a")));
        let office = |filter: &mut Filter| filter.sources = vec!["windows@office".to_owned()];
        assert!(of(office, &high("r", "windows@office", "a")));
        assert!(!of(office, &high("r", "windows@plant", "a")));
        assert!(!of(office, &high("r", "windows", "a")));
        let windows = |filter: &mut Filter| filter.sources = vec!["windows".to_owned()];
        assert!(of(windows, &high("r", "windows@plant", "a")));
        assert!(!of(windows, &high("r", "zeek", "a")));
        let controllers = |filter: &mut Filter| filter.entities = vec!["DC*.corp.*".to_owned()];
        assert!(of(controllers, &high("r", "zeek", "dc1.CORP.example")));
        assert!(!of(
            controllers,
            &high("always", "zeek", "ws1.corp.example")
        ));
    }
}
