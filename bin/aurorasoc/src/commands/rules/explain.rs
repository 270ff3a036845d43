use std::io::Read as _;
use std::path::{Path, PathBuf};

use aurora_engineering::explain_correlation;
use aurora_messages::{ExplainCorrelation, ExplainRequest};
use aurora_model::engineering::{CorrelationExplanation, Explanation};
use aurora_model::{EventUid, SourceName};
use clap::Args;
use serde_json::Value;

use super::reading::Reader;
use super::{local, tree, windows};
use crate::app::App;
use crate::args::Form;
use crate::commands::import::source_name;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lookup;
use crate::output::{Ink, Line, of};
use crate::time::Moment;

/// Say why a rule fires on an event, or why it does not
///
/// The condition is shown as a tree: which part held, which did not, what the event held, and at
/// which OCSF path each field was found. Of a correlation: which of its rules hit, into which groups
/// the hits fell, and how near the best window of each came. A rule file with a file of records needs
/// no running site.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules explain 5c1b2a9e 0d3f…            a stored event, by its uid\n  \
    aurorasoc rules explain new.yml event.json\n  \
    aurorasoc rules explain new.yml capture.evtx      the event that comes nearest\n  \
    aurorasoc rules explain brute-force.yml auth.log --rules my-rules/   a correlation\n  \
    aurorasoc rules explain 77aa01c2 --since 2h       a correlation, on stored events\n  \
    head -1 auth.log | aurorasoc rules explain 5c1b2a9e - --source syslog\n\n\
    `aurorasoc hunt … --json` and `aurorasoc show ALERT --json` tell the uids of events.\n\
    Exit code 1 when the rule does not fire.")]
pub struct Explain {
    /// A rule file, or the id of a rule in force
    #[arg(value_name = "RULE")]
    rule: String,
    /// The uid of a stored event, a file with records or OCSF events, or `-` for standard input
    #[arg(value_name = "EVENT", required_unless_present = "since")]
    event: Option<String>,
    /// Stored events from this time on, for a correlation in force: 30m, 24h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME", conflicts_with = "event")]
    since: Option<Moment>,
    /// Stored events before this time
    #[arg(long, value_name = "TIME", requires = "since")]
    until: Option<Moment>,
    /// What the records are; detected from their content when absent
    #[arg(long, value_name = "SOURCE", value_parser = source_name)]
    source: Option<SourceName>,
    /// More rule files: those that a correlation of a file refers to
    #[arg(long = "rules", value_name = "PATH")]
    beside: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
}

/// Events of a file that are put to a rule of the site; more are told.
const AT_MOST: usize = 200;

pub async fn run(wanted: Explain, app: &mut App) -> anyhow::Result<Exit> {
    let path = Path::new(&wanted.rule);
    let file = path.exists() || local::looks_like_a_path(&wanted.rule);
    if wanted.since.is_some() {
        let told = stored(&wanted, file, app).await?;
        return windowed(&told, wanted.form.json, app);
    }
    let events = events(&wanted, app)?;
    if let Some(told) = windows_of(&wanted, file, events.as_deref(), app).await? {
        return windowed(&told, wanted.form.json, app);
    }
    let (explained, events) = match (file, events) {
        (true, Some(events)) => {
            let set = local::one(path)?;
            let all = events.iter().map(|event| set.1.explain(&set.0, event));
            (best(all.flatten()), events.len())
        }
        (_, events) => remote(&wanted, file, events, app).await?,
    };
    let explained = explained.ok_or_else(|| Failure::not_found("there is no event in it"))?;
    let exit = if explained.matched {
        Exit::Ok
    } else {
        Exit::Failed
    };
    if wanted.form.json {
        app.screen.json(&explained)?;
        return Ok(exit);
    }
    let line = Line::new().bold(&explained.title);
    let line = if explained.matched {
        line.ink(Ink::Green, "  fires")
    } else {
        line.ink(Ink::Red, "  does not fire")
    };
    app.screen.line(line)?;
    if events > 1 {
        let text = format!("of {}, this one comes nearest", of(events as u64, "event"));
        app.screen.line(Line::new().dim(text))?;
    }
    tree::show(&mut app.screen, &explained, 0)?;
    Ok(exit)
}

