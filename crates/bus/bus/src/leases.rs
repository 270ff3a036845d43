//! Who may do what for how long: pure state, for the adapters that keep it themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{Error, Fence, Lease};

/// All leases of one bus. Only the epochs need to be kept: holders do not outlive the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leases(BTreeMap<String, Entry>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    epoch: u64,
    /// The holder and when its right runs out, in time since some start.
    held: Option<(String, Duration)>,
}

impl Leases {
    /// As they were kept; nobody holds any.
    pub fn restore(epochs: impl IntoIterator<Item = (String, u64)>) -> Self {
        let entry = |(name, epoch)| (name, Entry { epoch, held: None });
        Self(epochs.into_iter().map(entry).collect())
    }

    /// The newest epoch of each lease.
    pub fn epochs(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.epoch))
    }

    /// The newest epoch of one lease; 0 when it was never held.
    pub fn epoch(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |entry| entry.epoch)
    }

    /// Takes or renews a lease until `now + ttl`; none while somebody else holds it. A new epoch
    /// is to be durable before the lease is handed out.
    pub fn acquire(
        &mut self,
        name: &str,
        holder: &str,
        now: Duration,
        ttl: Duration,
    ) -> Option<Lease> {
        let entry = self.0.entry(name.to_owned()).or_default();
        let held_by_other = match &entry.held {
            Some((other, until)) if other != holder && *until > now => return None,
            Some((other, _)) => other != holder,
            None => true,
        };
        entry.epoch += u64::from(held_by_other);
        entry.held = Some((holder.to_owned(), now + ttl));
        Some(Lease {
            name: name.to_owned(),
            holder: holder.to_owned(),
            epoch: entry.epoch,
        })
    }

    /// Who holds a lease now.
    pub fn holder(&self, name: &str, now: Duration) -> Option<&str> {
        let held = self.0.get(name)?.held.as_ref();
        held.filter(|(_, until)| *until > now)
            .map(|(holder, _)| holder.as_str())
    }

    /// Ends a lease; ending it twice is harmless.
    ///
    /// # Errors
    /// [`Error::Fenced`] when a later epoch has begun.
    pub fn release(&mut self, lease: &Lease) -> Result<(), Error> {
        match self.0.get_mut(&lease.name) {
            Some(entry) if entry.epoch == lease.epoch => {
                entry.held = None;
                Ok(())
            }
            entry => Err(fenced(&lease.fence(), entry.map_or(0, |e| e.epoch))),
        }
    }

    /// Whether work under this fence may still be stored. A lease that has run out and that
    /// nobody else has taken is still good.
    ///
    /// # Errors
    /// [`Error::Fenced`] when it may not.
    pub fn check(&self, fence: &Fence) -> Result<(), Error> {
        match self.0.get(&fence.lease) {
            Some(entry) if entry.epoch == fence.epoch && entry.held.is_some() => Ok(()),
            entry => Err(fenced(fence, entry.map_or(0, |e| e.epoch))),
        }
    }
}

fn fenced(fence: &Fence, current: u64) -> Error {
    Error::Fenced {
        name: fence.lease.clone(),
        epoch: fence.epoch,
        current,
    }
}
