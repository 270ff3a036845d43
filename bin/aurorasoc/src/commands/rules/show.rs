use clap::Args;

use super::version::{Wanted, find};
use crate::app::App;
use crate::args::Form;
use crate::commands::show::about_rule;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Line, of, severity};
use crate::time;

/// Show one rule with its text
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules show 5c1b2a9e\n  \
    aurorasoc rules show 5c1b2a9e@2      its second version; `rules history` lists them")]
pub struct Show {
    /// Its id, or the beginning of it; `@2` behind it names a version
    #[arg(value_name = "ID")]
    rule: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(show: Show, app: &mut App) -> anyhow::Result<Exit> {
    let wanted = Wanted::parse(&show.rule)?;
    if let Some(version) = wanted.version {
        return earlier(wanted.rule, version, show.form.json, app).await;
    }
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
        ("  ATT&CK", or_dash(rule.attack.join(", "))),
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

fn or_dash(text: String) -> String {
    match text.as_str() {
        "" => "-".to_owned(),
        _ => text,
    }
}

/// One version of a rule, also of one that is gone.
async fn earlier(rule: &str, version: u32, json: bool, app: &mut App) -> anyhow::Result<Exit> {
    let id = find(app, rule).await?;
    let found = app.client.rule_version(&id, version).await?;
    if json {
        app.screen.json(&found)?;
        return Ok(Exit::Ok);
    }
    let version = &found.version;
    app.screen.line(Line::new().bold(&version.title))?;
    let rows = [
        ("  version", format!("{}@{}", version.rule, version.version)),
        ("  change", version.change.word().to_owned()),
        ("  when", time::exact(version.at)),
        ("  who", version.actor.name().to_owned()),
        ("  reason", or_dash(version.reason.clone())),
        ("  author", version.author.clone()),
        ("  file", version.file.clone()),
    ];
    for (name, text) in rows {
        app.screen.line(Line::new().label(name).plain(text))?;
    }
    if let Some(text) = &found.text {
        app.screen.heading("Text")?;
        for line in text.lines() {
            app.screen.line(format!("  {line}"))?;
        }
    }
    Ok(Exit::Ok)
}
