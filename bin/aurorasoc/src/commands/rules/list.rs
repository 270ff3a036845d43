use std::collections::HashMap;

use aurora_messages::{RuleHealthQuery, RulePage, RuleQuery};
use aurora_model::RuleId;
use aurora_model::engineering::{HealthReport, Trouble};
use clap::Args;
use serde::Serialize;

use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Line, Span, Table, count, head, of, severity, short};

/// List the rules in force
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules list\n  \
    aurorasoc rules list T1003\n  \
    aurorasoc rules list --health\n  \
    aurorasoc rules list mimikatz --json | jq -r '.rules[].file'")]
pub struct List {
    /// Part of the title, id, file, author or an ATT&CK id
    text: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: u32,
    /// Also how each rule is, as `rules health` tells
    #[arg(long)]
    health: bool,
    #[command(flatten)]
    form: Form,
}

pub async fn run(list: List, app: &mut App) -> anyhow::Result<Exit> {
    let query = RuleQuery {
        text: list.text,
        limit: Some(list.limit),
        offset: None,
    };
    let page = app.client.rules(&query).await?;
    if list.form.json && list.health {
        let query = RuleHealthQuery::default();
        let health = app.client.rule_health(&query).await?;
        app.screen.json(&WithHealth { page, health })?;
        return Ok(Exit::Ok);
    }
    if list.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    let health = health(list.health, app).await?;
    let headings = [
        "rule", "severity", "matches#", "ATT&CK", "title", "author", "file",
    ];
    let mut table = Table::new(if list.health {
        &[
            "rule", "severity", "matches#", "health", "title", "author", "file",
        ]
    } else {
        &headings
    });
    for rule in &page.rules {
        table.row([
            Span::plain(head(&rule.id)),
            severity(rule.severity),
            Span::plain(count(rule.matches)),
            match health.get(&rule.id) {
                Some(worst) => super::health::word(*worst),
                None => Span::plain(short(&rule.attack.join(" "), 24)),
            },
            Span::plain(short(&rule.title, 70)),
            Span::plain(short(&rule.author, 30)),
            Span::dim(&rule.file),
        ]);
    }
    if table.is_empty() {
        app.screen.line("No rule fits.")?;
    } else {
        app.screen.table(&table)?;
    }
    app.screen.tally(page.total, page.rules.len(), "rule")?;
    if !page.broken.is_empty() {
        let lint = app.command("rules lint");
        let text = format!(
            "{} not in force: see `{lint}`",
            of(page.broken.len() as u64, "broken rule")
        );
        app.screen.line(Line::new().ink(Ink::Yellow, text))?;
    }
    Ok(Exit::Ok)
}

/// The list and the health of its rules in one document.
#[derive(Serialize)]
struct WithHealth {
    #[serde(flatten)]
    page: RulePage,
    health: HealthReport,
}

/// The worst of each rule; nothing when it is not asked for.
async fn health(wanted: bool, app: &App) -> anyhow::Result<HashMap<RuleId, Option<Trouble>>> {
    if !wanted {
        return Ok(HashMap::new());
    }
    let report = app.client.rule_health(&RuleHealthQuery::default()).await?;
    let rules = report.rules.into_iter();
    Ok(rules
        .filter_map(|rule| Some((rule.rule.clone()?, rule.worst())))
        .collect())
}
