//! What a message says. Texts of alerts come from logs: they stay on their line and on their side.

use std::fmt::Write as _;

use aurora_clock::Timestamp;
use serde_json::{Value, json};

use crate::state::{Notice, Outgoing};

/// Characters of a title in a subject.
const SUBJECT: usize = 120;
/// Of an entity there.
const ENTITY: usize = 60;

/// A message, as every channel can write it.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The same however often it is sent.
    pub key: String,
    pub subject: String,
    pub text: String,
    pub body: Value,
}

impl Message {
    pub(crate) fn of(site: &str, key: String, outgoing: &Outgoing, now: Timestamp) -> Self {
        let alerts: Vec<Value> = outgoing.alerts.iter().map(alert).collect();
        Self {
            subject: subject(site, outgoing),
            text: text(site, outgoing),
            body: json!({
                "format": 1, "id": key, "site": site, "test": false, "sent_at": now.as_millis(),
                "alerts": alerts, "others": outgoing.others,
            }),
            key,
        }
    }

    pub(crate) fn test(site: &str, key: String, now: Timestamp) -> Self {
        Self {
            subject: format!("[{}] test of notifications", plain(site)),
            text: format!("This is a test of notifications from {}.\n", plain(site)),
            body: json!({
                "format": 1, "id": key, "site": site, "test": true, "sent_at": now.as_millis(),
                "alerts": [], "others": 0,
            }),
            key,
        }
    }
}

fn alert(told: &crate::state::Told) -> Value {
    let notice = &told.notice;
    json!({
        "id": notice.alert.to_string(), "rule": notice.rule.0, "title": notice.title,
        "author": notice.author, "severity": notice.severity.word(), "matches": told.matches,
        "first_seen": notice.time.as_millis(), "last_seen": told.last.as_millis(),
        "source": notice.source.as_str(), "entities": notice.entities,
        "more_entities": notice.more_entities, "origin": notice.origin,
    })
}

fn subject(site: &str, outgoing: &Outgoing) -> String {
    let gravest = outgoing
        .alerts
        .iter()
        .max_by_key(|told| told.notice.severity);
    let Some(told) = gravest else {
        return format!("[{}] alerts", plain(site));
    };
    let title: String = plain(&told.notice.title).chars().take(SUBJECT).collect();
    let about = leading(&told.notice);
    let more = match outgoing.alerts.len() as u64 - 1 + outgoing.others {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "[{}] {}: {title}{about}{more}",
        plain(site),
        told.notice.severity.word()
    )
}

fn text(site: &str, outgoing: &Outgoing) -> String {
    let mut text = format!("Alerts of {}:\n\n", plain(site));
    for told in &outgoing.alerts {
        let notice = &told.notice;
        let matches = if told.matches == 1 {
            "match"
        } else {
            "matches"
        };
        writeln!(text, "{}  {}", notice.severity.word(), plain(&notice.title))
            .and_then(|()| writeln!(text, "  {} {matches}, last {}", told.matches, told.last))
            .and_then(|()| {
                let about = about(notice);
                if about.is_empty() {
                    return Ok(());
                }
                writeln!(text, "  about {about}")
            })
            .and_then(|()| match &notice.origin {
                None => Ok(()),
                Some(site) => writeln!(text, "  told by the site {}", plain(site)),
            })
            .and_then(|()| {
                writeln!(
                    text,
                    "  rule {} by {}",
                    plain(&notice.rule.0),
                    plain(&notice.author)
                )
            })
            .and_then(|()| writeln!(text, "  aurorasoc show {}\n", notice.alert))
            .expect("writing to memory does not fail");
    }
    if outgoing.others > 0 {
        writeln!(text, "… and {} more matches.", outgoing.others).expect("as above");
    }
    text
}

/// `host ws1, user eva and 3 more`.
fn about(notice: &Notice) -> String {
    let named = notice.entities.iter();
    let named = named.map(|entity| format!("{} {}", entity.kind.word(), plain(&entity.value)));
    let mut text = named.collect::<Vec<_>>().join(", ");
    if notice.more_entities > 0 {
        write!(text, " and {} more", notice.more_entities).expect("as above");
    }
    text
}

/// The first entity, for a subject.
fn leading(notice: &Notice) -> String {
    let Some(first) = notice.entities.first() else {
        return String::new();
    };
    let name: String = plain(&first.value).chars().take(ENTITY).collect();
    format!(" ({name})")
}

/// One line without characters that move, hide or turn what follows.
fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars()
        .map(|c| {
            if c.is_control() || turns(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
