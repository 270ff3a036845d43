//! What those do who write parsers of their own; one file a step.

mod check;
mod lint;
mod new;
mod test;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::exit::Exit;

/// Write, try and lint parsers of your own
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Parsers {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    New(new::New),
    Test(test::Test),
    Lint(lint::Lint),
}

pub fn run(parsers: Parsers, app: &mut App) -> anyhow::Result<Exit> {
    match parsers.step {
        Step::New(wanted) => new::run(wanted, app),
        Step::Test(wanted) => test::run(&wanted, app),
        Step::Lint(wanted) => lint::run(&wanted, app),
    }
}
