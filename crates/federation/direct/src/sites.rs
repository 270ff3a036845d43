//! Who may be linked with, and by which keys.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use aurora_federation_carrier::Peer;
use aurora_model::SiteId;
use aurora_tls::KnowsKey;

/// The sites of the directory in force.
#[derive(Debug, Default)]
pub struct Sites(RwLock<HashMap<[u8; 32], SiteId>>);

impl Sites {
    pub fn replace(&self, peers: &[Peer]) {
        let of = |peer: &Peer| {
            let site = peer.site;
            peer.keys.clone().into_iter().map(move |key| (key, site))
        };
        let keys = peers.iter().flat_map(of).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// The site whose key it is.
    pub fn of(&self, key: &[u8; 32]) -> Option<SiteId> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(key).copied()
    }
}

/// Keys of one site, for whoever dials it.
#[derive(Debug)]
pub struct Keys(pub Vec<[u8; 32]>);

impl KnowsKey for Keys {
    fn knows(&self, key: &[u8; 32]) -> bool {
        self.0.contains(key)
    }
}

/// Any key: whoever knocks proves that it holds one, and what it may do is looked up afterwards.
#[derive(Debug)]
pub struct Anybody;

impl KnowsKey for Anybody {
    fn knows(&self, _: &[u8; 32]) -> bool {
        true
    }
}
