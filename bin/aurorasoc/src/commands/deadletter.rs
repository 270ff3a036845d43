use aurora_messages::{self as messages, DeadLetterQuery, DeadLetterState};
use aurora_model::{DeadLetterReason, SourceName};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::import::source_name;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Line, Span, Table, bytes, of, short};
use crate::time;

/// Look at records that could not become events, and send them through again
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Deadletter {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Show(Show),
    Replay(Replay),
}

/// List dead letters, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc deadletter list\n  \
    aurorasoc deadletter list --reason unparsable --source syslog")]
struct List {
    #[command(flatten)]
    filter: Filter,
    #[arg(long, value_enum)]
    state: Option<State>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

/// Show one dead letter with its whole record
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc deadletter show 77aa\n  aurorasoc deadletter show 77aa --json | jq -r .raw"
)]
struct Show {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    letter: String,
    #[command(flatten)]
    form: Form,
}

/// Send dead letters through the parsers again, once those are mended
///
/// The records are received a second time, and the ledger says so. What fails again comes back as
/// a new dead letter.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["letters", "all", "reason", "source"]))]
#[command(after_help = "Examples:\n  \
    aurorasoc deadletter replay 77aa\n  \
    aurorasoc deadletter replay --all --because 'parser mended in 0.2'")]
struct Replay {
    /// Ids, or beginnings of ids
    #[arg(value_name = "ID", conflicts_with_all = ["all", "reason", "source"])]
    letters: Vec<String>,
    /// Every one that waits
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    because: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Clone, Debug, Args)]
struct Filter {
    /// Only those given up for this reason
    #[arg(long, value_enum)]
    reason: Option<Reason>,
    /// Only those of this source
    #[arg(long, value_name = "SOURCE", value_parser = source_name)]
    source: Option<SourceName>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Waiting,
    Replayed,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reason {
    UnknownFormat,
    Unparsable,
    Invalid,
    TooLarge,
    TooDeep,
    Damaged,
}

impl Reason {
    const fn meant(self) -> DeadLetterReason {
        match self {
            Self::UnknownFormat => DeadLetterReason::UnknownFormat,
            Self::Unparsable => DeadLetterReason::Unparsable,
            Self::Invalid => DeadLetterReason::Invalid,
            Self::TooLarge => DeadLetterReason::TooLarge,
            Self::TooDeep => DeadLetterReason::TooDeep,
            Self::Damaged => DeadLetterReason::Damaged,
        }
    }
}

pub async fn run(letters: Deadletter, app: &mut App) -> anyhow::Result<Exit> {
    match letters.step {
        Step::List(wanted) => list(wanted, app).await,
        Step::Show(wanted) => show(wanted, app).await,
        Step::Replay(wanted) => replay(wanted, app).await,
    }
}

async fn list(list: List, app: &mut App) -> anyhow::Result<Exit> {
    let query = DeadLetterQuery {
        reason: list.filter.reason.map(Reason::meant),
        source: list.filter.source,
        state: list.state.map(|state| match state {
            State::Waiting => DeadLetterState::Waiting,
            State::Replayed => DeadLetterState::Replayed,
        }),
        limit: Some(list.limit),
        offset: None,
    };
    let page = app.client.dead_letters(&query).await?;
    if list.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    if page.letters.is_empty() {
        app.screen.line("No dead letter fits.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&[
        "id", "received", "source", "reason", "size#", "state", "detail", "record",
    ]);
    for letter in &page.letters {
        table.row([
            Span::plain(short_id(&letter.id)),
            Span::plain(time::relative(letter.received_at, now)),
            Span::plain(&letter.source),
            Span::plain(letter.reason.word().replace('_', " ")),
            Span::plain(bytes(letter.bytes)),
            state(letter.state),
            Span::plain(short(&letter.detail, 100)),
            Span::dim(short(&letter.preview, 60)),
        ]);
    }
    app.screen.table(&table)?;
    app.screen.rest(page.total, page.letters.len())?;
    Ok(Exit::Ok)
}

/// Enough of the id to type.
fn short_id(id: &str) -> String {
    id.chars().take(12).collect()
}

fn state(state: DeadLetterState) -> Span {
    match state {
        DeadLetterState::Waiting => Span::plain("waiting"),
        DeadLetterState::Replayed => Span::dim("replayed"),
    }
}

async fn show(show: Show, app: &mut App) -> anyhow::Result<Exit> {
    let id = lookup::dead_letter(&app.client, &show.letter).await?;
    let detail = app.client.dead_letter(&id).await?;
    if show.form.json {
        app.screen.json(&detail)?;
        return Ok(Exit::Ok);
    }
    let letter = &detail.letter;
    let parser = if letter.parser.is_empty() {
        "none was tried"
    } else {
        &letter.parser
    };
    let rows = [
        ("dead letter", letter.id.clone()),
        (
            "reason",
            format!(
                "{}: {}",
                letter.reason.word().replace('_', " "),
                letter.detail
            ),
        ),
        ("source", letter.source.to_string()),
        ("from", letter.host.clone()),
        ("received", time::exact(letter.received_at)),
        ("parser", parser.to_owned()),
        ("size", bytes(letter.bytes)),
    ];
    for (name, text) in rows {
        app.screen.line(Line::new().label(name).plain(text))?;
    }
    app.screen
        .line(Line::new().label("state").span(state(letter.state)))?;
    let note = if detail.utf8 {
        "Record"
    } else {
        "Record, with U+FFFD where it is not UTF-8"
    };
    app.screen.heading(note)?;
    for line in detail.raw.lines() {
        app.screen.line(format!("  {line}"))?;
    }
    Ok(Exit::Ok)
}

async fn replay(replay: Replay, app: &mut App) -> anyhow::Result<Exit> {
    let mut ids = Vec::with_capacity(replay.letters.len());
    for text in &replay.letters {
        ids.push(lookup::dead_letter(&app.client, text).await?);
    }
    let asked = messages::Replay {
        ids,
        reason: replay.filter.reason.map(Reason::meant),
        source: replay.filter.source,
        because: replay.because,
    };
    let report = app.client.replay_dead_letters(&asked).await?;
    if replay.form.json {
        app.screen.json(&report)?;
        return Ok(Exit::Ok);
    }
    let again = app.command("deadletter list --state waiting");
    let line = Line::new().plain(format!("{} sent again. ", of(report.replayed, "record")));
    app.screen
        .line(line.dim(format!("Those that fail again come back: {again}")))?;
    Ok(Exit::Ok)
}