/// What a correlation in force does with the events that the site has kept.
async fn stored(wanted: &Explain, file: bool, app: &App) -> anyhow::Result<CorrelationExplanation> {
    if file {
        let text = "--since explains a correlation in force";
        return Err(Failure::usage(text)
            .fix("give its id, or a file of records beside the rule file")
            .into());
    }
    let now = app.now();
    let past = |moment: &Option<Moment>| moment.as_ref().map(|moment| moment.past(now));
    let request = ExplainCorrelation {
        rule: lookup::rule(&app.client, &wanted.rule).await?,
        events: Vec::new(),
        since: past(&wanted.since),
        until: past(&wanted.until),
    };
    match app.client.explain_correlation(&request).await {
        Err(error) if error.is_not_found() => {
            let text = format!("`{}` is a rule of single events", wanted.rule);
            Err(Failure::usage(text)
                .fix("give one event: its uid, a file, or `-`")
                .into())
        }
        told => Ok(told?),
    }
}

/// What a correlation did with the events; `None` when RULE is a rule of single events.
async fn windows_of(
    wanted: &Explain,
    file: bool,
    events: Option<&[Value]>,
    app: &App,
) -> anyhow::Result<Option<CorrelationExplanation>> {
    let several = || {
        Failure::usage("a correlation is explained by several events")
            .fix("give a file of records; `aurorasoc hunt … --json` makes one")
    };
    if file {
        let Some((id, set)) = local::correlation(Path::new(&wanted.rule), &wanted.beside)? else {
            return Ok(None);
        };
        let events = events.ok_or_else(several)?;
        return Ok(explain_correlation(&set, &id, events));
    }
    // A single event is no question for a correlation, and most rules are none.
    let Some(events) = events.filter(|events| !events.is_empty()) else {
        return Ok(None);
    };
    let request = ExplainCorrelation {
        rule: lookup::rule(&app.client, &wanted.rule).await?,
        events: events
            .iter()
            .filter_map(Value::as_object)
            .cloned()
            .collect(),
        since: None,
        until: None,
    };
    match app.client.explain_correlation(&request).await {
        Ok(told) => Ok(Some(told)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn windowed(told: &CorrelationExplanation, json: bool, app: &mut App) -> anyhow::Result<Exit> {
    if json {
        app.screen.json(told)?;
    } else {
        windows::show(&mut app.screen, told)?;
    }
    Ok(if told.fired { Exit::Ok } else { Exit::Failed })
}

/// The events of a file or of standard input; `None` for a stored event.
fn events(wanted: &Explain, app: &App) -> anyhow::Result<Option<Vec<Value>>> {
    let event = wanted.event.as_deref().unwrap_or("-");
    let path = Path::new(event);
    let reader = Reader::new()?;
    let source = wanted.source.as_ref();
    let read = if event == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        reader.all(std::io::Cursor::new(bytes), source, app.now())?
    } else if path.is_file() {
        reader.file(path, source, app.now())?
    } else if event.parse::<EventUid>().is_ok() {
        return Ok(None);
    } else {
        let text = format!("`{event}` is neither a file nor the uid of an event");
        return Err(Failure::usage(text)
            .fix("a uid has 32 hexadecimal digits; `aurorasoc hunt … --json` tells it")
            .into());
    };
    match read {
        Ok(events) => Ok(Some(events)),
        Err(problem) => {
            let text = format!("cannot read the record: {problem}");
            Err(Failure::usage(text)
                .fix("say what it is with --source; `aurorasoc sources` lists them")
                .into())
        }
    }
}

async fn remote(
    wanted: &Explain,
    file: bool,
    events: Option<Vec<Value>>,
    app: &App,
) -> anyhow::Result<(Option<Explanation>, usize)> {
    let mut request = ExplainRequest::default();
    if file {
        let path = Path::new(&wanted.rule);
        local::one(path)?;
        request.text = Some(std::fs::read_to_string(path)?);
    } else {
        request.rule = Some(lookup::rule(&app.client, &wanted.rule).await?);
    }
    let Some(events) = events else {
        request.uid = wanted.event.as_deref().and_then(|uid| uid.parse().ok());
        return Ok((Some(app.client.explain_rule(&request).await?), 1));
    };
    let mut explained = Vec::new();
    let total = events.len();
    for event in events.into_iter().take(AT_MOST) {
        request.event = event.as_object().cloned();
        explained.push(app.client.explain_rule(&request).await?);
    }
    Ok((best(explained.into_iter()), total))
}

/// The one that fires, else the one that comes nearest.
fn best(all: impl Iterator<Item = Explanation>) -> Option<Explanation> {
    fn held(node: &aurora_model::engineering::ExplainNode) -> usize {
        usize::from(node.holds) + node.parts.iter().map(held).sum::<usize>()
    }
    // Of equals the first.
    all.fold(None, |best: Option<Explanation>, one| {
        let rank = |it: &Explanation| {
            let held: usize = it.conditions.iter().map(held).sum();
            (it.matched, it.covered, held)
        };
        match best {
            Some(best) if rank(&best) >= rank(&one) => Some(best),
            _ => Some(one),
        }
    })
}
