use std::path::PathBuf;

use aurora_messages::{LintReport, RuleImport};
use clap::Args;

use super::local;
use super::problems::{exit, problem};
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{Line, count, of};

/// Say what is wrong with rules: the named ones, or those of the site
///
/// Files need no running site. What cannot run is an error; the rest is advice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules lint my-rules/\n  \
    aurorasoc rules lint new.yml\n  \
    aurorasoc rules lint               the site's own\n\n\
    Exit code 6 when a rule cannot run.")]
pub struct Lint {
    /// Rule files, or folders of them
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    form: Form,
}

pub async fn run(lint: Lint, app: &mut App) -> anyhow::Result<Exit> {
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
