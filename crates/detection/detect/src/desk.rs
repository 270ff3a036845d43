use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{Clock, Timestamp};
use aurora_ids::Id128;
use aurora_model::{
    Action, Alert, AlertId, Context, Disposition, Entity, RuleId, Scope, Suppression,
};
use aurora_records::{Change, Collection, Error as RecordsError, Guard, Query, Records, Test};
use serde_json::Value;

use crate::life::{Command, apply};
use crate::triage::Held;
use crate::{Error, suppressions};

/// The longest time that a suppression may last; it can be renewed, by someone, on record.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Where people work on alerts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
}

/// What a suppression would have hidden.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    pub alerts: u64,
    pub matches: u64,
    /// The newest of them.
    pub examples: Vec<Alert>,
    /// How those that are closed were judged.
    dispositions: BTreeMap<&'static str, u64>,
}

impl Preview {
    /// How many of them people closed so.
    pub fn closed_as(&self, disposition: Disposition) -> u64 {
        self.dispositions
            .get(disposition.word())
            .copied()
            .unwrap_or(0)
    }
}

impl Desk {
    pub fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>) -> Self {
        Self { records, clock }
    }

    /// # Errors
    /// [`Error::NoSuchAlert`], or when the store fails.
    pub async fn alert(&self, scope: &Scope, id: AlertId) -> Result<Held, Error> {
        let found = self
            .records
            .get(scope, Collection::Alerts, &id.to_string())
            .await?;
        let document = found.ok_or(Error::NoSuchAlert(id))?;
        read(document.id, document.version, document.body)
    }

    /// Applies a command, again if somebody else changed the alert meanwhile.
    ///
    /// # Errors
    /// [`Error::NotNow`] when the alert's state does not allow it; nothing was changed.
    pub async fn act(
        &self,
        context: &Context,
        id: AlertId,
        command: &Command,
    ) -> Result<Alert, Error> {
        loop {
            let mut held = self.alert(&context.scope, id).await?;
            apply(&mut held.alert, command, self.clock.now())?;
            let action = Action::on(command.action(), [id.to_string()]);
            let guard = Guard::Version(held.version);
            let change = Change::decided(action).put(
                Collection::Alerts,
                &id.to_string(),
                guard,
                document(&held.alert),
            );
            match self.records.commit(context, change).await {
                Ok(_) => return Ok(held.alert),
                Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Alerts since `since` which a suppression of `rule` about `entity` would have kept out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn preview(
        &self,
        scope: &Scope,
        rule: &RuleId,
        entity: Option<&Entity>,
        since: Timestamp,
    ) -> Result<Preview, Error> {
        let query = Query::of(Collection::Alerts)
            .with("rule", Test::TextIs(rule.0.clone()))
            .with("last_seen", Test::AtLeast(since.as_millis()))
            .newest("last_seen")
            .limit(Query::MAX_LIMIT);
        let mut preview = Preview::default();
        for found in self.records.list(scope, &query).await?.documents {
            let alert = read(found.id, found.version, found.body)?.alert;
            if entity.is_none_or(|entity| alert.entities.contains(entity)) {
                preview.alerts += 1;
                preview.matches += alert.count;
                if let Some(disposition) = alert.disposition {
                    *preview.dispositions.entry(disposition.word()).or_default() += 1;
                }
                if preview.examples.len() < 5 {
                    preview.examples.push(alert);
                }
            }
        }
        Ok(preview)
    }

    /// Keeps matches of `rule` out of the queue until `until`.
    ///
    /// # Errors
    /// [`Error::Incomplete`] without a reason or with an expiry that is past or too far away.
    pub async fn suppress(
        &self,
        context: &Context,
        rule: RuleId,
        entity: Option<Entity>,
        until: Timestamp,
    ) -> Result<Suppression, Error> {
        let now = self.clock.now();
        check(context, until, now)?;
        let suppression = Suppression {
            id: Id128::random().into(),
            rule,
            entity,
            author: context.actor.name().to_owned(),
            reason: context.reason.clone(),
            created_at: now,
            until,
            lifted_at: None,
            hidden: 0,
        };
        let id = suppression.id.to_string();
        let change = Change::decided(Action::on("suppression.create", [&id, &suppression.rule.0]))
            .put(
                Collection::Suppressions,
                &id,
                Guard::New,
                plain(&suppression),
            );
        self.records.commit(context, change).await?;
        Ok(suppression)
    }

    /// Ends a suppression before its time.
    ///
    /// # Errors
    /// [`Error::NoSuchSuppression`], or [`Error::NotNow`] when it is over already.
    pub async fn lift(&self, context: &Context, id: &str) -> Result<Suppression, Error> {
        loop {
            let found = self
                .records
                .get(&context.scope, Collection::Suppressions, id)
                .await?;
            let document = found.ok_or_else(|| Error::NoSuchSuppression(id.to_owned()))?;
            let (mut suppression, version) = suppressions::read(document)?;
            let now = self.clock.now();
            if !suppression.active_at(now) {
                let reason = "it is over already".to_owned();
                return Err(Error::NotNow {
                    command: "lift",
                    reason,
                });
            }
            suppression.lifted_at = Some(now);
            let change = Change::decided(Action::on("suppression.lift", [id])).put(
                Collection::Suppressions,
                id,
                Guard::Version(version),
                plain(&suppression),
            );
            match self.records.commit(context, change).await {
                Ok(_) => return Ok(suppression),
                Err(RecordsError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn check(context: &Context, until: Timestamp, now: Timestamp) -> Result<(), Error> {
    let reason = if context.reason.trim().is_empty() {
        "a suppression needs a reason"
    } else if until <= now {
        "its expiry must lie in the future"
    } else if until > now.plus(LONGEST) {
        "it may last 366 days at most; renew it then if it is still needed"
    } else {
        return Ok(());
    };
    Err(Error::Incomplete {
        command: "suppress",
        reason: reason.to_owned(),
    })
}

pub(crate) fn read(id: String, version: u64, body: Value) -> Result<Held, Error> {
    let alert = serde_json::from_value(body).map_err(|source| Error::Damaged { id, source })?;
    Ok(Held {
        alert,
        version,
        dirty: false,
    })
}

/// The alert as it is stored: itself, and its severity as a number to order by.
pub(crate) fn document(alert: &Alert) -> Value {
    let mut body = plain(alert);
    body["rank"] = Value::from(alert.severity.id());
    body
}

pub(crate) fn plain(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("alerts and suppressions are plain data")
}
