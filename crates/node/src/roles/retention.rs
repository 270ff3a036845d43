//! What is old is let go, class by class; that it was, how much and why is on record.
//!
//! Dead letters have bounds of their own, see `upkeep`. Decisions and the audit log are never let go.

use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{Clock, Timestamp};
use aurora_events::Events;
use aurora_model::effect::{Intent, Outcome};
use aurora_model::{Action, Context, Scope};
use aurora_records::{
    Change, Collection, Error as RecordsError, Guard, Query, Records, Test, effect,
};
use tracing::{info, warn};

use super::Parts;

/// In whose name it is decided.
const ROLE: &str = "retention";
const EVERY: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);
/// Alerts let go with one commit.
const CHUNK: usize = 200;

/// Every hour, until shutdown.
pub(super) async fn run(parts: Parts) {
    let shutdown = parts.tasks.shutdown();
    let mut retention = Retention {
        event_days: parts.config.events.retention_days.max(1),
        alert_days: parts.config.storage.closed_alert_days,
        scope: parts.scope,
        records: parts.adapters.records,
        events: parts.adapters.events,
        clock: parts.clock,
        events_gone: None,
    };
    let mut timer = tokio::time::interval(EVERY);
    timer.tick().await;
    if let Err(error) = retention.report_unknown().await {
        warn!(%error, "what was begun before cannot be said to be of unknown outcome");
    }
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timer.tick() => {}
        }
        if let Err(error) = retention.turn().await {
            let error = aurora_tasks::chain(&error);
            warn!(
                error,
                "what is old could not be let go; tried again in an hour"
            );
        }
    }
}

struct Retention {
    event_days: u32,
    /// 0 for ever.
    alert_days: u32,
    scope: Scope,
    records: Arc<dyn Records>,
    events: Arc<dyn Events>,
    clock: Arc<dyn Clock>,
    /// Events received before were let go by this process.
    events_gone: Option<Timestamp>,
}

impl Retention {
    async fn report_unknown(&self) -> Result<(), RecordsError> {
        for intent in effect::report_unknown(self.records.as_ref(), &self.scope, ROLE).await? {
            warn!(
                before = intent.target,
                "it is not known whether old events were let go"
            );
        }
        Ok(())
    }

    async fn turn(&mut self) -> Result<(), RecordsError> {
        self.events().await?;
        self.alerts().await
    }

    /// The start of the day that is so many days back.
    fn days_back(&self, days: u32) -> Timestamp {
        let day = i64::try_from(DAY.as_millis()).expect("it is a day");
        let before = self.clock.now().minus(DAY * days);
        Timestamp::from_millis(before.as_millis().div_euclid(day) * day)
    }

    /// Once a day. They are in another store: announced before, settled after.
    async fn events(&mut self) -> Result<(), RecordsError> {
        let days = self.event_days;
        let before = self.days_back(days);
        if self.events_gone == Some(before) {
            return Ok(());
        }
        let intent = Intent {
            id: format!("events/{}", before.as_millis()),
            does: "event.expire".to_owned(),
            target: before.to_string(),
        };
        let why = format!("they were received more than {days} days ago: `events.retention_days`");
        self.commit(Change::announce(ROLE, &intent), &why).await?;
        let (outcome, said) = match self.events.expire(&self.scope, before).await {
            Ok(rows) => {
                info!(rows, %before, "old events were let go");
                self.events_gone = Some(before);
                (
                    Outcome::Done,
                    format!("{rows} events and findings are gone"),
                )
            }
            Err(error) => {
                warn!(%error, "old events could not be let go; tried again in an hour");
                (Outcome::Failed, aurora_tasks::chain(&error))
            }
        };
        self.commit(Change::settle(ROLE, &intent, outcome), &said)
            .await
    }

