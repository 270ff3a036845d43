//! What detection engineers do; one file a step.

mod import;
mod lint;
mod list;
mod local;
mod problems;
mod show;
mod trial;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::exit::Exit;

/// Write, try, lint, import and watch Sigma rules
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Rules {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    List(list::List),
    Show(show::Show),
    Lint(lint::Lint),
    Try(trial::Try),
    Import(import::Import),
}

pub async fn run(rules: Rules, app: &mut App) -> anyhow::Result<Exit> {
    match rules.step {
        Step::List(wanted) => list::run(wanted, app).await,
        Step::Show(wanted) => show::run(wanted, app).await,
        Step::Lint(wanted) => lint::run(wanted, app).await,
        Step::Try(wanted) => trial::run(wanted, app).await,
        Step::Import(wanted) => import::run(wanted, app).await,
    }
}
