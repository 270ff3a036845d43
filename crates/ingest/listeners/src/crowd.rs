//! How many connections a listener holds, and which of them has to go when one more comes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_tasks::Shutdown;

/// The connections of one listener. Cheap to clone.
///
/// A quiet peer may stay as long as there is room. When there is none, the connection that has been
/// idle the longest makes place; one with work under way never does.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    max: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    held: usize,
    /// Rises with every change; the order of the idle ones.
    ticket: u64,
    idle: BTreeMap<u64, Shutdown>,
}

/// A connection's place. Dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Seat {
    crowd: Crowd,
    ticket: Option<u64>,
    leave: Shutdown,
}

impl Crowd {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max: max.max(1),
            state: Arc::default(),
        }
    }

    /// A place for one more, idle at first. `None` when all are at work.
    pub(crate) fn enter(&self) -> Option<Seat> {
        let mut state = self.lock();
        if state.held >= self.max {
            let (_, longest) = state.idle.pop_first()?;
            longest.cancel();
            // It frees its own place when it has gone, a moment from now.
        }
        state.held += 1;
        drop(state);
        let mut seat = Seat {
            crowd: self.clone(),
            ticket: None,
            leave: Shutdown::new(),
        };
        seat.rest();
        Some(seat)
    }

    /// Sends the connection away that has been idle the longest; for when the system runs out of
    /// something first.
    pub(crate) fn thin_out(&self) {
        if let Some((_, longest)) = self.lock().idle.pop_first() {
            longest.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Cancelled when the connection has to go.
    pub(crate) fn leave(&self) -> Shutdown {
        self.leave.clone()
    }

    /// Something is under way: the connection stays.
    pub(crate) fn work(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.crowd.lock().idle.remove(&ticket);
        }
    }

    /// Nothing is under way from now on.
    pub(crate) fn rest(&mut self) {
        self.work();
        let mut state = self.crowd.lock();
        state.ticket += 1;
        let ticket = state.ticket;
        state.idle.insert(ticket, self.leave.clone());
        self.ticket = Some(ticket);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.work();
        self.crowd.lock().held -= 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_one_that_was_idle_longest_makes_place() {
        let crowd = Crowd::new(2);
        let mut first = crowd.enter().unwrap();
        let second = crowd.enter().unwrap();
        first.work();
        first.rest();
        let third = crowd.enter().unwrap();
        let gone = [&first, &second, &third].map(|seat| seat.leave().is_cancelled());
        assert_eq!(gone, [false, true, false]);
    }

    #[test]
    fn who_works_stays_and_who_leaves_frees_a_place() {
        let crowd = Crowd::new(2);
        let (mut first, mut second) = (crowd.enter().unwrap(), crowd.enter().unwrap());
        first.work();
        second.work();
        assert!(crowd.enter().is_none());
        drop(first);
        assert!(crowd.enter().is_some());
        assert!(!second.leave().is_cancelled());
    }
}