    /// Closed ones; incidents without alerts dissolve by themselves.
    async fn alerts(&self) -> Result<(), RecordsError> {
        let days = self.alert_days;
        if days == 0 {
            return Ok(());
        }
        let before = self.days_back(days);
        let why = format!("closed and unchanged for {days} days: `storage.closed_alert_days`");
        let old = Query::of(Collection::Alerts)
            .with("status", Test::TextIs("closed".to_owned()))
            .with("updated_at", Test::Below(before.as_millis()))
            .limit(CHUNK);
        loop {
            let found = self.records.list(&self.scope, &old).await?.documents;
            if found.is_empty() {
                return Ok(());
            }
            let ids = found.iter().map(|alert| alert.id.clone());
            let mut change = Change::decided(Action::on("alert.expire", ids));
            for alert in &found {
                let guard = Guard::Version(alert.version);
                change = change.remove(Collection::Alerts, &alert.id, guard);
            }
            match self.commit(change, &why).await {
                // Somebody opened one of them again in the same moment.
                Ok(()) | Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
            info!(alerts = found.len(), %before, "old alerts were let go");
        }
    }

    async fn commit(&self, change: Change, why: &str) -> Result<(), RecordsError> {
        let context = Context::service(self.scope.clone(), ROLE, why);
        self.records.commit(&context, change).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_clock::ManualClock;
    use aurora_events_memory::MemoryEvents;
    use aurora_ids::Id128;
    use aurora_model::SiteId;
    use aurora_records::DecisionQuery;
    use aurora_records_memory::MemoryRecords;
    use serde_json::json;

    use super::*;

    async fn said(retention: &Retention) -> Vec<String> {
        let all = DecisionQuery {
            limit: 100,
            ..DecisionQuery::default()
        };
        let all = retention.records.decisions(&retention.scope, &all).await;
        let line = |it: aurora_model::Decision| {
            let objects = it.action.objects.join(" ");
            format!("{} {objects}: {}", it.action.name, it.reason)
        };
        all.unwrap().into_iter().map(line).collect()
    }

    #[tokio::test]
    async fn what_is_let_go_is_on_record_with_its_reason() {
        let clock = Arc::new(ManualClock::at("2026-06-03T14:00:00Z".parse().unwrap()));
        let mut retention = Retention {
            event_days: 90,
            alert_days: 30,
            scope: Scope::of(SiteId(Id128::from_bytes([1; 16]))),
            records: Arc::new(MemoryRecords::new(clock.clone())),
            events: Arc::new(MemoryEvents::default()),
            clock: clock.clone(),
            events_gone: None,
        };
        let now = clock.now().as_millis();
        let days = |days: i64| now - days * 24 * 3_600_000;
        let mut change = Change::decided(Action::on("test.do", ["it"]));
        for (id, status, at) in [
            ("old", "closed", days(40)),
            ("new", "closed", days(20)),
            ("open", "open", days(40)),
        ] {
            let body = json!({ "status": status, "updated_at": at });
            change = change.put(Collection::Alerts, id, Guard::New, body);
        }
        retention.commit(change, "a test").await.unwrap();
        for _ in 0..2 {
            retention.turn().await.unwrap();
        }
        let left = Query::of(Collection::Alerts).limit(10);
        let left = retention.records.list(&retention.scope, &left).await;
        let mut left: Vec<_> = left
            .unwrap()
            .documents
            .into_iter()
            .map(|it| it.id)
            .collect();
        left.sort_unstable();
        assert_eq!(left, ["new", "open"]);
        let why = "they were received more than 90 days ago: `events.retention_days`";
        assert_eq!(
            said(&retention).await,
            [
                "test.do it: a test".to_owned(),
                format!(
                    "effect.intend events/1772668800000 event.expire 2026-03-05T00:00:00.000Z: {why}"
                ),
                "effect.settle events/1772668800000 done: 0 events and findings are gone"
                    .to_owned(),
                "alert.expire old: closed and unchanged for 30 days: `storage.closed_alert_days`"
                    .to_owned(),
            ]
        );
    }
}
