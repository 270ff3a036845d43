use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use aurora_ids::{Derive, Id128};
use serde::{Deserialize, Serialize};

/// Bytes of a file's beginning that tell it from others.
const HEAD_BYTES: u64 = 1024;
/// Bytes before the place reached that tell whether it was rewritten.
const GUARD_BYTES: u64 = 256;

/// What a file is known by up to a place in it: its beginning, and what stands right before the
/// place. Names, inodes and times change hands; the bytes that were read do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    head: Id128,
    guard: Id128,
}

impl Identity {
    /// Of the file's first `offset` bytes. `None` when it has fewer.
    pub(super) fn at(file: &File, offset: u64) -> io::Result<Option<Self>> {
        let head = hash(file, 0, offset.min(HEAD_BYTES))?;
        let from = offset.saturating_sub(GUARD_BYTES);
        let guard = hash(file, from, offset - from)?;
        Ok(head.zip(guard).map(|(head, guard)| Self { head, guard }))
    }

    /// Whether the file's first `offset` bytes are those that were read.
    pub(super) fn fits(&self, file: &File, offset: u64) -> io::Result<bool> {
        Ok(Self::at(file, offset)? == Some(*self))
    }
}

fn hash(file: &File, from: u64, length: u64) -> io::Result<Option<Id128>> {
    let mut bytes = vec![0; usize::try_from(length).expect("heads and guards are short")];
    match file.read_exact_at(&mut bytes, from) {
        Ok(()) => Ok(Some(
            Derive::new("aurora.follow.bytes.v1").part(bytes).finish(),
        )),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
