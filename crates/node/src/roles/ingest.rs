use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aurora_follow::Outlet;
use aurora_listeners::import::Importer;
use aurora_listeners::{Acceptor, Detect, SourceBook, http, syslog};
use aurora_model::SourceName;
use aurora_normalise::{ByContent, Normaliser, Options};
use aurora_telemetry::Health;
use tracing::error;

use super::Parts;
use crate::{Error, SiteConfig};

/// What takes records in.
#[derive(Clone)]
pub(crate) struct Listeners {
    pub(crate) acceptor: Acceptor,
    pub(crate) importer: Importer,
    /// Name and address of every socket that listens.
    pub(crate) addresses: Vec<(String, SocketAddr)>,
    /// Of the syslog listener, when it is up.
    pub(crate) kernel_drops: Option<(SocketAddr, syslog::KernelDrops)>,
    /// What the port for hosts shows, when it is up.
    pub(crate) edge: Option<aurora_tls::Identity>,
}

pub(super) fn start_normaliser(parts: &Parts) -> Result<(), Error> {
    let normaliser = Normaliser::new(
        options(&parts.config),
        parts.worker.clone(),
        parts.scope.clone(),
        parts.bus("normalise")?,
        parts.adapters.records.clone(),
        parts.registry.clone(),
        parts.metrics.clone(),
    );
    parts
        .tasks
        .spawn("normalise", normaliser.run(parts.tasks.shutdown()));
    parts.ready("normalise");
    Ok(())
}

/// How a worker normalises, in the site's process or beside it.
fn options(config: &SiteConfig) -> Options {
    let dedupe = aurora_dedupe::Options {
        window: Duration::from_secs(config.ingest.dedupe_window_seconds),
        ..aurora_dedupe::Options::default()
    };
    Options {
        dedupe,
        by_content: ByContent::of(config.ingest.dedupe_by_content.iter().cloned()),
        lease: config.bus.lease(),
    }
}

/// A name that no other worker has.
pub(crate) fn worker_name(kind: &str) -> String {
    format!("{kind}-{}", aurora_ids::random_token::<8>())
}

/// Binds the listeners. One whose port is taken is down and said to be; the others serve.
pub(super) async fn listen(parts: &Parts, sources: SourceBook) -> Result<Listeners, Error> {
    let acceptor = Acceptor::new(
        parts.bus("listen")?,
        parts.scope.clone(),
        parts.clock.clone(),
        parts.metrics.clone(),
        detect(parts),
    )
    .telling_one_in(parts.config.otlp.tells_one_in());
    let records = parts.adapters.records.clone();
    let importer = Importer::new(acceptor.clone(), records, parts.tasks.clone());
    let mut listeners = Listeners {
        acceptor,
        importer,
        addresses: Vec::new(),
        kernel_drops: None,
        edge: None,
    };
    if parts.config.ingest.http.enabled {
        let bound = http::Service::bind(
            parts.config.ingest.http.clone(),
            parts.scope.clone(),
            listeners.acceptor.clone(),
            sources,
        );
        if let Some(service) = said(parts, "ingest-http", bound.await) {
            listeners.note("http ingest", service.address());
            parts
                .tasks
                .spawn("ingest-http", service.run(parts.tasks.shutdown()));
        }
    }
    if parts.config.syslog.enabled {
        let bound = syslog::Service::bind(parts.config.syslog.clone(), listeners.acceptor.clone());
        if let Some(service) = said(parts, "ingest-syslog", bound.await) {
            listeners.note("syslog udp and tcp", service.address());
            listeners.note("syslog over tls", service.tls_address());
            listeners.kernel_drops = service.address().map(|at| (at, service.kernel_drops()));
            parts
                .tasks
                .spawn("ingest-syslog", service.run(parts.tasks.shutdown()));
        }
    }
    follow(parts, &listeners.acceptor);
    Ok(listeners)
}

/// Feeds that nobody pushes.
fn follow(parts: &Parts, acceptor: &Acceptor) {
    let options = parts.config.follow.clone();
    if options == aurora_follow::Options::default() {
        return;
    }
    let (records, shutdown) = (parts.adapters.records.clone(), parts.tasks.shutdown());
    let outlet = Outlet::new(
        acceptor.clone(),
        records,
        parts.scope.clone(),
        shutdown.clone(),
    );
    let service = aurora_follow::Service::new(options, outlet);
    parts.tasks.spawn("ingest-follow", service.run(shutdown));
    parts.ready("ingest-follow");
}

impl Listeners {
    pub(super) fn note(&mut self, name: &str, address: Option<SocketAddr>) {
        self.addresses
            .extend(address.map(|address| (name.to_owned(), address)));
    }
}

pub(super) fn said<S>(
    parts: &Parts,
    role: &str,
    bound: Result<S, aurora_listeners::Error>,
) -> Option<S> {
    match bound {
        Ok(service) => {
            parts.ready(role);
            Some(service)
        }
        Err(failed) => {
            let code = match failed {
                aurora_listeners::Error::Certificate { .. } => aurora_codes::Code::ConfigInvalid,
                _ => aurora_codes::Code::PortInUse,
            };
            error!(role, %code, error = aurora_tasks::chain(&failed), "a listener is down");
            let reason = format!("{code}: {}; {}", aurora_tasks::chain(&failed), code.fix());
            parts.health.set(role, Health::Degraded { reason });
            None
        }
    }
}

/// Names a record's source from its content. What nobody recognises keeps `auto` and meets the
/// dead letter, where somebody sees it.
fn detect(parts: &Parts) -> Detect {
    let registry = parts.registry.clone();
    let names: Vec<SourceName> = registry.names().into_iter().map(SourceName::new).collect();
    let auto = SourceName::new(SourceName::AUTO);
    Arc::new(
        move |body| match registry.parser_for(SourceName::AUTO, body) {
            Ok(parser) => names
                .iter()
                .find(|name| name.as_str() == parser.name())
                .cloned()
                .unwrap_or_else(|| auto.clone()),
            Err(_) => auto.clone(),
        },
    )
}
