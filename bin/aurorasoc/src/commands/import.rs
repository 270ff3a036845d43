mod files;
mod host;
mod summary;
mod watch;

use aurora_messages::{ImportJob, ImportRequest, ImportState};
use aurora_model::SourceName;
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::Line;
use crate::settle::{self, Settled};
use files::{Input, Spooled};
use host::Host;
use summary::Summary;
use watch::Ended;

/// Read files of this machine into the site
///
/// JSON lines and arrays, EVTX, Suricata EVE, Zeek, CloudTrail, auditd and syslog text, also packed
/// with gzip or zstd; the format is found from the content. A file is known by its content: the same
/// file again is the same import and goes on where it stopped. When no site runs, one is started for
/// as long as the import takes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc import Security.evtx\n  \
    aurorasoc import -r /var/log/suricata --source suricata\n  \
    journalctl -o short-iso | aurorasoc import -\n  \
    aurorasoc import events.json --json | jq .alerts\n\n\
    Exit code 6 when records went to the dead letter, 130 after Ctrl-C: the same command resumes.")]
pub struct Import {
    /// Files, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// What the records are: a parser's name, `@` and a feed's name if there are several
    #[arg(long, value_name = "SOURCE", value_parser = source_name)]
    source: Option<SourceName>,
    /// Walk directories
    #[arg(long, short)]
    recursive: bool,
    /// Begin again instead of resuming
    #[arg(long)]
    restart: bool,
    /// Do not wait until every record is stored and judged
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    form: Form,
}

/// 1 to 64 of `a-z`, `0-9`, `-`, `_`, with a feed behind an `@`.
pub fn source_name(text: &str) -> Result<SourceName, String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_@".contains(&b);
    if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) {
        return Err("want 1 to 64 of a-z, 0-9, `-`, `_` and `@`".to_owned());
    }
    Ok(SourceName::new(text))
}

pub async fn run(import: Import, app: &mut App) -> anyhow::Result<Exit> {
    let inputs = files::gather(&import.files, import.recursive)?;
    let mut interrupt = Interrupt::new()?;
    let host = Host::find(app).await?;
    let worked = work(&import, inputs, app, &mut interrupt).await;
    host.stop().await?;
    let summary = worked?;
    if import.form.json {
        app.screen.json(&summary)?;
    } else {
        summary.show(app)?;
    }
    Ok(summary.exit())
}

/// What was handed over, until the end or until Ctrl-C.
#[derive(Default)]
struct HandedOver {
    jobs: Vec<ImportJob>,
    /// Records of these files that earlier runs handed over.
    earlier: u64,
    interrupted: bool,
}

async fn work(
    import: &Import,
    inputs: Vec<Input>,
    app: &mut App,
    interrupt: &mut Interrupt,
) -> anyhow::Result<Summary> {
    let before = app.client.ledger().await?;
    let begun = tokio::time::Instant::now();
    let mut handed = hand_over(import, inputs, app, interrupt).await?;
    let settled = if import.no_wait || handed.interrupted {
        Settled::Late
    } else {
        settle::settle(app, import.form.json, interrupt).await?
    };
    handed.interrupted |= settled == Settled::Interrupted;
    let took = begun.elapsed();
    let after = app.client.ledger().await?;
    let mut summary = Summary::of(&before, &after, took);
    summary.imports = handed.jobs;
    summary.earlier = handed.earlier;
    summary.interrupted = handed.interrupted;
    summary.settled = settled == Settled::Yes;
    summary.waited = !import.no_wait;
    Ok(summary)
}

/// One file after another.
async fn hand_over(
    import: &Import,
    inputs: Vec<Input>,
    app: &mut App,
    interrupt: &mut Interrupt,
) -> anyhow::Result<HandedOver> {
    let mut handed = HandedOver::default();
    let few = inputs.len() <= A_LINE_EACH;
    for input in inputs {
        let (path, spooled) = match input {
            Input::File(path) => (path, None),
            Input::Standard => match Spooled::read(app, import.form.json, interrupt).await? {
                Some(spooled) => (spooled.path().to_owned(), Some(spooled)),
                None => {
                    handed.interrupted = true;
                    return Ok(handed);
                }
            },
        };
        let request = ImportRequest {
            path: path.display().to_string(),
            source: import.source.clone(),
            restart: import.restart,
        };
        let started = app.client.start_import(&request).await?;
        handed.earlier += started.records;
        let ended = watch::job(app, started, import.form.json, interrupt).await?;
        handed.interrupted = matches!(ended, Ended::Interrupted(_));
        let (Ended::Itself(job) | Ended::Interrupted(job)) = ended;
        if !import.form.json && (few || job.state != ImportState::Done) {
            tell(app, &job, spooled.is_some())?;
        }
        if let Some(spooled) = spooled {
            spooled.finish(app, job.state == ImportState::Done)?;
        }
        handed.jobs.push(job);
        if handed.interrupted {
            break;
        }
    }
    Ok(handed)
}

/// Files up to which each is worth a line; of more, only those that fail are.
const A_LINE_EACH: usize = 12;

fn tell(app: &mut App, job: &ImportJob, spooled: bool) -> anyhow::Result<()> {
    let name = if spooled { "standard input" } else { &job.path };
    let line = Line::new()
        .span(super::imports::state(job.state))
        .plain(format!("  {name}"));
    let line = match &job.error {
        Some(error) => line.plain(format!(": {error}")),
        None => line.dim(format!("  {}", crate::output::of(job.records, "record"))),
    };
    Ok(app.screen.line(line)?)
}

/// What cannot be imported is told before anything is.
fn missing(path: &str) -> Failure {
    Failure::not_found(format!("there is no file `{path}`"))
        .fix("name a file, or `-` for standard input")
}
