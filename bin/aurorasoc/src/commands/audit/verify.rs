use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aurora_audit::{Error, Proof, Signed};
use clap::Args;

use super::place::{self, Outside, Place};
use super::tell;
use crate::app::App;
use crate::exit::Exit;
use crate::output::{Ink, Line};

/// Check every byte of the log: records, hashes, checkpoint, and what others say of it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    aurorasoc audit verify\n  \
    aurorasoc audit verify /mnt/copy --key log.vkey --since monday.checkpoint\n  \
    aurorasoc audit verify /mnt/copy --key log.vkey --witness peer.vkey --json\n  \
    aurorasoc audit verify --proof decision-17.tlog-proof --key log.vkey --witness peer.vkey\n\n\
    Exit codes: 0 whole, and a retained checkpoint or witnesses vouch for it; 2 tampered;\n\
    3 whole in itself, but nobody else vouches for it; 1 it cannot be read.")]
pub struct Verify {
    #[command(flatten)]
    place: Place,
    /// A checkpoint that was kept elsewhere: the log must continue it
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Check this proof of one decision instead of a folder; needs --key
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "dir"], requires = "key")]
    proof: Option<PathBuf>,
    #[command(flatten)]
    outside: Outside,
    /// Print what was found as one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(wanted: &Verify, app: &mut App) -> anyhow::Result<Exit> {
    if let Some(file) = &wanted.proof {
        return proof(wanted, file, app);
    }
    let found = wanted.place.find(app)?;
    let retained = wanted.since.as_ref().map(|file| {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let opened = Signed::open(&bytes, &found.key);
        opened.with_context(|| format!("cannot use `{}`", file.display()))
    });
    let policy = wanted.outside.policy(&found, retained.transpose()?, app)?;
    let report = aurora_audit::verify(&found.folder, &policy)?;
    tell::report(&found, &report, wanted.json, app)
}

fn proof(wanted: &Verify, file: &Path, app: &mut App) -> anyhow::Result<Exit> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let key = place::key(wanted.place.key.as_deref().unwrap_or_default())?;
    let (record, signed) = match Proof::parse(&bytes).and_then(|proof| proof.verify(&key)) {
        Ok(proven) => proven,
        Err(error @ Error::Newer { .. }) => return Err(error.into()),
        Err(error) => {
            app.screen.line(
                Line::new()
                    .ink(Ink::BoldRed, "tampered")
                    .plain(format!("  {error}")),
            )?;
            return Ok(Exit::Tampered);
        }
    };
    app.screen.json(&record.decision)?;
    let exit = match wanted.outside.satisfied(&signed)? {
        true => Exit::Ok,
        false => Exit::Unwitnessed,
    };
    if !wanted.json {
        let size = signed.checkpoint.size;
        let line = match exit {
            Exit::Ok => Line::new().ink(Ink::Green, "ok"),
            _ => Line::new().ink(Ink::Yellow, "unwitnessed"),
        };
        app.screen
            .line(line.plain(format!("  in the log of {size} entries")))?;
    }
    Ok(exit)
}
