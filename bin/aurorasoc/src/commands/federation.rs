//! What operators do about the mesh; one file a part.

mod drill;
mod join;
mod rotate;
mod shown;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::exit::Exit;

/// Federate with other sites: who is in the mesh, how links are, who may join
///
/// A site federates when FEDERATION_ENABLED is true; docs/federation.md tells how two sites join.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct Federation {
    #[command(subcommand)]
    step: Step,
}

#[derive(Debug, Subcommand)]
enum Step {
    Status(shown::Status),
    Peers(shown::Peers),
    Invite(join::Invite),
    Join(join::Join),
    Verify(join::Verify),
    Leave(join::Leave),
    Rotate(rotate::Rotate),
    Cut(drill::Cut),
    Heal(drill::Heal),
}

pub async fn run(federation: Federation, app: &mut App) -> anyhow::Result<Exit> {
    match federation.step {
        Step::Status(wanted) => shown::status(wanted, app).await,
        Step::Peers(wanted) => shown::peers(wanted, app).await,
        Step::Invite(wanted) => join::invite(wanted, app).await,
        Step::Join(wanted) => join::join(&wanted, app).await,
        Step::Verify(wanted) => join::verify(&wanted, app).await,
        Step::Leave(wanted) => join::leave(wanted, app).await,
        Step::Rotate(wanted) => rotate::run(&wanted, app).await,
        Step::Cut(wanted) => drill::cut(&wanted, app).await,
        Step::Heal(wanted) => drill::heal(&wanted, app).await,
    }
}
