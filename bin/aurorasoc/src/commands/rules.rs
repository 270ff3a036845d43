//! What detection engineers do; one file a step.

mod backtest;
mod coverage;
mod diff;
mod eval;
mod explain;
mod health;
mod history;
mod import;
mod lint;
mod list;
mod local;
mod problems;
mod reading;
mod show;
mod test;
mod tree;
mod trial;
mod version;
mod windows;

pub use local::load as load_rules;

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
    Eval(eval::Eval),
    Test(test::Test),
    Explain(explain::Explain),
    Backtest(backtest::Backtest),
    Coverage(coverage::Coverage),
    Diff(diff::Diff),
    Health(health::Health),
    Import(import::Import),
    Reload(history::Reload),
    History(history::History),
    Revert(history::Revert),
}

pub async fn run(rules: Rules, app: &mut App) -> anyhow::Result<Exit> {
    match rules.step {
        Step::List(wanted) => list::run(wanted, app).await,
        Step::Show(wanted) => show::run(wanted, app).await,
        Step::Lint(wanted) => lint::run(wanted, app).await,
        Step::Try(wanted) => trial::run(wanted, app).await,
        Step::Eval(wanted) => eval::run(wanted, app).await,
        Step::Test(wanted) => test::run(wanted, app),
        Step::Explain(wanted) => explain::run(wanted, app).await,
        Step::Backtest(wanted) => backtest::run(wanted, app).await,
        Step::Coverage(wanted) => coverage::run(wanted, app).await,
        Step::Diff(wanted) => diff::run(wanted, app).await,
        Step::Health(wanted) => health::run(wanted, app).await,
        Step::Import(wanted) => import::run(wanted, app).await,
        Step::Reload(wanted) => history::reload(wanted, app).await,
        Step::History(wanted) => history::run(wanted, app).await,
        Step::Revert(wanted) => history::revert(wanted, app).await,
    }
}
