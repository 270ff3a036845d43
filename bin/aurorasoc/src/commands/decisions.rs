use aurora_messages::DecisionQuery;
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Line, Span, Table, short};
use crate::time;

/// List decisions: who changed what, when and why
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc decisions\n  \
    aurorasoc decisions --about 4f9c1a2b…          about one alert, rule, suppression or import\n  \
    aurorasoc decisions --after 120 --json")]
pub struct Decisions {
    /// Only those after this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    /// Only those about the object with this id
    #[arg(long, value_name = "ID")]
    about: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

pub async fn run(decisions: Decisions, app: &mut App) -> anyhow::Result<Exit> {
    let query = DecisionQuery {
        after: decisions.after,
        object: decisions.about,
        limit: Some(decisions.limit),
    };
    let log = app.client.decisions(&query).await?;
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
    if let Some(last) = log
        .decisions
        .last()
        .filter(|_| log.decisions.len() >= query.limit())
    {
        let text = format!("There may be more: --after {}", last.seq);
        app.screen.line(Line::new().dim(text))?;
    }
    Ok(Exit::Ok)
}

fn objects(objects: &[String]) -> String {
    let shown: Vec<String> = objects.iter().take(2).map(|id| short(id, 36)).collect();
    match objects.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
