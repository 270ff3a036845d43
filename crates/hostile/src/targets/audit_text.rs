//! The texts of the audit log: notes, checkpoints, keys, proofs, requests to witnesses, paths.
//! Whatever is read is written again as it was.

use aurora_audit::witness::AddCheckpoint;
use aurora_audit::{Checkpoint, Note, Proof, Tile, VerifierKey};

pub fn run(bytes: &[u8]) {
    let same = |written: String| assert_eq!(written.as_bytes(), bytes);
    let _ = Note::parse(bytes).map(|it| same(it.to_string()));
    let _ = Proof::parse(bytes).map(|it| same(it.to_string()));
    let _ = AddCheckpoint::parse(bytes).map(|it| same(it.to_string()));
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Checkpoint::parse(text).map(|it| same(it.to_string()));
        let _ = text.parse::<VerifierKey>().map(|it| same(it.to_string()));
        let _ = Tile::parse(text).map(|it| same(it.to_string()));
    }
}
