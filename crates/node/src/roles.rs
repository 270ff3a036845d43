//! The roles of a site: which services run, and what each is given.
//!
//! One file a role. A role gets its bus as a capability for its own subjects and nothing else.

mod detection;
mod freshness;
mod incidents;
mod ingest;
mod ledger;
mod notify;
mod store;
mod upkeep;

pub(crate) use detection::report as report_rules;
pub(crate) use ingest::{Listeners, options as normalise_options, worker_name};

use std::path::PathBuf;
use std::sync::Arc;

use aurora_bus::{BusHandle, Capability, ConsumerOptions};
use aurora_clock::Clock;
use aurora_ledger::{Handle, Ledger};
use aurora_listeners::SourceBook;
use aurora_model::Scope;
use aurora_normalise::Normaliser;
use aurora_parsers::Registry;
use aurora_tasks::Tasks;
use aurora_telemetry::{Health, HealthBoard, Metrics};

use crate::indicators::IndicatorBook;
use crate::{Adapters, Error, RuleBook, SiteConfig};

/// What every role may take from.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) config: SiteConfig,
    pub(crate) scope: Scope,
    pub(crate) adapters: Adapters,
    /// The data directory, for what is not kept in a store.
    pub(crate) scratch: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: Metrics,
    pub(crate) health: HealthBoard,
    pub(crate) tasks: Tasks,
    pub(crate) registry: Arc<Registry>,
    pub(crate) rules: RuleBook,
    pub(crate) indicators: IndicatorBook,
    pub(crate) notify: aurora_notify::Notify,
    pub(crate) freshness: aurora_freshness::Handle,
}

impl Parts {
    /// The bus as `role` may use it.
    pub(crate) fn bus(&self, role: &str) -> Result<BusHandle, Error> {
        Ok(BusHandle::new(
            self.adapters.bus.clone(),
            Capability::of(role)?,
        ))
    }

    pub(crate) fn ready(&self, role: &str) {
        self.health.set(role, Health::Ready);
    }
}

/// Starts every role that works on its own; the listeners come last, when all of them are there.
pub(crate) async fn start(parts: &Parts) -> Result<Handle, Error> {
    open_consumers(parts).await?;
    let ledger = ledger::start(parts)?;
    freshness::start(parts)?;
    store::start(parts)?;
    detection::start(parts)?;
    incidents::start(parts)?;
    notify::start(parts)?;
    upkeep::start(parts);
    ingest::start_normaliser(parts)?;
    Ok(ledger)
}

/// Makes every durable consumer before anything is published: what nobody has asked for yet may
/// be let go.
async fn open_consumers(parts: &Parts) -> Result<(), Error> {
    let ledger = Ledger::consumers().map(|options| ("ledger", options));
    let freshness = aurora_freshness::Service::consumers().map(|options| ("ledger", options));
    let others: [(&str, ConsumerOptions); 6] = [
        ("store", aurora_store::EventWriter::consumer()),
        ("store", aurora_store::FindingWriter::consumer()),
        ("store", aurora_store::DeadLetterKeeper::consumer()),
        ("detect", aurora_detect::Detector::consumer()),
        ("notify", aurora_notify::Notifier::consumer()),
        ("incidents", aurora_incidents::EntityService::consumer()),
    ];
    let correlate = aurora_detect::Correlate::consumers().map(|options| ("correlate", options));
    let normalise = Normaliser::consumers().map(|options| ("normalise", options));
    let others = normalise.chain(others).chain(correlate).chain(freshness);
    // The ledger first: it must see what any other has already let go of.
    for (role, options) in ledger.into_iter().chain(others) {
        drop(parts.bus(role)?.consumer(options).await?);
    }
    let (stream, former) = Normaliser::former_consumer();
    parts
        .bus("normalise")?
        .delete_consumer(stream, former)
        .await?;
    Ok(())
}

/// Binds every listener.
pub(crate) async fn listen(parts: &Parts, sources: SourceBook) -> Result<Listeners, Error> {
    ingest::listen(parts, sources).await
}
