//! The right edge of a log: what stands in its partial tiles, and how it grows.

use std::collections::BTreeMap;

use aurora_audit::{Entry, Folder, Frontier, Hash, Kept, Kind, Tile, bundle};

use crate::Error;

const LEVELS: usize = 8;
const WIDTH: usize = 256;

/// A record beside its entry; none when it was erased.
pub(crate) type Slot = Option<([u8; 32], Vec<u8>)>;

/// What is in the partial tiles of a log.
#[derive(Clone, Default)]
pub(crate) struct Edge {
    pub(crate) size: u64,
    entries: Vec<Entry>,
    pub(crate) records: Vec<Slot>,
    hashes: [Vec<Hash>; LEVELS],
}

impl Edge {
    /// Reads the partial tiles of a log of `size` entries.
    pub(crate) fn read(folder: &Folder, size: u64) -> Result<Self, Error> {
        let mut edge = Self {
            size,
            ..Self::default()
        };
        let partial = |kind: Kind| {
            let tile = kind.tile(kind.items(size) / 256, size);
            tile.filter(|tile| !tile.is_full())
        };
        for level in 0..LEVELS {
            if let Some(tile) = partial(Kind::Hashes(level as u8)) {
                edge.hashes[level] = folder.hashes(tile)?;
            }
        }
        if let Some(tile) = partial(Kind::Entries) {
            edge.entries = bundle::decode_entries(&folder.exact(tile)?, tile.width)?;
        }
        if let Some(tile) = partial(Kind::Records) {
            let bytes = folder.exact(tile)?;
            let kept = bundle::decode_records(&bytes, tile.width)?;
            edge.records = kept.into_iter().map(slot).collect();
        }
        Ok(edge)
    }

    /// Appends one record; tiles that it fills are handed to `full`.
    pub(crate) fn push(
        &mut self,
        blinding: [u8; 32],
        record: Vec<u8>,
        full: &mut BTreeMap<Tile, Vec<u8>>,
    ) {
        let index = self.size / 256;
        let entry = Entry::commit(&blinding, &record);
        self.entries.push(entry);
        self.records.push(Some((blinding, record)));
        self.size += 1;
        let mut put = |kind, index, bytes| {
            let tile = Tile {
                kind,
                index,
                width: 256,
            };
            full.insert(tile, bytes);
        };
        if self.entries.len() == WIDTH {
            put(Kind::Entries, index, bundle::encode_entries(&self.entries));
            put(Kind::Records, index, encode(&self.records));
            self.entries.clear();
            self.records.clear();
        }
        let (mut hash, mut index) = (entry.leaf(), index);
        for (level, hashes) in self.hashes.iter_mut().enumerate() {
            hashes.push(hash);
            if hashes.len() < WIDTH {
                return;
            }
            put(
                Kind::Hashes(level as u8),
                index,
                bundle::encode_hashes(hashes),
            );
            hash = root_of(hashes);
            hashes.clear();
            index /= 256;
        }
    }

    /// The partial tiles that are others than those of a log of `before` entries.
    pub(crate) fn partial(&self, before: u64) -> impl Iterator<Item = (Tile, Vec<u8>)> {
        let here = move |kind: Kind| {
            let tile = kind.tile(kind.items(self.size) / 256, self.size)?;
            let grown = kind.items(self.size) > kind.items(before);
            (grown && !tile.is_full()).then_some(tile)
        };
        let kinds = Kind::of(self.size).filter_map(here);
        kinds.map(|tile| (tile, self.bytes(tile.kind)))
    }

    fn bytes(&self, kind: Kind) -> Vec<u8> {
        match kind {
            Kind::Entries => bundle::encode_entries(&self.entries),
            Kind::Records => encode(&self.records),
            Kind::Hashes(level) => bundle::encode_hashes(&self.hashes[usize::from(level)]),
        }
    }

    /// The root of the whole log.
    pub(crate) fn root(&self) -> Hash {
        let mut frontier = Frontier::default();
        for (level, hashes) in self.hashes.iter().enumerate().rev() {
            for hash in hashes {
                frontier.push_subtree(8 * level as u8, *hash);
            }
        }
        frontier.root()
    }
}

pub(crate) fn slot(kept: Kept<'_>) -> Slot {
    match kept {
        Kept::Whole { blinding, record } => Some((blinding, record.to_vec())),
        Kept::Erased => None,
    }
}

pub(crate) fn encode(records: &[Slot]) -> Vec<u8> {
    let kept: Vec<Kept<'_>> = records
        .iter()
        .map(|slot| match slot {
            Some((blinding, record)) => Kept::Whole {
                blinding: *blinding,
                record,
            },
            None => Kept::Erased,
        })
        .collect();
    bundle::encode_records(&kept)
}

fn root_of(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    hashes.iter().for_each(|hash| frontier.push(*hash));
    frontier.root()
}
