use aurora_messages::{BreakGlassInfo, OpenBreakGlass};
use clap::{Args, Subcommand};

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Span, Table, of, short};
use crate::time;

/// For emergencies: act alone for 60 minutes, once another administrator has agreed
///
/// All that is done under broken glass stands in the decision log as such, and everybody can see
/// that the glass is broken.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct BreakGlass {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Open(Open),
    End(End),
}

/// Who acts alone now
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc break-glass list")]
pub struct List {
    #[command(flatten)]
    form: Form,
}

/// Ask for it, then do it with `--approval`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aurorasoc break-glass open --reason 'ransomware at night'\n  \
    aurorasoc break-glass open --reason 'ransomware at night' --approval 9b1d5e…"
)]
pub struct Open {
    /// Why, for everybody to see
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

/// Close a window early
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc break-glass end 5e0f…")]
pub struct End {
    /// The window's id; `aurorasoc break-glass list` shows it
    #[arg(value_name = "ID")]
    window: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(glass: BreakGlass, app: &mut App) -> anyhow::Result<Exit> {
    match glass.step {
        Step::List(list) => show(&list, app).await,
        Step::Open(open) => {
            let asked = OpenBreakGlass {
                reason: open.reason,
            };
            let window = app.client.break_glass(&asked).await?;
            tell(&window, open.form, app)
        }
        Step::End(end) => {
            let window = app.client.end_broken_glass(&end.window).await?;
            tell(&window, end.form, app)
        }
    }
}

async fn show(list: &List, app: &mut App) -> anyhow::Result<Exit> {
    let found = app.client.broken_glass().await?;
    if list.form.json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    if found.windows.is_empty() {
        app.screen.line("The glass is whole: nobody acts alone.")?;
        return Ok(Exit::Ok);
    }
    let now = app.now();
    let mut table = Table::new(&["id", "who", "ends", "used#", "reason"]);
    for window in &found.windows {
        table.row([
            Span::plain(&window.id),
            Span::plain(window.holder.name()),
            Span::plain(time::relative(window.until, now)),
            Span::plain(window.uses),
            Span::plain(short(&window.reason, 80)),
        ]);
    }
    app.screen.table(&table)?;
    Ok(Exit::Ok)
}

fn tell(window: &BreakGlassInfo, form: Form, app: &mut App) -> anyhow::Result<Exit> {
    if form.json {
        app.screen.json(window)?;
        return Ok(Exit::Ok);
    }
    let who = window.holder.name();
    let text = match window.ended_at {
        Some(_) => format!("Closed; it was used {}.", of(window.uses, "time")),
        None => {
            let until = time::exact(window.until);
            format!("{who} acts alone until {until}; everything is on record.")
        }
    };
    app.screen.line(text)?;
    Ok(Exit::Ok)
}
