//! An alert about ourselves: opened and counted like every other.

use std::collections::BTreeMap;

use aurora_bus::{BusHandle, Message};
use aurora_clock::Timestamp;
use aurora_detect::triage::{Fate, Hit, RuleFacts, State, decide};
use aurora_detect::{Verdict, finding};
use aurora_ids::Derive;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::ledger::MatchTerm;
use aurora_model::{
    Action, BatchId, Context, EventUid, Finding, MatchedField, OriginId, RuleId, Scope, Severity,
    SourceName, Subject, TraceContext,
};
use aurora_records::{Change, Collection, Error as RecordsError, Guard};
use bytes::Bytes;

use crate::Error;
use crate::roles::Parts;

/// What there is to say.
pub(crate) struct About {
    /// The rule's name behind `aurorasoc:`.
    pub(crate) rule: &'static str,
    pub(crate) title: &'static str,
    pub(crate) severity: Severity,
    /// May hold text from the log.
    pub(crate) subject: String,
    pub(crate) detail: String,
    /// With rule and subject it names the alert: told twice, it is one.
    pub(crate) since: Timestamp,
}

/// Opens the alert through the bus of a role that may publish alerts.
pub(crate) async fn alert(parts: &Parts, bus: &BusHandle, about: &About) -> Result<(), Error> {
    let (scope, now) = (&parts.scope, parts.clock.now());
    let hit = hit(scope, about, now);
    let mut state = State {
        open: BTreeMap::new(),
        ..State::default()
    };
    let Fate::Opened(alert_id) = decide(&mut state, &hit, now) else {
        return Ok(());
    };
    let told = Finding {
        match_id: hit.match_id(),
        alert_id,
        event: finding(&hit, Verdict::New, now),
    };
    bus.publish(vec![message(scope, &told, &hit)]).await?;
    let mut change = Change::decided(Action::on("alert.detect", [alert_id.to_string()]))
        .count(MatchTerm::Matches.counter(), 1)
        .count(MatchTerm::Alerts.counter(), 1);
    for held in state.dirty() {
        let mut body = serde_json::to_value(&held.alert).expect("an alert is plain data");
        body["rank"] = held.alert.severity.id().into();
        change = change.put(Collection::Alerts, &alert_id.to_string(), Guard::New, body);
    }
    let context = Context::service(scope.clone(), "node", about.title);
    match parts.adapters.records.commit(&context, change).await {
        // It was opened before a crash.
        Ok(_) | Err(RecordsError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn hit(scope: &Scope, about: &About, now: Timestamp) -> Hit {
    let event = Derive::new("aurora.ourselves.v1")
        .part(scope.site.0.as_bytes())
        .part(about.rule)
        .part(&about.subject)
        .part(about.since.as_millis().to_le_bytes())
        .finish();
    Hit {
        rule: RuleFacts {
            id: RuleId(format!("aurorasoc:{}", about.rule)),
            revision: "1".to_owned(),
            title: format!("{}: {}", about.title, about.subject),
            author: "AuroraSOC".to_owned(),
            severity: about.severity,
            attack: Vec::new(),
        },
        event: EventUid(event),
        time: now,
        source: SourceName::new("aurorasoc"),
        entities: Vec::new(),
        matched: vec![MatchedField {
            selection: "site".to_owned(),
            field: about.subject.clone(),
            path: "-".to_owned(),
            value: about.detail.clone(),
        }],
        trace: TraceContext::new(),
        window: None,
    }
}

fn message(scope: &Scope, told: &Finding, hit: &Hit) -> Message {
    let time = u64::try_from(hit.time.as_millis()).unwrap_or(0);
    let header = Header {
        format: Format::Finding,
        version: VERSION,
        scope: scope.clone(),
        producer: "node".to_owned(),
        trace: hit.trace,
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
        id: BatchId(told.match_id.0),
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(told.encode()),
        fence: None,
    }
}
