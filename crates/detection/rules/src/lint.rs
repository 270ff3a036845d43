//! What looks wrong in rules that do load.

use aurora_model::RuleId;
use aurora_sigma::{Item, Link, Matcher, Modifier, Status, nearest};

use crate::event::Names;
use crate::rule::LoadedRule;
use crate::ruleset::RuleSet;

/// Advice on one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub rule: RuleId,
    pub file: std::sync::Arc<str>,
    /// Counted from 1.
    pub line: u32,
    pub code: Code,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The rule's identity changes with its text.
    NoId,
    IdIsNoUuid,
    NoLevel,
    NoAuthor,
    Deprecated,
    /// No condition names the selection.
    UnusedSelection,
    /// No source is known to write this logsource.
    UnknownLogsource,
    /// No source of this logsource is known to write the field.
    UnknownField,
    /// Every event's text must be run through the expression.
    RegexWithoutLiteral,
    /// `all` on one value says nothing.
    AllOfOne,
    /// A pattern without any literal matches whenever the field is there.
    MatchesAnything,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// Every warning for every rule of the set, in the order of the rules.
pub fn lint(set: &RuleSet) -> Vec<Warning> {
    set.rules()
        .iter()
        .flat_map(|rule| lint_rule(set, rule))
        .collect()
}

/// The warnings for one rule of the set.
pub fn lint_rule(set: &RuleSet, rule: &LoadedRule) -> Vec<Warning> {
    let mut linter = Linter {
        rule,
        warnings: Vec::new(),
    };
    linter.header();
    linter.logsource(set);
    linter.selections();
    let names = Names::of(set.mapping(), &rule.rule.logsource);
    let windows = rule.rule.logsource.product.as_deref() == Some("windows");
    for selection in &rule.rule.detection.selections {
        selection.body.items(&mut |item| {
            linter.field(set, &names, windows, item);
            linter.values(item);
        });
    }
    linter.warnings
}

struct Linter<'r> {
    rule: &'r LoadedRule,
    warnings: Vec<Warning>,
}

impl Linter<'_> {
    fn warn(&mut self, line: u32, code: Code, text: impl Into<String>) {
        let LoadedRule { id, file, .. } = self.rule;
        let (rule, file) = (id.clone(), file.clone());
        self.warnings.push(Warning {
            rule,
            file,
            line,
            code,
            text: text.into(),
        });
    }

    fn header(&mut self) {
        let rule = &self.rule.rule;
        let line = rule.at.line;
        match &rule.id {
            None => self.warn(
                line,
                Code::NoId,
                "no `id`: its alerts lose their history when its text changes",
            ),
            Some(id) if !is_uuid(id) => {
                self.warn(line, Code::IdIsNoUuid, format!("the id `{id}` is no UUID"))
            }
            Some(_) => {}
        }
        if rule.level.is_none() {
            self.warn(
                line,
                Code::NoLevel,
                "no `level`: its alerts have unknown severity",
            );
        }
        if rule.author.is_none() {
            self.warn(
                line,
                Code::NoAuthor,
                "no `author`: nobody can be asked about its alerts",
            );
        }
        if let Some(status @ (Status::Deprecated | Status::Unsupported)) = rule.status {
            self.warn(
                line,
                Code::Deprecated,
                format!("the status is {}", status.word()),
            );
        }
    }

    fn logsource(&mut self, set: &RuleSet) {
        let logsource = &self.rule.rule.logsource;
        if !set.mapping().logsources.scope(logsource).known {
            let text = format!(
                "logsource {logsource} is in no table: events are found by these names alone"
            );
            self.warn(self.rule.rule.at.line, Code::UnknownLogsource, text);
        }
    }

    fn selections(&mut self) {
        let detection = &self.rule.rule.detection;
        let mut used = vec![false; detection.selections.len()];
        detection
            .conditions
            .iter()
            .for_each(|expr| expr.selections(&mut |index| used[index] = true));
        for (selection, used) in detection.selections.iter().zip(used) {
            if !used {
                let text = format!("selection `{}` is in no condition", selection.name);
                self.warn(selection.at.line, Code::UnusedSelection, text);
            }
        }
    }

    /// Names of OCSF paths are taken as meant.
    fn field(&mut self, set: &RuleSet, names: &Names, windows: bool, item: &Item) {
        let Some(field) = &item.field else { return };
        let ocsf = field
            .split(['.', '['])
            .next()
            .is_some_and(is_ocsf_attribute);
        let mut known: Vec<std::borrow::Cow<'_, str>> = names.known().map(Into::into).collect();
        if known.is_empty() || ocsf {
            return;
        }
        if windows {
            known.extend(set.mapping().windows.known_fields());
        }
        if known.iter().any(|name| name == field) {
            return;
        }
        let near = nearest(field, known.iter().map(AsRef::as_ref));
        let hint = near
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default();
        let text = format!("no source of this logsource is known to write `{field}`{hint}");
        self.warn(item.at.line, Code::UnknownField, text);
    }

    fn values(&mut self, item: &Item) {
        let line = item.at.line;
        if item.link == Link::All && item.values.len() == 1 && item.field.is_some() {
            self.warn(
                line,
                Code::AllOfOne,
                "`all` on a single value: leave it out",
            );
        }
        for value in &item.values {
            for matcher in &value.any {
                match matcher {
                    Matcher::Regex(regex) if longest_literal(regex.as_str()) < 3 => {
                        let text = format!(
                            "`{}` has no three literal characters in a row",
                            regex.as_str()
                        );
                        self.warn(line, Code::RegexWithoutLiteral, text);
                    }
                    Matcher::Text(pattern)
                        if pattern.longest_literal() == 0
                            && !value.text.is_empty()
                            && !item.modifiers.contains(&Modifier::Expand) =>
                    {
                        let text =
                            format!("`{}` matches anything: `exists: true` says so", value.text);
                        self.warn(line, Code::MatchesAnything, text);
                    }
                    _ => {}
                }
            }
        }
    }
}

fn is_uuid(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups
            .iter()
            .all(|g| g.chars().all(|c| c.is_ascii_hexdigit()))
}

fn is_ocsf_attribute(name: &str) -> bool {
    aurora_ocsf::classes()
        .iter()
        .any(|class| class.shape.attribute(name).is_some())
}

/// The longest run of characters that the expression takes literally, roughly: classes, groups'
/// flags and escapes that stand for classes end a run, and so does a character made optional.
fn longest_literal(pattern: &str) -> usize {
    let (mut longest, mut run, mut class) = (0, 0usize, false);
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '\\' => chars
                .next()
                .is_some_and(|escaped| !escaped.is_ascii_alphanumeric()),
            '[' => {
                class = true;
                false
            }
            ']' => {
                class = false;
                continue;
            }
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '|' | '{' | '}' => false,
            _ => true,
        };
        if literal && !class && !matches!(chars.peek(), Some('*' | '?')) {
            run += 1;
            longest = longest.max(run);
        } else {
            run = 0;
        }
    }
    longest
}
