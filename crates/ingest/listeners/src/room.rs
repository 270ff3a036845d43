//! Memory that the connections of a listener share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a request waits for others to give memory back.
const PATIENCE: Duration = Duration::from_secs(5);
const UNIT: u64 = 1024;

/// Memory that all requests share. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    free: Arc<Semaphore>,
}

/// What one request holds; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Held {
    room: Room,
    permit: Option<OwnedSemaphorePermit>,
    /// Bytes of the last unit that are not used yet.
    spare: u64,
}

impl Room {
    pub(crate) fn new(bytes: u64) -> Self {
        let units = usize::try_from(bytes / UNIT).unwrap_or(usize::MAX);
        Self {
            free: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
        }
    }

    pub(crate) fn hold(&self) -> Held {
        Held {
            room: self.clone(),
            permit: None,
            spare: 0,
        }
    }
}

impl Held {
    /// Takes room for so many bytes more, and waits for it. `false` when there is none in time.
    pub(crate) async fn grow(&mut self, bytes: usize) -> bool {
        let units = self.units(bytes as u64);
        if units == 0 {
            return true;
        }
        let waiting = self.room.free.clone().acquire_many_owned(units);
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(permit)) => {
                self.merge(permit);
                true
            }
            _ => false,
        }
    }

    /// The same without waiting.
    pub(crate) fn grow_now(&mut self, bytes: usize) -> bool {
        let units = self.units(bytes as u64);
        if units == 0 {
            return true;
        }
        match self.room.free.clone().try_acquire_many_owned(units) {
            Ok(permit) => {
                self.merge(permit);
                true
            }
            Err(_) => false,
        }
    }

    /// Holds exactly so many bytes from now on. `false`, and as before, when there is no room.
    pub(crate) fn resize(&mut self, bytes: usize) -> bool {
        let wanted = (bytes as u64).div_ceil(UNIT);
        let held = self.permit.as_ref().map_or(0, |p| p.num_permits() as u64);
        if wanted > held {
            let more = usize::try_from((wanted - held) * UNIT).unwrap_or(usize::MAX);
            self.spare = 0;
            return self.grow_now(more);
        }
        if let Some(permit) = &mut self.permit {
            let less = usize::try_from(held - wanted).unwrap_or(usize::MAX);
            drop(permit.split(less));
        }
        true
    }

    /// Units to take for so many bytes, after what is left of the last one.
    fn units(&mut self, bytes: u64) -> u32 {
        let beyond = bytes.saturating_sub(self.spare);
        let units = u32::try_from(beyond.div_ceil(UNIT)).unwrap_or(u32::MAX);
        self.spare =
            self.spare + u64::from(units) * UNIT - bytes.min(self.spare + u64::from(units) * UNIT);
        units
    }

    fn merge(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            None => self.permit = Some(more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back() {
        let room = Room::new(10 * UNIT);
        let mut first = room.hold();
        assert!(first.grow_now(100) && first.grow_now(900) && first.grow_now(8 * 1024));
        let mut second = room.hold();
        assert!(second.grow_now(1024));
        assert!(!second.grow_now(1));
        drop(first);
        assert!(second.grow_now(9 * 1024));
        assert!(second.resize(1) && !second.resize(11 * 1024));
        assert!(room.hold().grow_now(9 * 1024));
    }
}
