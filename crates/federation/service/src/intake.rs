//! Records that are to be kept: one commit of many, with what they do to the queue of alerts.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_federation::{Arrival, Channel, Hlc, Kind, Mark, Sealed, StreamId};
use aurora_model::{Action, Alert, AlertStatus, Context, Origin, Scope, SiteId};
use aurora_records::{Change, Collection, Error as Store, Guard, Records};
use serde_json::Value;
use tracing::warn;

use crate::store::{self, ROLE};
use crate::{Error, shared};

/// Commits of one batch that people's own changes may get in the way of.
const TRIES: usize = 8;

/// A record on its way into the store.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub record: Sealed,
    pub mark: Mark,
    pub arrival: Arrival,
    /// It was kept aside before.
    pub was_aside: bool,
}

/// What came of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub alerts: u64,
    pub late: u64,
    /// Origins of alerts, and when those made them.
    pub made: Vec<(SiteId, Timestamp)>,
    /// Late alerts that may still be open where they were made.
    pub open: Vec<(SiteId, String)>,
    /// Origins, and why what they sent made no alert here.
    pub refused: Vec<(SiteId, String)>,
}

/// Who keeps, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intake<'a> {
    pub records: &'a dyn Records,
    pub scope: &'a Scope,
    pub labels: &'a BTreeMap<SiteId, String>,
    pub now: Timestamp,
}

/// An alert as it will stand after the commit.
struct Standing {
    alert: Alert,
    guard: Guard,
    is_changed: bool,
}

impl Standing {
    /// New here and open where it was made: people may have to hear of it.
    fn is_to_be_told(&self) -> Option<&Origin> {
        let is_new = self.guard == Guard::New && self.alert.status != AlertStatus::Closed;
        self.alert.origin.as_ref().filter(|_| is_new)
    }
}

type Alerts = BTreeMap<String, Standing>;

impl Intake<'_> {
    /// Keeps all of them in one transaction.
    ///
    /// # Errors
    /// When the store fails; then nothing is kept.
    pub async fn keep(&self, batch: &[Incoming], clock: Hlc) -> Result<Taken, Error> {
        // Nearly always an alert that comes is new; only when one is not are all of them read.
        for attempt in 0..TRIES {
            let mut taken = Taken::default();
            let alerts = self.alerts(batch, attempt > 0, &mut taken).await?;
            let change = self.change(batch, &alerts, clock);
            let context = Context::service(self.scope.clone(), ROLE, "other sites tell of alerts");
            match self.records.commit(&context, change).await {
                Ok(_) => {
                    taken.open = open(&alerts);
                    return Ok(taken);
                }
                Err(Store::Conflict { .. }) if attempt + 1 < TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
        unreachable!("the last attempt returns")
    }

    async fn alerts(
        &self,
        batch: &[Incoming],
        read_all: bool,
        taken: &mut Taken,
    ) -> Result<Alerts, Error> {
        let mut alerts = Alerts::new();
        for incoming in batch {
            let record = incoming.record.record();
            let is_alert = matches!(record.kind, Kind::Alert | Kind::AlertChange);
            if record.stream.channel != Channel::Alerts || !is_alert {
                continue;
            }
            let origin = record.stream.origin;
            let came = match shared::read(incoming.record.body()) {
                Ok(came) => came,
                Err(unread) => {
                    taken.refused.push((origin, unread.to_string()));
                    continue;
                }
            };
            let id = came.id.to_string();
            let may_stand = read_all || record.kind == Kind::AlertChange;
            if may_stand
                && !alerts.contains_key(&id)
                && let Some(standing) = self.standing(&id).await?
            {
                alerts.insert(id.clone(), standing);
            }
            let late = incoming.arrival == Arrival::Late;
            let made = came.created_at;
            if let Err(reason) = self.place(&mut alerts, came, origin, late) {
                taken.refused.push((origin, reason));
                continue;
            }
            if record.kind == Kind::Alert {
                taken.made.push((origin, made));
            }
            taken.alerts += 1;
            taken.late += u64::from(late);
        }
        Ok(alerts)
    }

    async fn standing(&self, id: &str) -> Result<Option<Standing>, Error> {
        let found = self.records.get(self.scope, Collection::Alerts, id).await?;
        let Some(document) = found else {
            return Ok(None);
        };
        let guard = Guard::Version(document.version);
        let alert = serde_json::from_value(document.body).map_err(|_| Error::Damaged {
            key: format!("alerts/{id}"),
        })?;
        Ok(Some(Standing {
            alert,
            guard,
            is_changed: false,
        }))
    }

    fn place(
        &self,
        alerts: &mut Alerts,
        came: Alert,
        origin: SiteId,
        late: bool,
    ) -> Result<(), String> {
        let id = came.id.to_string();
        let Some(standing) = alerts.get_mut(&id) else {
            let label = self.labels.get(&origin).cloned();
            let label = label.unwrap_or_else(|| origin.to_string());
            let alert = shared::arrived(came, origin, &label, late, self.now);
            let standing = Standing {
                alert,
                guard: Guard::New,
                is_changed: true,
            };
            alerts.insert(id, standing);
            return Ok(());
        };
        let owner = standing.alert.origin.as_ref().map(|it| it.site);
        if owner != Some(origin) {
            warn!(alert = id, site = %origin, "a site tells of an alert that is another's");
            return Err("an alert under an id that is another site's".to_owned());
        }
        standing.is_changed |= shared::changed(&mut standing.alert, came, self.now);
        Ok(())
    }

    fn change(&self, batch: &[Incoming], alerts: &Alerts, clock: Hlc) -> Change {
        let written = alerts.iter().filter(|(_, it)| it.is_changed);
        let ids: Vec<&str> = written.clone().map(|(id, _)| id.as_str()).collect();
        let mut change = match ids.is_empty() {
            true => Change::progress(),
            false => Change::decided(Action::on("federation.receive", ids)),
        };
        for (id, standing) in written {
            let body = document(&standing.alert);
            change = change.put(Collection::Alerts, id, standing.guard, body);
            change = match standing.is_to_be_told() {
                None => change,
                Some(origin) if origin.late => {
                    change.slot(&store::open_key(origin.site, id), id.as_bytes().to_vec())
                }
                Some(_) => change.page(id),
            };
        }
        let mut marks: BTreeMap<StreamId, &Mark> = BTreeMap::new();
        for incoming in batch {
            let record = incoming.record.record();
            let key = store::record_key(&record.stream, record.seq);
            change = change.slot(&key, incoming.record.bytes().to_vec());
            if incoming.was_aside {
                change = change.remove_slot(&store::quarantine_key(&record.stream, record.seq));
            }
            marks.insert(record.stream, &incoming.mark);
        }
        for (stream, mark) in marks {
            change = change.slot(&store::mark_key(&stream), mark.to_bytes());
        }
        change.slot(store::CLOCK, store::bytes(&clock))
    }
}

fn open(alerts: &Alerts) -> Vec<(SiteId, String)> {
    let late = |(id, standing): (&String, &Standing)| {
        let origin = standing.is_to_be_told()?;
        origin.late.then(|| (origin.site, id.clone()))
    };
    alerts.iter().filter_map(late).collect()
}

/// An alert as documents hold it: with its severity's rank, by which it is ordered.
fn document(alert: &Alert) -> Value {
    let mut body = serde_json::to_value(alert).expect("an alert is plain data");
    body["rank"] = alert.severity.id().into();
    body
}
