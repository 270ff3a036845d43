//! The audit log: judged, proved, watched, copied and witnessed, without a running site; one file
//! a step.

mod erase;
mod export;
mod monitor;
mod place;
mod prove;
mod tell;
mod verify;
mod witness;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::exit::Exit;

/// Verify, prove, watch, copy and witness the tamper-evident log of decisions
///
/// All but erasing works on a folder, also on one that was copied to another machine, and needs no
/// running site.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Audit {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    Verify(verify::Verify),
    Prove(prove::Prove),
    Monitor(monitor::Monitor),
    Export(export::Export),
    Witness(witness::Witness),
    Erase(erase::Erase),
}

pub async fn run(audit: Audit, app: &mut App) -> anyhow::Result<Exit> {
    match audit.step {
        Step::Verify(wanted) => verify::run(&wanted, app),
        Step::Prove(wanted) => prove::run(&wanted, app),
        Step::Monitor(wanted) => monitor::run(&wanted, app).await,
        Step::Export(wanted) => export::run(&wanted, app),
        Step::Witness(wanted) => witness::run(&wanted, app).await,
        Step::Erase(wanted) => erase::run(wanted, app).await,
    }
}
