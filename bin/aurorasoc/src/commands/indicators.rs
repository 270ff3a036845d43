//! What people do with indicators; one file a step.

mod import;
mod sets;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::exit::Exit;

/// Import, list, check and remove indicators: addresses, domains, URLs, hashes, mailboxes
///
/// Every event is matched with every set in force; a match becomes an alert of the rule
/// `indicator:<source>`, which can be grouped and suppressed like any other.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Indicators {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    Import(import::Import),
    List(sets::List),
    Show(sets::Show),
    Check(sets::Check),
    Remove(sets::Remove),
}

pub async fn run(indicators: Indicators, app: &mut App) -> anyhow::Result<Exit> {
    match indicators.step {
        Step::Import(wanted) => import::run(wanted, app).await,
        Step::List(wanted) => sets::list(wanted, app).await,
        Step::Show(wanted) => sets::show(wanted, app).await,
        Step::Check(wanted) => sets::check(wanted, app).await,
        Step::Remove(wanted) => sets::remove(wanted, app).await,
    }
}
