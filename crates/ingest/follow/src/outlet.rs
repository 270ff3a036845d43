use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_listeners::Acceptor;
use aurora_model::{Context, OriginId, RawRecord, Scope, SourceName};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::warn;

use crate::Error;

/// Where a feed's records go, and where its place is kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outlet {
    acceptor: Acceptor,
    records: Arc<dyn Records>,
    context: Context,
    shutdown: Shutdown,
}

impl Outlet {
    pub fn new(
        acceptor: Acceptor,
        records: Arc<dyn Records>,
        scope: Scope,
        shutdown: Shutdown,
    ) -> Self {
        let context = Context::service(scope, "follow", "a feed was read");
        Self {
            acceptor,
            records,
            context,
            shutdown,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.acceptor.now()
    }

    pub(crate) fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// A place that was kept. One that this release cannot read is none: the feed begins anew, and
    /// the log says so.
    pub(crate) async fn place<P: DeserializeOwned>(&self, slot: &str) -> Result<Option<P>, Error> {
        let Some(bytes) = self.records.slot(&self.context.scope, slot).await? else {
            return Ok(None);
        };
        match serde_json::from_slice(&bytes) {
            Ok(place) => Ok(Some(place)),
            Err(error) => {
                warn!(slot, %error, "a feed's place cannot be read; it begins anew");
                Ok(None)
            }
        }
    }

    /// Every place that was kept under a prefix, by its slot.
    pub(crate) async fn places<P: DeserializeOwned>(
        &self,
        prefix: &str,
    ) -> Result<Vec<(String, P)>, Error> {
        let slots = self.records.slots(&self.context.scope, prefix).await?;
        let read = |(slot, bytes): (String, Vec<u8>)| {
            serde_json::from_slice(&bytes)
                .ok()
                .map(|place| (slot, place))
        };
        Ok(slots.into_iter().filter_map(read).collect())
    }

    pub(crate) async fn keep(&self, slot: &str, place: &impl Serialize) -> Result<(), Error> {
        let bytes = serde_json::to_vec(place).expect("a place is plain data");
        let change = Change::progress().slot(slot, bytes);
        self.records.commit(&self.context, change).await?;
        Ok(())
    }

    pub(crate) async fn forget(&self, slots: &[String]) -> Result<(), Error> {
        let change = Change::progress();
        let change = slots
            .iter()
            .fold(change, |change, slot| change.remove_slot(slot));
        self.records.commit(&self.context, change).await?;
        Ok(())
    }

    /// Makes records durable, waiting while the site is full. `false` when shutdown came first.
    pub(crate) async fn hand_over(
        &self,
        source: &SourceName,
        origin: OriginId,
        host: &str,
        records: Vec<RawRecord>,
    ) -> Result<bool, Error> {
        let accepting =
            self.acceptor
                .accept_patiently(source, origin, host, records, &self.shutdown);
        Ok(accepting.await?.is_some())
    }
}

/// A slot for what is named by a text of any length.
pub(crate) fn slot(kind: &str, name: &str) -> String {
    let hash = Derive::new("aurora.follow.slot.v1").part(name).finish();
    format!("follow/{kind}/{hash}")
}

/// This machine, as its records are labelled.
pub fn this_host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}
