use aurora_messages::{LiftSuppression, SuppressionInfo, SuppressionQuery};
use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Ink, Span, Table, count, head, short};
use crate::time;

/// List suppressions in force, with what each has hidden
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc suppressions\n  aurorasoc suppressions --past")]
pub struct Suppressions {
    /// Also those that expired or were lifted
    #[arg(long)]
    past: bool,
    #[command(flatten)]
    form: Form,
}

/// Lift a suppression before its end
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc unsuppress 9b1d --reason 'the job was moved'")]
pub struct Unsuppress {
    /// The suppression's id, or the beginning of it
    #[arg(value_name = "ID")]
    suppression: String,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn list(list: Suppressions, app: &mut App) -> anyhow::Result<Exit> {
    let found = app
        .client
        .suppressions(SuppressionQuery { past: list.past })
        .await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.suppressions.is_empty() {
        app.screen.line("Nothing is suppressed.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&["id", "ends", "hidden#", "about", "rule", "author", "reason"]);
    for known in &found.suppressions {
        let about = known
            .entity
            .as_ref()
            .map_or("anything", |entity| entity.value.as_str());
        table.row([
            Span::plain(head(known.id)),
            end(known, now),
            Span::plain(count(known.hidden)),
            Span::plain(short(about, 40)),
            Span::plain(short(
                known.rule_title.as_deref().unwrap_or(&known.rule.0),
                60,
            )),
            Span::plain(&known.author),
            Span::plain(short(&known.reason, 80)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

fn end(known: &SuppressionInfo, now: aurora_clock::Timestamp) -> Span {
    match known.lifted_at {
        Some(at) => Span::dim(format!("lifted {}", time::relative(at, now))),
        None if known.active => Span::new(time::relative(known.until, now), Ink::Green),
        None => Span::dim(format!("ended {}", time::relative(known.until, now))),
    }
}

pub async fn lift(lift: Unsuppress, app: &mut App) -> anyhow::Result<Exit> {
    let id = lookup::suppression(&app.client, &lift.suppression).await?;
    let asked = LiftSuppression {
        reason: lift.reason,
    };
    let lifted = app.client.lift_suppression(id, &asked).await?;
    if lift.form.json {
        app.screen.json(&lifted)?;
        return Ok(Exit::Ok);
    }
    let hidden = crate::output::of(lifted.hidden, "match");
    app.screen
        .line(format!("Lifted; it has hidden {hidden}."))?;
    Ok(Exit::Ok)
}
