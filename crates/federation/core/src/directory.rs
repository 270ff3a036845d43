use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// The sites of the mesh and their keys. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    keys: Arc<BTreeMap<KeyId, Key>>,
    /// In order.
    sites: Arc<[SiteId]>,
    departed: BTreeSet<SiteId>,
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
        let keys: BTreeMap<KeyId, Key> = keys.collect();
        let sites: BTreeSet<SiteId> = keys.values().map(|key| key.site).collect();
        Self {
            sites: sites.into_iter().collect(),
            keys: Arc::new(keys),
            departed: BTreeSet::new(),
        }
    }

    /// Sites that were in the mesh and are not any more: what came of them stays, and what did not come
    /// is not asked for.
    #[must_use]
    pub fn without(mut self, departed: impl IntoIterator<Item = SiteId>) -> Self {
        self.departed = departed.into_iter().collect();
        self
    }

    /// Whether the site was in the mesh once, and left it.
    pub fn has_left(&self, site: SiteId) -> bool {
        self.departed.contains(&site) && !self.knows(site)
    }

    /// Whether the site is in the mesh.
    pub fn knows(&self, site: SiteId) -> bool {
        self.sites.binary_search(&site).is_ok()
    }

    /// All sites, in order.
    pub(crate) fn sites(&self) -> Arc<[SiteId]> {
        Arc::clone(&self.sites)
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
