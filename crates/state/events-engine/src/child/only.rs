//! One child at a time in a store's folder, whoever started it.
//!
//! A child outlives a parent that was killed for as long as it takes to close the store. The next
//! parent's child meanwhile waits: it must not take the socket's name, mend notes that the other still
//! writes, or be refused by the engine's own lock.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::lifeline::Lifeline;

/// Between two looks at whether the other has ended.
const LOOK: Duration = Duration::from_millis(20);

/// The folder is ours until this is dropped: the kernel frees the lock however we end.
pub(super) struct Only {
    _lock: File,
}

impl Only {
    /// Waits until the folder is free; nothing, when our own parent ends before that.
    pub(super) fn take(folder: &Path, parent: &mut Lifeline) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(folder.join("LOCK"))?;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Some(Self { _lock: file })),
                Err(Errno::WOULDBLOCK | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            if parent.ends_within(LOOK)? {
                return Ok(None);
            }
        }
    }
}
