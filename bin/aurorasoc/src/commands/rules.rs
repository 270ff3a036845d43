mod bench;
mod local;

use std::path::PathBuf;

use aurora_messages::{LintReport, RuleImport, RuleImportReport, RuleProblem, RuleQuery};
use clap::{Args, Subcommand};

use super::show::about_rule;
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::lookup;
use crate::output::{Ink, Line, Span, Table, count, head, of, severity, short};

/// List, show, lint, test and import Sigma rules
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Rules {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(List),
    Show(Show),
    Lint(Lint),
    Test(bench::Test),
    Import(Import),
}

/// List the rules in force
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules list\n  \
    aurorasoc rules list T1003\n  \
    aurorasoc rules list mimikatz --json | jq -r '.rules[].file'")]
struct List {
    /// Part of the title, id, file, author or an ATT&CK id
    text: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: u32,
    #[command(flatten)]
    form: Form,
}

/// Show one rule with its text
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aurorasoc rules show 5c1b2a9e")]
struct Show {
    /// Its id, or the beginning of it
    #[arg(value_name = "ID")]
    rule: String,
    #[command(flatten)]
    form: Form,
}

/// Say what is wrong with rules: the named ones, or those of the site
///
/// Files need no running site. What cannot run is an error; the rest is advice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules lint my-rules/\n  \
    aurorasoc rules lint new.yml\n  \
    aurorasoc rules lint               the site's own\n\n\
    Exit code 6 when a rule cannot run.")]
struct Lint {
    /// Rule files, or folders of them
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
}

/// Put rules in force, in place of earlier ones with the same ids
///
/// Rules that do not compile are left out and named; they stop none of the others.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules import sigma/rules/windows --reason 'SigmaHQ r2025-05-21'\n\n\
    Exit code 6 when some were left out.")]
struct Import {
    /// Rule files, or folders of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(rules: Rules, app: &mut App) -> anyhow::Result<Exit> {
    match rules.step {
        Step::List(wanted) => list(wanted, app).await,
        Step::Show(wanted) => show(wanted, app).await,
        Step::Lint(wanted) => lint(wanted, app).await,
        Step::Test(wanted) => bench::run(wanted, app).await,
        Step::Import(wanted) => import(wanted, app).await,
    }
}

async fn list(list: List, app: &mut App) -> anyhow::Result<Exit> {
    let query = RuleQuery {
        text: list.text,
        limit: Some(list.limit),
        offset: None,
    };
    let page = app.client.rules(&query).await?;
    if list.form.json {
        app.screen.json(&page)?;
        return Ok(Exit::Ok);
    }
    let mut table = Table::new(&[
        "rule", "severity", "matches#", "ATT&CK", "title", "author", "file",
    ]);
    for rule in &page.rules {
        table.row([
            Span::plain(head(&rule.id)),
            severity(rule.severity),
            Span::plain(count(rule.matches)),
            Span::plain(short(&rule.attack.join(" "), 24)),
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
    let more = page.total - page.rules.len().try_into().unwrap_or(page.total);
    let mut told = of(page.total, "rule");
    if more > 0 {
        told.push_str(&format!(", {} not shown: raise --limit", count(more)));
    }
    app.screen.line(Line::new().dim(told))?;
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

async fn show(show: Show, app: &mut App) -> anyhow::Result<Exit> {
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

async fn lint(lint: Lint, app: &mut App) -> anyhow::Result<Exit> {
    let report = if lint.files.is_empty() {
        app.client.lint_rules(&RuleImport::default()).await?
    } else {
        local::lint(&lint.files)?
    };
    if lint.form.json {
        app.screen.json(&report)?;
        return Ok(exit(&report.problems));
    }
    for found in &report.problems {
        app.screen.line(problem(found))?;
    }
    let LintReport { compiled, problems } = &report;
    let broken = problems.iter().filter(|problem| problem.fatal).count() as u64;
    let advice = problems.len() as u64 - broken;
    let told = format!(
        "{} good, {} broken, {} of advice",
        of(*compiled, "rule"),
        count(broken),
        of(advice, "piece")
    );
    app.screen.line(Line::new().dim(told))?;
    Ok(exit(problems))
}

async fn import(import: Import, app: &mut App) -> anyhow::Result<Exit> {
    let mut total = RuleImportReport::default();
    for file in &import.files {
        let path = local::existing(file)?;
        let asked = RuleImport {
            path: Some(path.display().to_string()),
            reason: import.reason.clone(),
            ..RuleImport::default()
        };
        let report = app.client.import_rules(&asked).await?;
        total.added += report.added;
        total.updated += report.updated;
        total.unchanged += report.unchanged;
        total.problems.extend(report.problems);
    }
    let exit = exit(&total.problems);
    if import.form.json {
        app.screen.json(&total)?;
        return Ok(exit);
    }
    for found in &total.problems {
        app.screen.line(problem(found))?;
    }
    let told = format!(
        "{} added, {} updated, {} unchanged, {} left out",
        of(total.added, "rule"),
        count(total.updated),
        count(total.unchanged),
        count(total.problems.len() as u64)
    );
    app.screen.line(told)?;
    Ok(exit)
}

/// `file:line:column: what is wrong`, as editors read it.
fn problem(found: &RuleProblem) -> Line {
    let number = |number: Option<u32>| number.map(|n| format!(":{n}")).unwrap_or_default();
    let place = format!(
        "{}{}{}: ",
        found.file,
        number(found.line),
        number(found.column)
    );
    let line = Line::new().bold(place);
    let line = if found.fatal {
        line.ink(Ink::Red, "error: ")
    } else {
        line.dim("advice: ")
    };
    line.plain(&found.reason)
}

fn exit(problems: &[RuleProblem]) -> Exit {
    if problems.iter().any(|problem| problem.fatal) {
        Exit::Partly
    } else {
        Exit::Ok
    }
}
