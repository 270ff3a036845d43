//! The texts of the audit log: notes, checkpoints, keys, proofs, requests to witnesses, paths.
//! Whatever is read is written again as it was.

use std::fmt::Display;

use aurora_audit::witness::AddCheckpoint;
use aurora_audit::{Checkpoint, Note, Proof, Tile, VerifierKey};

pub fn run(bytes: &[u8]) {
    same(bytes, Note::parse(bytes).ok());
    same(bytes, Proof::parse(bytes).ok());
    same(bytes, AddCheckpoint::parse(bytes).ok());
    if let Ok(text) = std::str::from_utf8(bytes) {
        same(bytes, Checkpoint::parse(text).ok());
        same(bytes, text.parse::<VerifierKey>().ok());
        same(bytes, Tile::parse(text));
    }
}

fn same(bytes: &[u8], read: Option<impl Display>) {
    if let Some(it) = read {
        assert_eq!(it.to_string().as_bytes(), bytes);
    }
}
