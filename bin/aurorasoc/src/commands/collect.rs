use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_model::SourceName;
use aurora_model::relay::Events;
use aurora_node::{Collected, Collector, CollectorConfig, LinkState, Normalised};
use aurora_secrets::Secret;
use clap::{Args, Subcommand};

use super::serve::{Ends, Logs, tell_service_manager};
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Ink, Line, Span, bytes, count, of};
use crate::time;

/// Collect this host's records and forward them to a site
///
/// Records wait in a buffer on disk until the site has them, over a crash and over days without a
/// connection. `--config` names a collector's own file; docs/collector.md lists its keys.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  \
    aurorasoc collect --config /etc/aurorasoc/collector.toml\n  \
    aurorasoc collect --file '/var/log/*.log' --to https://soc.example.org:8687 --token-file token\n  \
    aurorasoc collect enrol --to https://soc.example.org:9443 --code-file code\n  \
    aurorasoc collect --journal --syslog 127.0.0.1:1514\n  \
    aurorasoc collect status --json")]
pub struct Collect {
    #[command(subcommand)]
    ask: Option<Ask>,
    #[command(flatten)]
    run: Run,
}

#[derive(Debug, Subcommand)]
enum Ask {
    Status(Status),
    Enrol(Enrol),
}

/// Enrol this host at a site, once, with a code that was made there
///
/// Its key is made here and stays here. The site's certificate of a day is renewed by the collector at
/// half its life; a host that was away for longer enrols again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc collect enrol --to https://soc.example.org:9443 --code-file code\n  \
    ssh soc aurorasoc enrol token --host ws-014 --json | jq -r .code |\n    \
    aurorasoc collect enrol --to https://soc.example.org:9443 --code-file -")]
struct Enrol {
    /// The site's listener for hosts
    #[arg(long, value_name = "URL")]
    to: String,
    /// File with the code of `aurorasoc enrol token`; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    code_file: PathBuf,
    /// This host's name, where the system's is not the one to be known by
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// Show how the collector of this host is: its site, its buffer, its counts
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc collect status\n  \
    aurorasoc collect status --json | jq .buffer\n\n\
    Exit code 3 when no collector runs.")]
struct Status {
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
struct Run {
    /// The site's HTTP listener, such as https://soc.example.org:8687
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// File with the token of a source of the site
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// File with the authorities that the site's certificate is believed from
    #[arg(long, value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// Follow a file; its name may hold `*`. May be repeated
    #[arg(long, value_name = "PATTERN")]
    file: Vec<PathBuf>,
    /// What the files of --file hold; told from their content without it
    #[arg(long, value_name = "NAME", requires = "file")]
    source: Option<String>,
    /// Follow the systemd journal
    #[arg(long)]
    journal: bool,
    /// Hear syslog on this address, UDP and TCP
    #[arg(long, value_name = "ADDRESS:PORT")]
    syslog: Option<SocketAddr>,
    /// A VRL program that every record passes; may be repeated
    #[arg(long, value_name = "FILE")]
    program: Vec<PathBuf>,
    /// Make OCSF on this host, after the programs, instead of at the site
    #[arg(long)]
    normalise: bool,
    /// Bytes that wait on disk at most
    #[arg(long, value_name = "N")]
    buffer_bytes: Option<u64>,
    /// When the buffer is full, give up the oldest records instead of waiting
    #[arg(long)]
    drop_oldest: bool,
    #[command(flatten)]
    logs: Logs,
}

pub async fn run(collect: Collect, app: &mut App) -> anyhow::Result<Exit> {
    let root = app.settings.collector_dir();
    match collect.ask {
        Some(Ask::Status(status)) => tell(&status, &root, app).await,
        Some(Ask::Enrol(wanted)) => enrol(&wanted, &root, app).await,
        None => forward(&collect.run, &root, app).await,
    }
}

async fn forward(run: &Run, root: &Path, app: &App) -> anyhow::Result<Exit> {
    let config = run.over(app.settings.collector()?);
    let follow = &config.follow;
    let feeds = follow.files.len() + follow.folders.len();
    if feeds == 0 && !follow.journal.enabled && !config.syslog.enabled {
        let fix = "name a feed: --file, --journal or --syslog, or a file with --config";
        return Err(Failure::usage("there is nothing to collect")
            .fix(fix)
            .into());
    }
    run.logs.install()?;
    let mut ends = Ends::new()?;
    let collector = Collector::start(config, root).await?;
    tell_service_manager("READY=1");
    ends.wait(collector.stopping()).await;
    tell_service_manager("STOPPING=1");
    collector.stop().await?;
    Ok(Exit::Ok)
}

async fn enrol(wanted: &Enrol, root: &Path, app: &mut App) -> anyhow::Result<Exit> {
    let file = &wanted.code_file;
    let code = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin().lock()),
        false => std::fs::read_to_string(file),
    };
    let code = code.with_context(|| format!("cannot read the code in `{}`", file.display()))?;
    let name = wanted.name.as_deref();
    let enrolled = Collector::enrol(root, &wanted.to, &Secret::new(code), name).await?;
    if wanted.form.json {
        app.screen.json(&serde_json::json!({
            "id": enrolled.id(),
            "site": enrolled.site(),
            "ends_at": enrolled.ends(),
        }))?;
        return Ok(Exit::Ok);
    }
    let screen = &mut app.screen;
    screen.line(Line::new().label("site").plain(enrolled.site()))?;
    screen.line(Line::new().label("id").plain(enrolled.id()))?;
    screen
        .line(Line::new().dim("This host has enrolled. Run `aurorasoc collect` with its feeds."))?;
    Ok(Exit::Ok)
}

