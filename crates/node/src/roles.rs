//! The roles of a site: which services run, and what each is given.
//!
//! One file a role. A role gets its bus as a capability for its own subjects and nothing else.

mod audit;
mod detection;
mod edge;
mod federation;
mod follow;
mod freshness;
mod incidents;
mod ingest;
mod leafnodes;
mod ledger;
mod notify;
mod retention;
mod sole;
mod store;
mod upkeep;
mod witness;

pub(crate) use audit::start as audit;
pub(crate) use detection::{events, report as report_rules, working};
pub(crate) use edge::open as edges;
pub(crate) use federation::{describe as describe_to_sites, start as federate};
pub(crate) use follow::{Decided, start as follow};
pub(crate) use ingest::{Listeners, worker_name};

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use aurora_bus::{Bus, BusHandle, Capability, ConsumerOptions};
use aurora_clock::Clock;
use aurora_detect::{Correlate, Detector};
use aurora_ledger::{Handle, Ledger};
use aurora_listeners::SourceBook;
use aurora_model::{SHARDS, Scope, Stream};
use aurora_normalise::Normaliser;
use aurora_parsers::Registry;
use aurora_site_ca::Book;
use aurora_tasks::Tasks;
use aurora_telemetry::{Health, HealthBoard, Metrics};

use crate::indicators::IndicatorBook;
use crate::seat::Seat;
use crate::{Adapters, Error, Role, RuleBook, SiteConfig};

/// What every role may take from.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) config: SiteConfig,
    pub(crate) scope: Scope,
    pub(crate) adapters: Adapters,
    /// What this process does of the site's work.
    pub(crate) roles: BTreeSet<Role>,
    /// The process among those that share the site; a name that no other has.
    pub(crate) worker: String,
    /// Connections of single roles, in a process beside the site; the site has one for all.
    pub(crate) buses: BTreeMap<&'static str, Arc<dyn Bus>>,
    /// Where processes share the site.
    pub(crate) seat: Option<Arc<Seat>>,
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
    /// Of a site that federates.
    pub(crate) federation: Option<aurora_federation_service::Handle>,
}

impl Parts {
    /// The bus as `role` may use it.
    pub(crate) fn bus(&self, role: &str) -> Result<BusHandle, Error> {
        let bus = self.buses.get(role).unwrap_or(&self.adapters.bus);
        Ok(BusHandle::new(bus.clone(), Capability::of(role)?))
    }

    pub(crate) fn ready(&self, role: &str) {
        self.health.set(role, Health::Ready);
    }
}

/// Starts what works on its own; the listeners come last, when all of it is there.
pub(crate) async fn start(parts: &Parts) -> Result<Handle, Error> {
    open_consumers(parts).await?;
    freshness::start(parts)?;
    upkeep::start(parts);
    take_part(parts)?;
    ledger::handle(parts)
}

/// Starts the roles of this process that others may share or take over.
pub(crate) fn take_part(parts: &Parts) -> Result<(), Error> {
    for role in &parts.roles {
        match role {
            Role::Api => {}
            Role::Ingest => ingest::start_normaliser(parts)?,
            Role::Store => store::start(parts)?,
            Role::Detect => detection::start(parts)?,
            Role::Correlate => detection::start_correlations(parts)?,
            Role::Incidents => incidents::start(parts)?,
            Role::Notify => notify::start(parts)?,
            Role::Ledger => ledger::start(parts)?,
        }
    }
    Ok(())
}

/// The leases that all of a role's work has, where processes share it.
pub(crate) fn leases(role: Role, user: &str) -> Vec<String> {
    let (name, count): (&[&str], u16) = match role {
        Role::Api => (&[], 0),
        Role::Ingest => (&["raw"], SHARDS),
        Role::Detect => (&["events"], detection::EVENT_PARTS),
        Role::Correlate => (&["windows"], detection::WINDOW_PARTS),
        Role::Store => (&["store-events", "store-findings", "store-deadletter"], 1),
        Role::Incidents => (&["incidents", "entities"], 1),
        Role::Notify => (&["notify"], 1),
        Role::Ledger => (&["ledger"], 1),
    };
    let of = |name| (0..count).map(move |number| format!("{user}/{name}/{number}"));
    name.iter().flat_map(of).collect()
}

/// Makes every durable consumer before anything is published: what nobody has asked for yet may
/// be let go.
async fn open_consumers(parts: &Parts) -> Result<(), Error> {
    let ledger = Ledger::consumers().map(|options| ("ledger", options));
    let freshness = aurora_freshness::Service::consumers().map(|options| ("ledger", options));
    let others: [(&str, ConsumerOptions); 5] = [
        ("store", aurora_store::EventWriter::consumer()),
        ("store", aurora_store::FindingWriter::consumer()),
        ("store", aurora_store::DeadLetterKeeper::consumer()),
        ("notify", aurora_notify::Notifier::consumer()),
        ("incidents", aurora_incidents::EntityService::consumer()),
    ];
    let shared = parts.config.bus.is_shared();
    let detect = detection::events(shared).map(|options| ("detect", options));
    let correlate = detection::windows(shared).map(|options| ("correlate", options));
    let normalise = Normaliser::consumers().map(|options| ("normalise", options));
    let others = normalise.chain(others).chain(detect).chain(correlate);
    // The ledger first: it must see what any other has already let go of.
    for (role, options) in ledger.into_iter().chain(others).chain(freshness) {
        drop(parts.bus(role)?.consumer(options).await?);
    }
    delete_former_consumers(parts, shared).await
}

/// Those that a site had before its work was shared as it is.
async fn delete_former_consumers(parts: &Parts, shared: bool) -> Result<(), Error> {
    let mut former: Vec<(&str, (Stream, &str))> =
        vec![("normalise", Normaliser::former_consumer())];
    if shared {
        former.push(("detect", Detector::former_consumer()));
        former.extend(Correlate::former_consumers().map(|it| ("correlate", it)));
    }
    for (role, (stream, name)) in former {
        parts.bus(role)?.delete_consumer(stream, name).await?;
    }
    Ok(())
}

/// Binds every listener.
pub(crate) async fn listen(
    parts: &Parts,
    sources: SourceBook,
    edges: &Book,
) -> Result<Listeners, Error> {
    let mut listeners = ingest::listen(parts, sources.clone()).await?;
    if parts.config.edge.enabled {
        edge::listen(parts, edges, sources, &mut listeners).await?;
    }
    Ok(listeners)
}
