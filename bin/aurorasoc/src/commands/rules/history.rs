use aurora_messages::{RuleImportReport, RuleReload, RuleRevert, RuleVersionQuery};
use aurora_model::engineering::{RuleVersion, VersionChange};
use clap::Args;

use super::version::find;
use super::{diff, problems};
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Ink, Span, Table, head, short};
use crate::time;

/// Show every version of a rule: who changed it, when and why
///
/// Without a rule, the latest changes of any rule. Every load, reload, import and revert is on record
/// with its decision; texts are kept by their hash.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules history                 the latest changes\n  \
    aurorasoc rules history 5c1b2a9e\n  \
    aurorasoc rules show 5c1b2a9e@2         the text of a version\n  \
    aurorasoc rules diff 5c1b2a9e@1 5c1b2a9e@2")]
pub struct History {
    /// Its id, or the beginning of it; also of a rule that is gone
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

/// Put an earlier version of an imported rule back in force
///
/// It becomes a new version with the old text. Rules that come with AuroraSOC or from a configured
/// folder are changed in their files instead.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules revert 5c1b2a9e 2 --reason 'version 3 floods the queue'")]
pub struct Revert {
    /// Its id, or the beginning of it
    #[arg(value_name = "RULE")]
    rule: String,
    /// The version whose text is wanted
    #[arg(value_name = "VERSION")]
    number: u32,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

/// Read the rule folders again and put what is there in force
///
/// `aurorasoc rules diff` tells beforehand what would change.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules reload --reason 'deploy of our repository at 4f2c'\n\n\
    Exit code 6 when some rules cannot be put in force.")]
pub struct Reload {
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(wanted: History, app: &mut App) -> anyhow::Result<Exit> {
    let query = RuleVersionQuery {
        limit: Some(wanted.limit),
    };
    let page = match &wanted.rule {
        Some(rule) => {
            let id = find(app, rule).await?;
            app.client.rule_versions(&id, &query).await?
        }
        None => app.client.rule_changes(&query).await?,
    };
    if wanted.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[
        "when", "version", "change", "who", "reason", "text", "title", "file",
    ]);
    for version in &page.versions {
        table.row(row(version));
    }
    app.screen.table(&table)?;
    app.screen
        .tally(page.total, page.versions.len(), "version")?;
    Ok(Exit::Ok)
}

fn row(version: &RuleVersion) -> [Span; 8] {
    let ink = match version.change {
        VersionChange::Added => Ink::Green,
        VersionChange::Removed => Ink::Red,
        VersionChange::Changed => Ink::Yellow,
        VersionChange::Moved => Ink::Plain,
    };
    let hash = |hash: &Option<String>| hash.as_ref().map_or("-".to_owned(), head);
    let text = match version.change {
        VersionChange::Changed => format!("{} → {}", hash(&version.before), hash(&version.after)),
        VersionChange::Removed => hash(&version.before),
        VersionChange::Added | VersionChange::Moved => hash(&version.after),
    };
    [
        Span::dim(time::exact(version.at)),
        Span::plain(format!("{}@{}", head(&version.rule), version.version)),
        Span::new(version.change.word(), ink),
        Span::plain(short(version.actor.name(), 20)),
        Span::plain(short(&version.reason, 40)),
        Span::dim(text),
        Span::plain(short(&version.title, 50)),
        Span::dim(short(&version.file, 60)),
    ]
}

pub async fn revert(wanted: Revert, app: &mut App) -> anyhow::Result<Exit> {
    let id = find(app, &wanted.rule).await?;
    let revert = RuleRevert {
        version: wanted.number,
        reason: wanted.reason,
    };
    let report = app.client.revert_rule(&id, &revert).await?;
    let exit = problems::exit(&report.problems);
    if wanted.form.json {
        app.screen.json(&report)?;
        return Ok(exit);
    }
    for found in &report.problems {
        app.screen.line(problems::problem(found))?;
    }
    let RuleImportReport { added, updated, .. } = report;
    app.screen.line(if added + updated > 0 {
        format!(
            "{} has the text of version {} again",
            head(&id),
            wanted.number
        )
    } else {
        format!("{} has that text already", head(&id))
    })?;
    Ok(exit)
}

pub async fn reload(wanted: Reload, app: &mut App) -> anyhow::Result<Exit> {
    let reload = RuleReload {
        reason: wanted.reason,
    };
    let report = app.client.reload_rules(&reload).await?;
    let exit = problems::exit(&report.problems);
    if wanted.form.json {
        app.screen.json(&report)?;
        return Ok(exit);
    }
    for found in &report.problems {
        app.screen.line(problems::problem(found))?;
    }
    diff::show(&report.diff, app)?;
    Ok(exit)
}
