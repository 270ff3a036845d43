//! Why a rule of the set fires on an OCSF event or does not.

use aurora_model::RuleId;
use aurora_model::engineering::{ExplainNode, Explanation, FieldSeen, NodeKind, ValueSeen};
use aurora_sigma::{Explained, FieldSource as _, Flow, Part, Presence, SeenItem};
use serde_json::Value;

use crate::event::{Names, OcsfEvent};
use crate::facts::Facts;
use crate::ruleset::RuleSet;

impl RuleSet {
    /// The rule's conditions against the event, whether or not its logsource covers the event.
    /// `None` when the set has no such rule.
    pub fn explain(&self, id: &RuleId, event: &Value) -> Option<Explanation> {
        let rule = self.get(id)?;
        let mapping = self.mapping();
        let facts = Facts::new(event, &mapping.windows);
        let names = Names::of(mapping, &rule.rule.logsource);
        let scope = mapping.logsources.scope(&rule.rule.logsource);
        let seen = OcsfEvent::new(&facts, mapping, &names);
        let covered = scope.covers(&facts, &|name, values| seen.holds(name, values));
        let conditions: Vec<ExplainNode> = rule.rule.explain(&seen).into_iter().map(node).collect();
        Some(Explanation {
            rule: rule.id.clone(),
            title: rule.rule.header.title.clone(),
            matched: covered && conditions.iter().any(|one| one.holds),
            logsource: rule.rule.logsource.to_string(),
            covered,
            event: described(event),
            conditions,
            steps: Vec::new(),
        })
    }
}

fn node(explained: Explained) -> ExplainNode {
    let plain = |kind, parts| ExplainNode {
        holds: explained.holds,
        kind,
        name: None,
        line: None,
        field: None,
        parts,
    };
    let each = |parts: Vec<Explained>| parts.into_iter().map(node).collect();
    match explained.part {
        Part::All(parts) => plain(NodeKind::All, each(parts)),
        Part::Any(parts) => plain(NodeKind::Any, each(parts)),
        Part::Not(part) => plain(NodeKind::Not, vec![node(*part)]),
        Part::Selection { name, line, body } => ExplainNode {
            name: Some(name),
            line: Some(line),
            ..plain(NodeKind::Selection, within(*body))
        },
        Part::Item(item) => ExplainNode {
            line: Some(item.line),
            field: Some(field(item)),
            ..plain(NodeKind::Field, Vec::new())
        },
    }
}

/// A selection that is a map has its fields as parts: one step less to read.
fn within(body: Explained) -> Vec<ExplainNode> {
    match body.part {
        Part::All(parts) => parts.into_iter().map(node).collect(),
        part => vec![node(Explained { part, ..body })],
    }
}

fn field(item: SeenItem) -> FieldSeen {
    let value = |(text, holds)| ValueSeen { text, holds };
    FieldSeen {
        field: item.field,
        modifiers: item.modifiers,
        path: item.path,
        seen: item.seen,
        more: item.more as u64,
        all: item.all,
        negated: item.negated,
        values: item.values.into_iter().map(value).collect(),
    }
}

impl RuleSet {
    /// Whether the rule's fields, each once, are in the event, and whether its conditions hold by the
    /// plain evaluator. `None` when the set has no such rule or its logsource does not cover the event.
    pub fn probe(&self, id: &RuleId, event: &Value) -> Option<Probe<'_>> {
        let rule = self.get(id)?;
        let mapping = self.mapping();
        let facts = Facts::new(event, &mapping.windows);
        let names = Names::of(mapping, &rule.rule.logsource);
        let scope = mapping.logsources.scope(&rule.rule.logsource);
        let seen = OcsfEvent::new(&facts, mapping, &names);
        if !scope.covers(&facts, &|name, values| seen.holds(name, values)) {
            return None;
        }
        let begun = std::time::Instant::now();
        let matched = rule.rule.matches(&seen).is_some();
        let took = begun.elapsed();
        let mut fields: Vec<(&str, bool)> = Vec::new();
        for selection in &rule.rule.detection.selections {
            selection.body.items(&mut |item| {
                let Some(field) = &item.field else { return };
                if fields.iter().all(|(known, _)| known != field) {
                    let presence = seen.field(field, &mut |_| Flow::Break(()));
                    fields.push((field, presence == Presence::Present));
                }
            });
        }
        Some(Probe {
            matched,
            took,
            fields,
        })
    }
}

/// A rule put to one event of its logsource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe<'s> {
    pub matched: bool,
    /// For the plain evaluator.
    pub took: std::time::Duration,
    /// Each field that the rule names, and whether the event has it.
    pub fields: Vec<(&'s str, bool)>,
}

/// What decides about logsources, as far as the event has it.
fn described(event: &Value) -> String {
    let metadata = &event["metadata"];
    let parts = [
        ("class", &event["class_name"]),
        ("class_uid", &event["class_uid"]),
        ("activity_id", &event["activity_id"]),
        ("product", &metadata["product"]["name"]),
        ("log", &metadata["log_name"]),
        ("provider", &metadata["log_provider"]),
        ("event_code", &metadata["event_code"]),
        ("os", &event["device"]["os"]["name"]),
    ];
    let told = parts.iter().filter_map(|(name, value)| match value {
        Value::Null => None,
        Value::String(text) => Some(format!("{name}={text}")),
        other => Some(format!("{name}={other}")),
    });
    told.collect::<Vec<_>>().join(" ")
}
