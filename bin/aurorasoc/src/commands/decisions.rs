use std::collections::VecDeque;

use aurora_messages::{DecisionLog, DecisionQuery};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Span, Table, short};
use crate::time;

/// List the latest decisions: who changed what, when and why
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc decisions\n  \
    aurorasoc decisions --about 4f9c1a2b…          about one alert, rule, suppression or import\n  \
    aurorasoc decisions --after 120 --json")]
pub struct Decisions {
    /// The first ones after this number, instead of the latest
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// Only those about the object with this id
    #[arg(long, value_name = "ID")]
    about: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

pub async fn run(decisions: Decisions, app: &mut App) -> anyhow::Result<Exit> {
    let log = match decisions.after {
        Some(after) => page(&decisions, after, decisions.limit, app).await?,
        None => latest(&decisions, app).await?,
    };
    if decisions.form.json {
        app.screen.json(&log)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&["number#", "when", "who", "what", "reason", "objects"]);
    for entry in &log.decisions {
        table.row([
            Span::plain(entry.seq),
            Span::plain(time::exact(entry.at)),
            Span::plain(entry.actor.name()),
            Span::plain(&entry.action.name),
            Span::plain(short(&entry.reason, 80)),
            Span::dim(objects(&entry.action.objects)),
        ]);
    }
    if table.is_empty() {
        app.screen.line("No decision fits.")?;
        return Ok(Exit::Ok);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

async fn page(
    wanted: &Decisions,
    after: u64,
    limit: u32,
    app: &App,
) -> anyhow::Result<DecisionLog> {
    let query = DecisionQuery {
        after,
        object: wanted.about.clone(),
        limit: Some(limit),
    };
    Ok(app.client.decisions(&query).await?)
}

/// The log is read from its beginning, as it is kept; only its end is shown.
async fn latest(wanted: &Decisions, app: &App) -> anyhow::Result<DecisionLog> {
    let mut kept = VecDeque::new();
    let mut after = 0;
    loop {
        let step = page(wanted, after, DecisionQuery::PAGE.most, app).await?;
        let Some(last) = step.decisions.last() else {
            break;
        };
        after = last.seq;
        let full = step.decisions.len() >= DecisionQuery::PAGE.most as usize;
        kept.extend(step.decisions);
        let surplus = kept.len().saturating_sub(wanted.limit as usize);
        kept.drain(..surplus);
        if !full {
            break;
        }
    }
    Ok(DecisionLog {
        decisions: kept.into(),
    })
}

fn objects(objects: &[String]) -> String {
    let shown: Vec<String> = objects.iter().take(2).map(|id| short(id, 36)).collect();
    match objects.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
