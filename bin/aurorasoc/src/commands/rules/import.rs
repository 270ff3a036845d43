use std::path::PathBuf;

use aurora_messages::{RuleImport, RuleImportReport};
use clap::Args;

use super::local;
use super::problems::{exit, problem};
use crate::app::App;
use crate::args::Form;
use crate::exit::Exit;
use crate::output::{count, of};

/// Put rules in force, in place of earlier ones with the same ids
///
/// Rules that do not compile are left out and named; they stop none of the others.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc rules import sigma/rules/windows --reason 'SigmaHQ r2025-05-21'\n\n\
    Exit code 6 when some were left out.")]
pub struct Import {
    /// Rule files, or folders of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Why, for the decision log
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    #[command(flatten)]
    form: Form,
}

pub async fn run(import: Import, app: &mut App) -> anyhow::Result<Exit> {
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
