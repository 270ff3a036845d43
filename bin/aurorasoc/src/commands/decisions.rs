use std::collections::VecDeque;

use aurora_clock::Timestamp;
use aurora_messages::{DecisionEntry, DecisionLog, DecisionQuery};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Span, Table, short};
use crate::time::{self, Moment};

/// List the latest decisions: who changed what, when and why
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc decisions\n  \
    aurorasoc decisions --about 4f9c1a2b…          about one alert, rule, suppression or import\n  \
    aurorasoc decisions --by eva --what alert. --since 7d\n  \
    aurorasoc decisions --after 120 --json\n\n\
    `aurorasoc audit export --jsonl` prints every decision whole, with its hashes and trace.")]
pub struct Decisions {
    /// The first ones after this number, instead of the latest
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// Only those about the object with this id
    #[arg(long, value_name = "ID")]
    about: Option<String>,
    /// Only those of this person or service
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Only actions that begin so: `alert.close`, `rule.`
    #[arg(long, value_name = "ACTION")]
    what: Option<String>,
    /// Only those since: 24h, 7d, or RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

pub async fn run(decisions: Decisions, app: &mut App) -> anyhow::Result<Exit> {
    let log = select(&decisions, app).await?;
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

/// The log is read as it is kept, from its beginning or from where it was asked for; of what fits,
/// the last ones are shown, or the first ones after a number.
async fn select(wanted: &Decisions, app: &App) -> anyhow::Result<DecisionLog> {
    let mut kept = VecDeque::new();
    let mut after = wanted.after.unwrap_or(0);
    let (limit, now) = (wanted.limit as usize, app.now());
    loop {
        let query = DecisionQuery {
            after,
            object: wanted.about.clone(),
            limit: Some(DecisionQuery::PAGE.most),
        };
        let page = app.client.decisions(&query).await?.decisions;
        let full = page.len() >= DecisionQuery::PAGE.most as usize;
        after = page.last().map_or(after, |last| last.seq);
        kept.extend(page.into_iter().filter(|entry| wanted.fits(entry, now)));
        if wanted.after.is_some() {
            kept.truncate(limit);
        } else {
            kept.drain(..kept.len().saturating_sub(limit));
        }
        if !full || (wanted.after.is_some() && kept.len() == limit) {
            return Ok(DecisionLog {
                decisions: kept.into(),
            });
        }
    }
}

impl Decisions {
    fn fits(&self, entry: &DecisionEntry, now: Timestamp) -> bool {
        let by = self.by.as_deref();
        let what = self.what.as_deref();
        by.is_none_or(|name| entry.actor.name() == name)
            && what.is_none_or(|action| entry.action.name.starts_with(action))
            && self.since.is_none_or(|since| entry.at >= since.past(now))
    }
}

fn objects(objects: &[String]) -> String {
    let shown: Vec<String> = objects.iter().take(2).map(|id| short(id, 36)).collect();
    match objects.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
