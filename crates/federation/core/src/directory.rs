use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::SiteId;
use serde::{Deserialize, Serialize};

use crate::Hash;

/// Names a public key: the first eight bytes of its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyId(pub u64);

/// A key of a site. Keys overlap while one follows another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub site: SiteId,
    /// Ed25519.
    pub public: [u8; 32],
    pub from: Timestamp,
    pub until: Timestamp,
}

/// The sites of the mesh and their keys.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    keys: BTreeMap<KeyId, Key>,
}

/// Why a signature counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the key is not in the site directory")]
    UnknownKey,
    #[error("the key belongs to another site")]
    WrongSite,
    #[error("the key was not valid at that time")]
    OutOfValidity,
    #[error("the signature does not fit")]
    Signature,
}

impl KeyId {
    pub fn of(public: &[u8; 32]) -> Self {
        let hash = Hash::of(b"aurorasoc.federation.key.v1\n", public);
        let first: [u8; 8] = std::array::from_fn(|place| hash.0[place]);
        Self(u64::from_be_bytes(first))
    }
}

impl Directory {
    pub fn new(keys: impl IntoIterator<Item = Key>) -> Self {
        let keys = keys.into_iter().map(|key| (KeyId::of(&key.public), key));
        Self {
            keys: keys.collect(),
        }
    }

    /// Whether the site is in the mesh.
    pub fn knows(&self, site: SiteId) -> bool {
        self.keys.values().any(|key| key.site == site)
    }

    /// The key, when it may speak for the site at that time.
    ///
    /// # Errors
    /// When it may not.
    pub fn key(&self, id: KeyId, site: SiteId, at: Timestamp) -> Result<&Key, Refusal> {
        let key = self.keys.get(&id).ok_or(Refusal::UnknownKey)?;
        if key.site != site {
            return Err(Refusal::WrongSite);
        }
        if at < key.from || at >= key.until {
            return Err(Refusal::OutOfValidity);
        }
        Ok(key)
    }
}
