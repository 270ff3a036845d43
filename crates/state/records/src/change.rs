use aurora_model::Action;
use serde_json::Value;

use crate::Collection;

/// What a writer knows of the document it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It must not exist.
    New,
    /// It must be at this version.
    Version(u64),
    /// Whatever stands there is replaced.
    Any,
}

/// One document's change; `body: None` removes it, and its id starts again at version 1. Bodies
/// are JSON objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    pub collection: Collection,
    pub id: String,
    pub guard: Guard,
    pub body: Option<Value>,
}

/// A checkpoint's change. A slot is a small named byte string, such as a shard's offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotWrite {
    pub key: String,
    /// The commit fails with [`crate::Error::CheckpointMoved`] unless the slot holds exactly this.
    /// `Some(None)`: it must be absent. `None`: not checked.
    pub expected: Option<Option<Vec<u8>>>,
    /// `None` removes it.
    pub value: Option<Vec<u8>>,
}

/// Everything that commits together.
///
/// Documents change only with a decision; checkpoints and counters alone are progress, which
/// nobody decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub decision: Option<Action>,
    pub writes: Vec<Write>,
    pub slots: Vec<SlotWrite>,
    /// Counters to add to, made at 0; they stop at [`crate::MAX_COUNTER`].
    pub counters: Vec<(String, u64)>,
}

impl Change {
    /// Progress of our own machinery: checkpoints and counters only.
    pub fn progress() -> Self {
        Self::default()
    }

    /// A change of documents, explained by the context's reason.
    pub fn decided(action: Action) -> Self {
        Self {
            decision: Some(action),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn put(mut self, collection: Collection, id: &str, guard: Guard, body: Value) -> Self {
        self.writes.push(Write {
            collection,
            id: id.to_owned(),
            guard,
            body: Some(body),
        });
        self
    }

    #[must_use]
    pub fn remove(mut self, collection: Collection, id: &str, guard: Guard) -> Self {
        self.writes.push(Write {
            collection,
            id: id.to_owned(),
            guard,
            body: None,
        });
        self
    }

    #[must_use]
    pub fn slot(mut self, key: &str, value: impl Into<Vec<u8>>) -> Self {
        self.slots.push(SlotWrite {
            key: key.to_owned(),
            expected: None,
            value: Some(value.into()),
        });
        self
    }

    #[must_use]
    pub fn remove_slot(mut self, key: &str) -> Self {
        self.slots.push(SlotWrite {
            key: key.to_owned(),
            expected: None,
            value: None,
        });
        self
    }

    /// Moves a checkpoint from what it is believed to be.
    #[must_use]
    pub fn advance(mut self, key: &str, from: Option<Vec<u8>>, to: impl Into<Vec<u8>>) -> Self {
        self.slots.push(SlotWrite {
            key: key.to_owned(),
            expected: Some(from),
            value: Some(to.into()),
        });
        self
    }

    #[must_use]
    pub fn count(mut self, counter: String, by: u64) -> Self {
        if by > 0 {
            self.counters.push((counter, by));
        }
        self
    }
}
