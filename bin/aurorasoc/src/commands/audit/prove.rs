use std::path::PathBuf;

use aurora_audit::Signed;
use clap::Args;

use super::place::{Found, Place};
use crate::app::App;
use crate::exit::Exit;
use crate::failure::Failure;

/// Write a proof of one decision that anyone can check alone, with the decision itself
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit prove 17 --out decision-17.tlog-proof\n  \
    aurorasoc audit prove 17 /mnt/copy --key log.vkey | less\n\n\
    The proof carries the newest checkpoint with cosignatures that has the decision, else the\n\
    newest checkpoint.")]
pub struct Prove {
    /// The decision's number, as `aurorasoc decisions` shows it
    #[arg(value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    number: u64,
    #[command(flatten)]
    place: Place,
    /// Write it here instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(wanted: &Prove, app: &mut App) -> anyhow::Result<Exit> {
    let found = wanted.place.find(app)?;
    let head = head(&found, wanted.number)?;
    if wanted.number > head.checkpoint.size {
        let text = format!("the log has {} decisions", head.checkpoint.size);
        return Err(Failure::not_found(text).into());
    }
    let proof = found.folder.prove(wanted.number - 1, &head)?;
    // What is wrong in the folder is better found here than by whom it is given to.
    proof.verify(&found.key)?;
    match &wanted.out {
        Some(file) => std::fs::write(file, proof.to_string())?,
        None => app.screen.verbatim(&proof.to_string())?,
    }
    Ok(Exit::Ok)
}

fn head(found: &Found, number: u64) -> anyhow::Result<Signed> {
    let vouched = found.folder.vouched(&found.key)?.into_iter();
    let mut having = vouched.filter(|head| head.checkpoint.size >= number);
    match having.next() {
        Some(head) => Ok(head),
        None => Ok(found.folder.head(&found.key)?),
    }
}
