//! What one simulated file or directory holds: as programs see it, as the platter has it, and
//! the writes in between.

use std::collections::BTreeMap;

use super::rng::Rng;

pub(super) type Id = u64;

pub(super) enum Inode {
    File(FileData),
    Dir(DirData),
}

#[derive(Default)]
pub(super) struct DirData {
    pub(super) live: BTreeMap<String, Id>,
    pub(super) durable: BTreeMap<String, Id>,
}

#[derive(Default)]
pub(super) struct FileData {
    pub(super) live: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

/// How much of what was not synced a power loss leaves.
#[derive(Clone, Copy)]
pub(super) enum Luck {
    /// The disk had written everything.
    All,
    /// The disk had written nothing.
    Nothing,
    /// Every write is kept, dropped or torn on its own, so later ones may stand without earlier.
    Each,
}

impl Luck {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        match rng.next() % 8 {
            0 => Self::All,
            1 => Self::Nothing,
            _ => Self::Each,
        }
    }

    /// Whether a change that cannot be torn is kept.
    pub(super) fn keeps(self, rng: &mut Rng) -> bool {
        match self {
            Self::All => true,
            Self::Nothing => false,
            Self::Each => rng.one_in(2),
        }
    }
}

impl FileData {
    /// A file as it stands after a restart: everything there is durable.
    pub(super) fn durable(bytes: Vec<u8>) -> Self {
        Self {
            live: bytes.clone(),
            durable: bytes,
            pending: Vec::new(),
        }
    }

    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(&mut self.live, offset, bytes, 0);
        self.pending.push(Change::Write {
            offset,
            bytes: bytes.to_vec(),
        });
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.live.resize(len, 0);
        self.pending.push(Change::Truncate { len });
    }

    /// Damages what is on the platter, as a failing device does.
    pub(super) fn damage(&mut self, offset: usize, mask: u8) {
        for bytes in [&mut self.live, &mut self.durable] {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte ^= mask;
            }
        }
    }

    pub(super) fn sync(&mut self) {
        for change in self.pending.drain(..) {
            match change {
                Change::Write { offset, bytes } => put(&mut self.durable, offset, &bytes, 0),
                Change::Truncate { len } => self.durable.resize(len, 0),
            }
        }
    }

    /// A failed `fsync`: the kernel reports it once, calls the pages clean and keeps showing
    /// them, so a later success says nothing about them.
    pub(super) fn fail_sync(&mut self, rng: &mut Rng) {
        self.durable = self.after_crash(Luck::Each, rng);
        self.pending.clear();
    }

    /// The bytes that a power loss now would leave.
    pub(super) fn after_crash(&self, luck: Luck, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        // What stands in a hole: zeros on most file systems, stale blocks on some.
        let hole = if rng.one_in(4) { rng.next() as u8 } else { 0 };
        for change in &self.pending {
            match change {
                Change::Write { offset, bytes: new } => {
                    for (from, to) in kept(new.len(), luck, rng) {
                        put(&mut bytes, offset + from, &new[from..to], hole);
                    }
                }
                Change::Truncate { len } if luck.keeps(rng) => bytes.resize(*len, 0),
                Change::Truncate { .. } => {}
            }
        }
        bytes
    }
}

/// Writes over and past the end; a gap before `offset` is filled with `hole`.
fn put(into: &mut Vec<u8>, offset: usize, bytes: &[u8], hole: u8) {
    if into.len() < offset {
        into.resize(offset, hole);
    }
    let over = bytes.len().min(into.len() - offset);
    into[offset..offset + over].copy_from_slice(&bytes[..over]);
    into.extend_from_slice(&bytes[over..]);
}

/// Which ranges of a write of `len` bytes survive.
fn kept(len: usize, luck: Luck, rng: &mut Rng) -> Vec<(usize, usize)> {
    match luck {
        Luck::All => vec![(0, len)],
        Luck::Nothing => Vec::new(),
        Luck::Each => match rng.next() % 4 {
            0 => vec![(0, len)],
            1 => Vec::new(),
            2 => vec![(0, rng.upto(len))],
            _ => kept_blocks(len, rng),
        },
    }
}

/// Blocks of one write reach the platter in any order; each is there or not.
fn kept_blocks(len: usize, rng: &mut Rng) -> Vec<(usize, usize)> {
    let block = 1 + rng.upto(512);
    (0..len)
        .step_by(block)
        .filter_map(|from| rng.one_in(2).then_some((from, (from + block).min(len))))
        .collect()
}
