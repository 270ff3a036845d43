use aurora_model::EventUid;

use crate::table::Table;

/// Keys that arrived within one stretch of time, and which of them are stored already.
///
/// Stored slots are numbered from 0. All but the last are full and never written again; the keys
/// of the last one, and those that are not stored yet, are kept in order in `tail`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Generation {
    keys: Table,
    tail: Vec<EventUid>,
    /// How much of the tail is in the last stored slot.
    tail_stored: usize,
    full_slots: u32,
}

impl Generation {
    /// An empty one with room for so many keys.
    pub(crate) fn with_room(keys: usize) -> Self {
        Self {
            keys: Table::with_room(keys),
            ..Self::default()
        }
    }

    /// From what its slots hold, in order.
    pub(crate) fn restore(slots: Vec<Vec<EventUid>>, keys_per_slot: usize) -> Self {
        let keys = slots.iter().flatten().copied().collect();
        let mut full_slots = slots.len() as u32;
        let mut tail = Vec::new();
        if let Some(last) = slots
            .into_iter()
            .next_back()
            .filter(|last| last.len() < keys_per_slot)
        {
            full_slots -= 1;
            tail = last;
        }
        Self {
            keys,
            tail_stored: tail.len(),
            tail,
            full_slots,
        }
    }

    /// As [`Table::touch`].
    pub(crate) fn touch(&self, key: &EventUid) -> u64 {
        self.keys.touch(key)
    }

    pub(crate) fn contains(&self, key: &EventUid) -> bool {
        self.keys.contains(key)
    }

    /// `false` when it was there already.
    pub(crate) fn insert(&mut self, key: EventUid) -> bool {
        let fresh = self.keys.insert(key);
        if fresh {
            self.tail.push(key);
        }
        fresh
    }

    /// Takes back the key inserted last, which is not stored yet.
    pub(crate) fn take_back(&mut self) {
        debug_assert!(self.tail.len() > self.tail_stored, "stored keys stay");
        if let Some(key) = self.tail.pop() {
            self.keys.remove(&key);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.keys.bytes() + self.tail.capacity() * size_of::<EventUid>()
    }

    /// Slots in the store.
    pub(crate) fn stored_slots(&self) -> u32 {
        self.full_slots + u32::from(self.tail_stored > 0)
    }

    /// Slots to write, numbered.
    pub(crate) fn unstored(
        &self,
        keys_per_slot: usize,
    ) -> impl Iterator<Item = (u32, &[EventUid])> {
        let tail = if self.tail.len() > self.tail_stored {
            self.tail.as_slice()
        } else {
            &[]
        };
        (self.full_slots..).zip(tail.chunks(keys_per_slot.max(1)))
    }

    /// What was unstored is stored now.
    pub(crate) fn mark_stored(&mut self, keys_per_slot: usize) {
        let keys_per_slot = keys_per_slot.max(1);
        let full = self.tail.len() / keys_per_slot;
        self.tail.drain(..full * keys_per_slot);
        self.full_slots += full as u32;
        self.tail_stored = self.tail.len();
    }
}
