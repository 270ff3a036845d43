use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aurora_model::SiteId;

/// What a carrier did for one site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub connected: bool,
    /// How often it was.
    pub connects: u64,
    pub frames_sent: u64,
    pub bytes_sent: u64,
    pub frames_received: u64,
    pub bytes_received: u64,
    /// Frames that found no room, on the way out or in.
    pub frames_lost: u64,
}

/// Counts for an adapter.
#[derive(Debug, Default)]
pub struct Counts(Mutex<BTreeMap<SiteId, Figures>>);

impl Counts {
    pub fn connected(&self, site: SiteId) {
        let mut counts = self.lock();
        let of = counts.entry(site).or_default();
        of.connected = true;
        of.connects += 1;
    }

    pub fn disconnected(&self, site: SiteId) {
        self.lock().entry(site).or_default().connected = false;
    }

    pub fn sent(&self, site: SiteId, bytes: usize) {
        let mut counts = self.lock();
        let of = counts.entry(site).or_default();
        of.frames_sent += 1;
        of.bytes_sent += bytes as u64;
    }

    pub fn received(&self, site: SiteId, bytes: usize) {
        let mut counts = self.lock();
        let of = counts.entry(site).or_default();
        of.frames_received += 1;
        of.bytes_received += bytes as u64;
    }

    pub fn lost(&self, site: SiteId) {
        self.lock().entry(site).or_default().frames_lost += 1;
    }

    pub fn all(&self) -> BTreeMap<SiteId, Figures> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SiteId, Figures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
