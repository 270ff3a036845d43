//! How a window is kept: slots of the records store, written in the commit that moves the shard's
//! offset. All numbers are little-endian.
//!
//! `dedupe/<shard>/head`: `version u8, generation u64, started u8 (0 absent), started i64,
//! latest i64, current keys u64, previous keys u64`.
//! `dedupe/<shard>/<generation>/<n>`: the keys, 16 bytes each, in order of arrival.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{EventUid, Shard};

use crate::Options;
use crate::generation::Generation;
use crate::window::{Evicted, Marks, Step, Window};

const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + 8 + 1 + 8 + 8 + 8 + 8;
const KEY_BYTES: usize = 16;

/// What a service decides on when a stored window cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    #[error("cannot read dedupe window of format {found}: this release knows up to {known}")]
    NewerFormat { found: u8, known: u8 },
    /// Nothing in it can be trusted. Starting with an empty window is safe for the data: at worst
    /// a few duplicates pass.
    #[error("dedupe window slot `{key}` is damaged")]
    Damaged { key: String },
}

/// What a stage changes in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Key and new value; `None` removes the slot. Empty when the stage is.
    pub slots: Vec<(String, Option<Vec<u8>>)>,
    /// To be counted in the same commit.
    pub evicted: Evicted,
}

/// Every slot of a shard's window starts with this; [`Window::restore`] wants all of them.
pub fn slot_prefix(shard: Shard) -> String {
    format!("dedupe/{}/", shard.number())
}

impl Window {
    /// The slots to write for what is staged. The same until the stage ends.
    pub fn delta(&self) -> Delta {
        let mut delta = Delta {
            slots: Vec::new(),
            evicted: self.staged.evicted,
        };
        let steps = &self.staged.steps;
        let moved = self
            .staged
            .before
            .is_some_and(|before| before != self.marks);
        if steps.is_empty() && self.litter.is_empty() && !moved {
            return delta;
        }
        delta.slots.push((self.head_name(), Some(self.head())));
        for step in steps {
            if let Step::Turned(number, gone) = step {
                let stored = 0..gone.stored_slots();
                delta
                    .slots
                    .extend(stored.map(|slot| (self.name(*number, slot), None)));
            }
        }
        let current = self.marks.generation;
        for (number, generation) in [
            (current.wrapping_sub(1), &self.previous),
            (current, &self.current),
        ] {
            for (slot, keys) in generation.unstored(self.options.keys_per_slot) {
                let bytes = keys.iter().flat_map(|key| *key.0.as_bytes()).collect();
                delta.slots.push((self.name(number, slot), Some(bytes)));
            }
        }
        delta
            .slots
            .extend(self.litter.iter().map(|key| (key.clone(), None)));
        delta
    }

    /// A window as its slots say it was at the last commit; no slots give a new one.
    ///
    /// # Errors
    /// [`Error::NewerFormat`], [`Error::Damaged`].
    pub fn restore(
        shard: Shard,
        options: Options,
        slots: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, Error> {
        let mut window = Self::new(shard, options);
        let mut slots: BTreeMap<String, Vec<u8>> = slots.into_iter().collect();
        let head_name = window.head_name();
        if let Some(head) = slots.remove(&head_name) {
            let (marks, counts) = read_head(&head, &head_name)?;
            window.marks = marks;
            let previous = marks.generation.wrapping_sub(1);
            window.current = window.take(&mut slots, marks.generation, counts[0])?;
            window.previous = window.take(&mut slots, previous, counts[1])?;
        }
        window.litter = slots.into_keys().collect();
        Ok(window)
    }

    fn take(
        &self,
        slots: &mut BTreeMap<String, Vec<u8>>,
        generation: u64,
        count: u64,
    ) -> Result<Generation, Error> {
        let mut found = Vec::new();
        for slot in 0.. {
            let name = self.name(generation, slot);
            let Some(bytes) = slots.remove(&name) else {
                break;
            };
            if bytes.is_empty() || bytes.len() % KEY_BYTES != 0 {
                return Err(Error::Damaged { key: name });
            }
            found.push(bytes.chunks_exact(KEY_BYTES).map(key).collect());
        }
        let generation = Generation::restore(found, self.options.keys_per_slot);
        if generation.len() as u64 != count {
            return Err(Error::Damaged {
                key: self.head_name(),
            });
        }
        Ok(generation)
    }

    fn head(&self) -> Vec<u8> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        head.push(VERSION);
        head.extend(self.marks.generation.to_le_bytes());
        head.push(u8::from(self.marks.started.is_some()));
        head.extend(
            self.marks
                .started
                .unwrap_or_default()
                .as_millis()
                .to_le_bytes(),
        );
        head.extend(self.marks.latest.as_millis().to_le_bytes());
        head.extend((self.current.len() as u64).to_le_bytes());
        head.extend((self.previous.len() as u64).to_le_bytes());
        head
    }

    fn head_name(&self) -> String {
        slot_prefix(self.shard) + "head"
    }

    /// Numbers are padded, so that names sort as numbers do.
    fn name(&self, generation: u64, slot: u32) -> String {
        format!("{}{generation:020}/{slot:06}", slot_prefix(self.shard))
    }
}

fn read_head(head: &[u8], name: &str) -> Result<(Marks, [u64; 2]), Error> {
    let damaged = || Error::Damaged {
        key: name.to_owned(),
    };
    let (version, rest) = head.split_first().ok_or_else(damaged)?;
    if *version > VERSION {
        return Err(Error::NewerFormat {
            found: *version,
            known: VERSION,
        });
    }
    if head.len() != HEAD_BYTES || *version != VERSION || rest[8] > 1 {
        return Err(damaged());
    }
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&rest[at..at + 8]);
        word
    };
    let time = |at| Timestamp::from_millis(i64::from_le_bytes(word(at)));
    let marks = Marks {
        generation: u64::from_le_bytes(word(0)),
        started: (rest[8] == 1).then(|| time(9)),
        latest: time(17),
    };
    Ok((
        marks,
        [u64::from_le_bytes(word(25)), u64::from_le_bytes(word(33))],
    ))
}

fn key(bytes: &[u8]) -> EventUid {
    let mut key = [0; KEY_BYTES];
    key.copy_from_slice(bytes);
    EventUid(Id128::from_bytes(key))
}
