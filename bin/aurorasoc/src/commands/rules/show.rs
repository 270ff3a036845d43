use clap::Args;

use crate::app::App;
use crate::args::Form;
use crate::commands::show::about_rule;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Line, of, severity};

/// Show one rule with its text
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc rules show 5c1b2a9e")]
pub struct Show {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    rule: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(show: Show, app: &mut App) -> anyhow::Result<Exit> {
    let id = lookup::rule(&app.client, &show.rule).await?;
    let detail = app.client.rule(&id).await?;
    if show.form.json {
        app.screen.json(&detail)?;
        return Ok(Exit::Ok);
    }
    let rule = &detail.rule;
    let screen = &mut app.screen;
    screen.line(
        Line::new()
            .span(severity(rule.severity))
            .plain("  ")
            .bold(&rule.title),
    )?;
    let matches = of(rule.matches, "match");
    let rows = [
        ("  id", rule.id.0.clone()),
        ("  author", rule.author.clone()),
        ("  ATT&CK", rule.attack.join(", ")),
        ("  revision", rule.revision.clone()),
        ("  matches", format!("{matches} since the site started")),
    ];
    for (name, text) in rows {
        screen.line(Line::new().label(name).plain(text))?;
    }
    about_rule(screen, rule)?;
    screen.heading("Text")?;
    for line in detail.text.lines() {
        screen.line(format!("  {line}"))?;
    }
    Ok(Exit::Ok)
}
