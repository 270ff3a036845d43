use aurora_bus::Message;
use aurora_clock::Timestamp;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::suppression::SuppressionId;
use aurora_model::{BatchId, Entity, EntityKind, Finding, OriginId, Scope, Subject, TraceContext};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::triage::Hit;

/// How a finding entered the queue, for its OCSF status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    New,
    /// Kept out of the queue by this suppression; the finding is stored all the same.
    Suppressed(SuppressionId),
}

/// The OCSF 1.3 Detection Finding (class 2004) of a match. It never changes.
pub fn finding(hit: &Hit, verdict: Verdict, now: Timestamp) -> Map<String, Value> {
    let (status_id, status) = match verdict {
        Verdict::New => (1, "New"),
        Verdict::Suppressed(_) => (3, "Suppressed"),
    };
    let rule = &hit.rule;
    let event = json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": hit.time.as_millis(),
        "severity_id": rule.severity.id(),
        "severity": rule.severity.caption(),
        "status_id": status_id,
        "status": status,
        "finding_info": {
            "uid": hit.match_id().to_string(),
            "title": rule.title,
            "created_time": now.as_millis(),
            "analytic": {
                "uid": rule.id.0,
                "name": rule.title,
                "type_id": 1,
                "type": "Rule",
                "version": rule.revision,
            },
            "attacks": attacks(&rule.attack),
            "data_sources": [hit.source.as_str()],
            "related_events": related(hit),
        },
        "metadata": {
            "uid": hit.match_id().to_string(),
            "version": "1.3.0",
            "product": { "name": "AuroraSOC", "vendor_name": "AuroraSOC" },
        },
        "observables": observables(hit),
        "unmapped": unmapped(hit, verdict),
    });
    match event {
        Value::Object(event) => event,
        _ => unreachable!("the literal above is an object"),
    }
}

/// ATT&CK techniques and tactics by id, as the rule's tags name them.
fn attacks(ids: &[String]) -> Vec<Value> {
    let known = |id: &&String| id.starts_with('T');
    ids.iter()
        .filter(known)
        .map(|id| match id.strip_prefix("TA") {
            Some(_) => json!({ "tactic": { "uid": id } }),
            None => json!({ "technique": { "uid": id } }),
        })
        .collect()
}

fn related(hit: &Hit) -> Vec<Value> {
    let events = match &hit.window {
        Some(window) => window.evidence.as_slice(),
        None => std::slice::from_ref(&hit.event),
    };
    let uid = |event: &aurora_model::EventUid| json!({ "uid": event.to_string() });
    events.iter().map(uid).collect()
}

/// Observables that a finding names; the alert has all entities.
const OBSERVABLES: usize = 50;

/// Who and what it is about, the leading one first. An observable's name is the kind of entity.
fn observables(hit: &Hit) -> Vec<Value> {
    let observable = |entity: &Entity| {
        let (type_id, caption) = observable_type(entity.kind);
        json!({
            "name": entity.kind.word(),
            "type_id": type_id,
            "type": caption,
            "value": entity.value,
        })
    };
    hit.entities
        .iter()
        .take(OBSERVABLES)
        .map(observable)
        .collect()
}

/// The enumeration of OCSF 1.3's `observable.type_id`.
const fn observable_type(kind: EntityKind) -> (i64, &'static str) {
    match kind {
        EntityKind::Host => (1, "Hostname"),
        EntityKind::Address => (2, "IP Address"),
        EntityKind::User => (4, "User Name"),
        EntityKind::File => (7, "File Name"),
        EntityKind::Hash => (8, "Hash"),
        EntityKind::Process => (9, "Process Name"),
        EntityKind::Account => (10, "Resource UID"),
        EntityKind::Device => (20, "Endpoint"),
    }
}

/// What OCSF 1.3 has no home for: the rule's author, what matched, and who hid it.
fn unmapped(hit: &Hit, verdict: Verdict) -> Value {
    let mut rest = json!({ "rule_author": hit.rule.author, "matched": hit.matched });
    if let Some(window) = &hit.window {
        rest["correlated"] = json!({ "group": window.group, "events": window.events });
    }
    if let Verdict::Suppressed(id) = verdict {
        rest["suppression"] = json!(id.to_string());
    }
    rest
}

/// The finding as the bus carries it, published by `role`.
pub(crate) fn message(
    scope: &Scope,
    role: &str,
    trace: TraceContext,
    finding: &Finding,
    hit: &Hit,
) -> Message {
    let time = u64::try_from(hit.time.as_millis()).unwrap_or(0);
    let header = Header {
        format: Format::Finding,
        version: VERSION,
        scope: scope.clone(),
        producer: role.to_owned(),
        trace,
        source: hit.source.clone(),
        range: Range {
            origin: OriginId(scope.site.0),
            first: time,
            last: time,
        },
        count: 1,
        records: 0,
        raw: None,
    };
    Message {
        subject: Subject::alerts(hit.rule.severity),
        id: BatchId(finding.match_id.0),
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(finding.encode()),
        fence: None,
    }
}
