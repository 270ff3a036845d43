//! Which statements run, and which have outlived their deadline.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a statement may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deadline {
    /// Told to the engine, which ends a query by itself between blocks.
    pub(super) seconds: u64,
    /// Beyond that the engine hangs and is ended.
    pub(super) grace: Duration,
}

#[derive(Default)]
pub(super) struct Running {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    ends: BTreeMap<u64, Instant>,
}

/// A statement that runs, until it is dropped.
pub(super) struct Watched<'r> {
    running: &'r Running,
    id: u64,
}

impl Running {
    pub(super) fn begin(&self, deadline: Deadline) -> Watched<'_> {
        let ends = Instant::now() + Duration::from_secs(deadline.seconds) + deadline.grace;
        let mut state = self.lock();
        state.next += 1;
        let id = state.next;
        state.ends.insert(id, ends);
        Watched { running: self, id }
    }

    /// Whether any statement should have ended before now.
    pub(super) fn overdue(&self) -> bool {
        let now = Instant::now();
        self.lock().ends.values().any(|end| *end <= now)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().ends.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.running.lock().ends.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_still_runs_can_be_overdue() {
        let running = Running::default();
        let at_once = Deadline {
            seconds: 0,
            grace: Duration::ZERO,
        };
        let late = running.begin(at_once);
        let fine = running.begin(Deadline {
            seconds: 60,
            grace: Duration::ZERO,
        });
        assert!(running.overdue());
        drop(late);
        assert!(!running.overdue());
        drop(fine);
        assert_eq!(running.count(), 0);
    }
}
