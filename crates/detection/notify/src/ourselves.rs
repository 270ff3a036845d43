//! An alert about ourselves: a channel that goes on failing.

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
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Records};
use bytes::Bytes;

use crate::Error;

const RULE: &str = "aurorasoc:notification-failing";

/// Opens the alert, counted like every other, once for a time of failing.
pub(crate) async fn alert(
    scope: &Scope,
    bus: &BusHandle,
    records: &dyn Records,
    channel: &str,
    since: Timestamp,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let hit = hit(scope, channel, since, reason, now);
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
    let context = Context::service(scope.clone(), "notify", "a channel goes on failing");
    match records.commit(&context, change).await {
        // It was opened before a crash.
        Ok(_) | Err(RecordsError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn hit(scope: &Scope, channel: &str, since: Timestamp, reason: &str, now: Timestamp) -> Hit {
    let event = Derive::new("aurora.notify.failing.v1")
        .part(scope.site.0.as_bytes())
        .part(channel)
        .part(since.as_millis().to_le_bytes())
        .finish();
    Hit {
        rule: RuleFacts {
            id: RuleId(RULE.to_owned()),
            revision: "1".to_owned(),
            title: format!("Notifications do not go out: {channel}"),
            author: "AuroraSOC".to_owned(),
            severity: Severity::High,
            attack: Vec::new(),
        },
        event: EventUid(event),
        time: now,
        source: SourceName::new("aurorasoc"),
        entities: Vec::new(),
        matched: vec![MatchedField {
            selection: "channel".to_owned(),
            field: channel.to_owned(),
            path: "-".to_owned(),
            value: reason.to_owned(),
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
        producer: "notify".to_owned(),
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
