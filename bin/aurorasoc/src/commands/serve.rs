use std::collections::BTreeSet;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;

use anyhow::Context as _;
use aurora_clock::SystemClock;
use aurora_node::{Environment, OtlpOptions, Role, Site, SiteConfig, Told, Worker};
use aurora_tasks::Shutdown;
use aurora_telemetry::logs;
use clap::{Args, ValueEnum};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::up;
use crate::app::App;
use crate::args::Ports;
use crate::exit::Exit;

/// Run a site in this process, as a service manager wants it
///
/// Logs go to standard error. The process ends on SIGTERM, on SIGINT and when `aurorasoc down` asks.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc serve --config /etc/aurorasoc/aurorasoc.toml --data-dir /var/lib/aurorasoc\n  \
    aurorasoc serve --log-format json --log info,aurora_bus=debug\n  \
    aurorasoc serve --roles ingest,detect --bus nats")]
pub struct Serve {
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    logs: Logs,
    /// Only these roles of a site whose bus is on NATS. With `api` the process is the site, and others do
    /// the rest; without it, it works beside the site that runs in the data directory. Default: a whole
    /// site
    #[arg(long, value_enum, value_name = "ROLE", value_delimiter = ',')]
    roles: Vec<Work>,
    /// Where a process beside the site tells `/healthz`, `/readyz`, `/readyz/ROLE` and `/metrics` to whoever asks; the
    /// site tells them at its console
    #[arg(long, value_name = "ADDRESS", requires = "roles")]
    health: Option<std::net::SocketAddr>,
    /// Leave the terminal's session; `up` starts it so
    #[arg(long, hide = true)]
    detached: bool,
}

/// What a process that serves says about its work.
#[derive(Clone, Debug, Args)]
pub(super) struct Logs {
    /// How log lines look
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// Which log lines there are
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "info",
        env = "AURORASOC_LOG",
        hide_env_values = true
    )]
    log: String,
}

impl Logs {
    pub(super) fn install(&self) -> Result<(), logs::Error> {
        self.install_beside(None)
    }

    /// The same, and what is said is also for a collector of OpenTelemetry, if one is named.
    fn install_telling(&self, options: &OtlpOptions) -> Result<Option<Told>, logs::Error> {
        if !options.is_on() {
            return self.install().map(|()| None);
        }
        let (layer, told) = aurora_node::tap(Arc::new(SystemClock::new()));
        self.install_beside(Some(Box::new(layer)))?;
        Ok(Some(told))
    }

    fn install_beside(&self, listener: Option<logs::Listener>) -> Result<(), logs::Error> {
        let form = match self.log_format {
            LogFormat::Text => logs::Form::Text,
            LogFormat::Json => logs::Form::Json,
        };
        logs::install_beside(form, &self.log, None, listener)
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// What a process does of a site's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Work {
    /// Listeners, imports, console, bus server and event engine: the site itself
    Api,
    /// Raw records to events; shared by raw shards
    Ingest,
    /// Events, findings and dead letters to their stores; one process at a time
    Store,
    /// Rules on events; shared by raw shards
    Detect,
    /// Windows of correlations; shared by their shards
    Correlate,
    /// Incidents and entities; one process at a time
    Incidents,
    /// Notifications; one process at a time
    Notify,
    /// The count of what is received; one process at a time
    Ledger,
}

impl Work {
    const fn role(self) -> Role {
        match self {
            Self::Api => Role::Api,
            Self::Ingest => Role::Ingest,
            Self::Store => Role::Store,
            Self::Detect => Role::Detect,
            Self::Correlate => Role::Correlate,
            Self::Incidents => Role::Incidents,
            Self::Notify => Role::Notify,
            Self::Ledger => Role::Ledger,
        }
    }
}

pub async fn run(serve: Serve, app: &mut App) -> anyhow::Result<Exit> {
    if serve.detached {
        rustix::process::setsid().context("cannot leave the terminal's session")?;
    }
    let config = app.settings.site(&serve.ports)?;
    let told = serve.logs.install_telling(&config.otlp)?;
    let otlp = config.otlp.clone();
    let mut ends = Ends::new()?;
    let roles: BTreeSet<Role> = serve.roles.iter().map(|work| work.role()).collect();
    if !roles.is_empty() && !roles.contains(&Role::Api) {
        let worker = Worker::start(&config, &app.settings.data_dir, &roles).await?;
        told.map(|told| worker.export(&otlp, told)).transpose()?;
        if let Some(address) = serve.health {
            worker.watched_at(address).await?;
        }
        tell_service_manager("READY=1");
        ends.wait(worker.stopping()).await;
        tell_service_manager("STOPPING=1");
        worker.stop().await?;
        return Ok(Exit::Ok);
    }
    let mut environment = Environment::new(app.settings.data_dir.clone());
    if !roles.is_empty() {
        environment.roles = roles;
    }
    let site = Site::start(config, environment).await?;
    told.map(|told| site.export(&otlp, told)).transpose()?;
    tell_service_manager("READY=1");
    ends.wait(site.stopping()).await;
    tell_service_manager("STOPPING=1");
    site.stop().await?;
    Ok(Exit::Ok)
}

/// `up --foreground`: the same with the greeting, and logs where `aurorasoc logs` finds them.
pub async fn in_foreground(config: SiteConfig, up: &up::Up, app: &mut App) -> anyhow::Result<Exit> {
    let mut ends = Ends::new()?;
    let site = Site::start(config, Environment::new(app.settings.data_dir.clone())).await?;
    logs::install(logs::Form::Text, "info", Some(&app.settings.log()))?;
    let status = app.client.status().await?;
    up::finish(up, app, &status).await?;
    app.screen.line("Ctrl-C stops the site.")?;
    ends.wait(site.stopping()).await;
    site.stop().await?;
    Ok(Exit::Ok)
}

/// Why a site in this process ends.
pub(super) struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    /// From now on the signals are ours to answer.
    pub(super) fn new() -> std::io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self {
            interrupt,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    pub(super) async fn wait(&mut self, stopping: Shutdown) {
        tokio::select! {
            () = stopping.cancelled() => {}
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The protocol of sd_notify(3): a datagram to the socket that systemd names. Without systemd there
/// is none, and one that cannot be reached changes nothing for us.
pub(super) fn tell_service_manager(state: &str) {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let bytes = name.as_encoded_bytes();
    let address = match bytes.strip_prefix(b"@") {
        Some(rest) => SocketAddr::from_abstract_name(rest),
        None => SocketAddr::from_pathname(&name),
    };
    let sent = address
        .and_then(|address| UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address));
    drop(sent);
}
