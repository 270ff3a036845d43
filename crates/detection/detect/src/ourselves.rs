//! An alert about the site itself, opened and counted like every other.

use std::collections::BTreeMap;

use aurora_bus::BusHandle;
use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::ledger::MatchTerm;
use aurora_model::{
    Action, Context, EventUid, Finding, MatchedField, RuleId, Scope, Severity, SourceName,
    TraceContext,
};
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Records};

use crate::finding::{Verdict, finding, message};
use crate::triage::{Fate, Hit, RuleFacts, State, decide};

/// What there is to say.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Names the alert: told twice under one, it is one.
    pub event: Id128,
    /// The rule's name behind `aurorasoc:`.
    pub rule: &'a str,
    pub title: String,
    pub severity: Severity,
    /// What kind of thing `subject` is.
    pub selection: &'a str,
    /// May hold text from the log.
    pub subject: &'a str,
    pub detail: &'a str,
    /// For the decision log.
    pub reason: &'a str,
}

/// Opens the alert in the name of `role`, through the bus of a role that may publish alerts.
///
/// # Errors
/// When the bus or the records store fails.
pub async fn alert_about_ourselves<E>(
    scope: &Scope,
    bus: &BusHandle,
    records: &dyn Records,
    role: &str,
    about: &About<'_>,
    now: Timestamp,
) -> Result<(), E>
where
    E: From<aurora_bus::Error> + From<RecordsError>,
{
    let hit = hit(about, now);
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
    bus.publish(vec![message(scope, role, hit.trace, &told, &hit)])
        .await?;
    let mut change = Change::decided(Action::on("alert.detect", [alert_id.to_string()]))
        .count(MatchTerm::Matches.counter(), 1)
        .count(MatchTerm::Alerts.counter(), 1);
    for held in state.dirty() {
        let mut body = serde_json::to_value(&held.alert).expect("an alert is plain data");
        body["rank"] = held.alert.severity.id().into();
        change = change.put(Collection::Alerts, &alert_id.to_string(), Guard::New, body);
    }
    let context = Context::service(scope.clone(), role, about.reason);
    match records.commit(&context, change).await {
        // It was opened before a crash.
        Ok(_) | Err(RecordsError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn hit(about: &About<'_>, now: Timestamp) -> Hit {
    Hit {
        rule: RuleFacts {
            id: RuleId(format!("aurorasoc:{}", about.rule)),
            revision: "1".to_owned(),
            title: about.title.clone(),
            author: "AuroraSOC".to_owned(),
            severity: about.severity,
            attack: Vec::new(),
        },
        event: EventUid(about.event),
        time: now,
        received: None,
        source: SourceName::new("aurorasoc"),
        entities: Vec::new(),
        matched: vec![MatchedField {
            selection: about.selection.to_owned(),
            field: about.subject.to_owned(),
            path: "-".to_owned(),
            value: about.detail.to_owned(),
        }],
        trace: TraceContext::new(),
        window: None,
    }
}
