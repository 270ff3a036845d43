use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use anyhow::Context as _;
use aurora_node::{Environment, Site, SiteConfig, Worker};
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
    aurorasoc serve --roles ingest --bus nats")]
pub struct Serve {
    #[command(flatten)]
    ports: Ports,
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
    /// Only these roles, beside the site that runs in the data directory: `ingest` shares its raw
    /// shards, and needs a bus on NATS. Without it, a whole site
    #[arg(long, value_enum, value_name = "ROLE", value_delimiter = ',')]
    roles: Vec<Role>,
    /// Leave the terminal's session; `up` starts it so
    #[arg(long, hide = true)]
    detached: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// What a process beside a site can take a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    Ingest,
}

pub async fn run(serve: Serve, app: &mut App) -> anyhow::Result<Exit> {
    if serve.detached {
        rustix::process::setsid().context("cannot leave the terminal's session")?;
    }
    let config = app.settings.site(&serve.ports)?;
    let form = match serve.log_format {
        LogFormat::Text => logs::Form::Text,
        LogFormat::Json => logs::Form::Json,
    };
    logs::install(form, &serve.log, None)?;
    let mut ends = Ends::new()?;
    if serve.roles.contains(&Role::Ingest) {
        let worker = Worker::ingest(&config, &app.settings.data_dir).await?;
        tell_service_manager("READY=1");
        ends.wait(worker.stopping()).await;
        tell_service_manager("STOPPING=1");
        worker.stop().await?;
        return Ok(Exit::Ok);
    }
    let site = Site::start(config, Environment::new(app.settings.data_dir.clone())).await?;
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
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    /// From now on the signals are ours to answer.
    fn new() -> std::io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self {
            interrupt,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self, stopping: Shutdown) {
        tokio::select! {
            () = stopping.cancelled() => {}
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The protocol of sd_notify(3): a datagram to the socket that systemd names. Without systemd there
/// is none, and one that cannot be reached changes nothing for us.
fn tell_service_manager(state: &str) {
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
