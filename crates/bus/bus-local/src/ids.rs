//! The newest message ids of a stream, so that a message sent twice is stored once.
//!
//! They outlive the messages: before messages are removed, the ids are written to a file of
//! their own.

use std::collections::{HashMap, VecDeque};

use aurora_ids::Id128;
use aurora_model::BatchId;

/// At least this many of the newest ids are known.
pub(crate) const WINDOW: usize = 65_536;

const MAGIC: &[u8; 8] = b"AURIDS\0\x01";
const ENTRY: usize = 24;

#[derive(Debug, Default)]
pub(crate) struct Ids {
    seqs: HashMap<BatchId, u64>,
    order: VecDeque<BatchId>,
}

impl Ids {
    pub(crate) fn get(&self, id: &BatchId) -> Option<u64> {
        self.seqs.get(id).copied()
    }

    /// Later messages come later; one that is known stays as it is.
    pub(crate) fn insert(&mut self, id: BatchId, seq: u64) {
        if self.seqs.contains_key(&id) {
            return;
        }
        self.seqs.insert(id, seq);
        self.order.push_back(id);
        if self.order.len() > WINDOW
            && let Some(oldest) = self.order.pop_front()
        {
            self.seqs.remove(&oldest);
        }
    }

    /// Magic with version, entries of id and sequence (u64), CRC-32 of all that.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAGIC.len() + self.order.len() * ENTRY + 4);
        out.extend_from_slice(MAGIC);
        for id in &self.order {
            out.extend_from_slice(id.0.as_bytes());
            out.extend_from_slice(&self.seqs.get(id).copied().unwrap_or(0).to_le_bytes());
        }
        let crc = crc32fast::hash(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        out
    }

    /// None when the bytes are damaged or of another version.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (entries, crc) = bytes.split_last_chunk::<4>()?;
        if crc32fast::hash(entries).to_le_bytes() != *crc {
            return None;
        }
        let entries = entries.strip_prefix(MAGIC)?;
        let mut ids = Self::default();
        for entry in entries.chunks(ENTRY) {
            let (id, seq) = entry.split_first_chunk::<16>()?;
            let seq = u64::from_le_bytes(seq.try_into().ok()?);
            ids.insert(BatchId(Id128::from_bytes(*id)), seq);
        }
        Some(ids)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn id(n: u64) -> BatchId {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&n.to_le_bytes());
        BatchId(Id128::from_bytes(bytes))
    }

    #[test]
    fn keeps_the_newest_and_survives_writing() {
        let mut ids = Ids::default();
        (1..=WINDOW as u64 + 10).for_each(|n| ids.insert(id(n), n));
        ids.insert(id(50), 999);
        let read = Ids::decode(&ids.encode()).unwrap();
        for ids in [&ids, &read] {
            assert_eq!(
                [10, 11, 50].map(|n| ids.get(&id(n))),
                [None, Some(11), Some(50)]
            );
        }
        let mut bytes = ids.encode();
        bytes[100] ^= 1;
        assert!(Ids::decode(&bytes).is_none());
        assert!(Ids::decode(b"").is_none() && Ids::decode(&[0; 40]).is_none());
    }
}