impl Run {
    /// What was typed, over what is written.
    fn over(&self, mut config: CollectorConfig) -> CollectorConfig {
        if let Some(url) = &self.to {
            config.site.url.clone_from(url);
        }
        config.site.token_file = self.token_file.clone().or(config.site.token_file);
        config.site.authorities = self.authorities.clone().or(config.site.authorities);
        let source = self.source.as_deref().unwrap_or(SourceName::AUTO);
        for path in &self.file {
            config.follow_file(path, source);
        }
        config.follow.journal.enabled |= self.journal;
        if let Some(address) = self.syslog {
            config.syslog.enabled = true;
            config.syslog.listen = address;
        }
        for file in &self.program {
            config.pass_program(file);
        }
        config.normalise.enabled |= self.normalise;
        config.buffer.max_bytes = self.buffer_bytes.unwrap_or(config.buffer.max_bytes);
        if self.drop_oldest {
            config.drop_oldest();
        }
        config
    }
}

async fn tell(status: &Status, root: &Path, app: &mut App) -> anyhow::Result<Exit> {
    let Some(seen) = Collector::ask(root).await? else {
        let text = format!(
            "no collector runs on the data directory `{}`",
            root.display()
        );
        let failure = Failure::new(Exit::NoSite, text);
        return Err(failure.fix("run `aurorasoc collect`").into());
    };
    if status.form.json {
        app.screen.json(&seen)?;
        return Ok(Exit::Ok);
    }
    show(&seen, app)?;
    Ok(Exit::Ok)
}

fn show(seen: &Collected, app: &mut App) -> std::io::Result<()> {
    let now = app.now();
    let up = time::rough(now.since(seen.started_at));
    let line = Line::new().bold("Collector");
    let screen = &mut app.screen;
    screen.line(line.plain(format!(", process {}, up {up}", seen.pid)))?;
    let link = match &seen.link {
        LinkState::Idle => Span::new("nothing sent yet", Ink::Dim),
        LinkState::Connected { protocol } => {
            Span::new(format!("takes records, {protocol}"), Ink::Green)
        }
        LinkState::Waiting { since, reason } => {
            let since = time::rough(now.since(*since));
            Span::new(format!("away for {since}: {reason}"), Ink::Yellow)
        }
        LinkState::Refused { since, reason } => {
            let since = time::rough(now.since(*since));
            Span::new(format!("refuses for {since}: {reason}"), Ink::BoldRed)
        }
    };
    let site = Line::new().label("site").plain(format!("{}  ", seen.site));
    screen.line(site.span(link))?;
    let buffer = &seen.buffer;
    let held = format!(
        "{} of {} on disk, {} waiting",
        bytes(buffer.bytes),
        bytes(buffer.max_bytes),
        of(buffer.batches, "batch")
    );
    screen.line(Line::new().label("buffer").plain(held))?;
    let sent = format!(
        "{} forwarded ({} known there already), {} left out by programs, {} dropped",
        of(seen.forwarded, "record"),
        count(seen.known),
        count(seen.left_out),
        count(seen.dropped)
    );
    screen.line(Line::new().label("records").plain(sent))?;
    match &seen.normalised {
        Some(normalised) => screen.line(Line::new().label("OCSF").span(made(normalised))),
        None => Ok(()),
    }
}

/// Who makes OCSF, where this host was asked to.
fn made(normalised: &Normalised) -> Span {
    let (text, ink) = match normalised.events {
        Events::Used => {
            let made = of(normalised.records, "event");
            return Span::new(format!("{made} made on this host"), Ink::Green);
        }
        Events::Unused => ("the token names a parser", Ink::Yellow),
        Events::Unknown => ("its release does not take events", Ink::Yellow),
    };
    Span::new(format!("made by the site: {text}"), ink)
}
