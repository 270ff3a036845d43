//! Events that match an indicator, as matches of a rule `indicator:<source>`. They go the way of
//! every match, so ledgers, grouping and suppressions hold for them.

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_indicators::{IndicatorHandle, IndicatorMatch, Kind, Value};
use aurora_model::{Entity, EntityKind, EventItem, Header, MatchedField, RuleId, Severity};
use serde_json::{Map, Value as Json};

use crate::entities;
use crate::evaluate::received;
use crate::triage::{Hit, RuleFacts};

const PREFIX: &str = "indicator:";
/// Characters of a value in a title.
const TITLE: usize = 120;

/// The rule of which a source's indicators are matches.
pub fn indicator_rule(source: &str) -> RuleId {
    RuleId(format!("{PREFIX}{source}"))
}

/// How grave a match is, by how sure the indicator's source is of it. A value alone is never
/// critical: that takes what was done with it.
pub const fn indicator_severity(confidence: u8) -> Severity {
    match confidence {
        0..25 => Severity::Informational,
        25..50 => Severity::Low,
        50..75 => Severity::Medium,
        _ => Severity::High,
    }
}

/// What tells the groups of one source apart, beside their entity: its indicators, or an alert
/// would hide all but the first under its title.
pub(crate) fn group(rule: &RuleFacts) -> Option<&str> {
    rule.id.0.starts_with(PREFIX).then_some(&*rule.revision)
}

/// The event's matches, at its arrival.
pub(crate) fn hits(
    indicators: &IndicatorHandle,
    header: &Header,
    item: &EventItem,
    event: &Map<String, Json>,
    arrival: Timestamp,
) -> Vec<Hit> {
    let found = indicators.matches(event, arrival);
    if found.is_empty() {
        return Vec::new();
    }
    let about = entities(event);
    let received = event.get("metadata").and_then(received);
    let hit = |found: IndicatorMatch| Hit {
        rule: facts(&found),
        event: item.uid,
        time: item.time,
        received,
        source: header.source.clone(),
        entities: with_itself(about.clone(), found.value()),
        matched: reasons(&found),
        trace: header.trace,
        window: None,
    };
    found.into_iter().map(hit).collect()
}

fn facts(found: &IndicatorMatch) -> RuleFacts {
    let value = found.value().to_string();
    let about = &found.found.about;
    RuleFacts {
        id: indicator_rule(&found.source),
        revision: Derive::new("aurora.indicator.v1")
            .part(found.value().kind().word())
            .part(&value)
            .finish()
            .to_string(),
        title: format!("Indicator match: {}", shortened(&value)),
        author: about
            .source
            .clone()
            .unwrap_or_else(|| found.source.to_string()),
        severity: indicator_severity(found.found.confidence),
        attack: Vec::new(),
    }
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// What the indicator names stands last: an alert about it can be suppressed by it, and what shares
/// it can be joined.
fn with_itself(mut about: Vec<Entity>, value: &Value) -> Vec<Entity> {
    let kind = match value.kind() {
        Kind::Ip | Kind::Cidr => EntityKind::Address,
        Kind::Domain | Kind::Url => EntityKind::Host,
        Kind::Md5 | Kind::Sha1 | Kind::Sha256 => EntityKind::Hash,
        Kind::Email => EntityKind::User,
    };
    let itself = Entity {
        kind,
        value: value.to_string(),
    };
    if !about.contains(&itself) {
        about.push(itself);
    }
    about
}

/// Where the value was, and what its source tells about it.
fn reasons(found: &IndicatorMatch) -> Vec<MatchedField> {
    let told = |field: &str, value: String| MatchedField {
        selection: "indicator".to_owned(),
        field: field.to_owned(),
        path: found.path.clone(),
        value,
    };
    let about = &found.found.about;
    let mut fields = vec![
        told(found.value().kind().word(), found.seen.clone()),
        told("indicator", found.value().to_string()),
        told("confidence", found.found.confidence.to_string()),
    ];
    if !about.description.is_empty() {
        fields.push(told("description", about.description.clone()));
    }
    if !about.labels.is_empty() {
        fields.push(told("labels", about.labels.join(", ")));
    }
    if let Some(reference) = &about.reference {
        fields.push(told("reference", reference.clone()));
    }
    fields
}
