//! Who at the edge is good now.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aurora_model::SourceName;
use aurora_tls::{Admit, SpiffeId, Who};
use tokio::sync::watch;

use crate::{Edge, State};

/// Another process's denial is known after this long at most; this one's at once.
pub const HEARTBEAT: Duration = Duration::from_secs(10);

/// Hosts that are known and not denied, in memory: a handshake waits for no store. Cheap to clone.
///
/// Nobody is good who is not on it, so a certificate whose host the records have lost opens nothing.
#[derive(Clone, Debug)]
pub struct Roll(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    good: RwLock<HashMap<String, SourceName>>,
    /// Rises when somebody is not good any more.
    denials: watch::Sender<u64>,
}

impl Default for Roll {
    fn default() -> Self {
        Self(Arc::new(Inner {
            good: RwLock::default(),
            denials: watch::Sender::new(0),
        }))
    }
}

impl Roll {
    /// Whose records the peer may push; none for who is not good, or is no host.
    pub fn source(&self, id: &SpiffeId) -> Option<SourceName> {
        let edge = id.who().as_edge()?;
        let good = self.0.good.read().unwrap_or_else(PoisonError::into_inner);
        good.get(edge).cloned()
    }

    /// Changes whenever somebody is denied: who holds a connection open asks again.
    pub fn denials(&self) -> watch::Receiver<u64> {
        self.0.denials.subscribe()
    }

    /// How many hosts are good.
    pub fn count(&self) -> usize {
        let good = self.0.good.read().unwrap_or_else(PoisonError::into_inner);
        good.len()
    }

    pub(crate) fn is_good(&self, id: &str) -> bool {
        let good = self.0.good.read().unwrap_or_else(PoisonError::into_inner);
        good.contains_key(id)
    }

    pub(crate) fn admit(&self, id: &str, source: SourceName) {
        let mut good = self.0.good.write().unwrap_or_else(PoisonError::into_inner);
        good.insert(id.to_owned(), source);
    }

    pub(crate) fn deny(&self, id: &str) {
        let mut good = self.0.good.write().unwrap_or_else(PoisonError::into_inner);
        let was = good.remove(id).is_some();
        drop(good);
        if was {
            self.0.denials.send_modify(|count| *count += 1);
        }
    }

    /// Takes what the records say, all of it.
    pub(crate) fn read(&self, edges: &[Edge]) {
        for edge in edges {
            match edge.state {
                State::Good => self.admit(&edge.id, edge.source.clone()),
                State::Denied => self.deny(&edge.id),
            }
        }
    }
}

impl Admit for Roll {
    fn admits(&self, id: &SpiffeId) -> bool {
        match id.who() {
            // Their certificates end within the hour, and only the site itself makes them.
            Who::Role(_) => true,
            Who::Edge(edge) => self.is_good(edge),
        }
    }
}
