//! How long to wait before the next attempt: twice as long each time, and never in step with others.

use std::time::Duration;

use aurora_ids::Id128;

const FIRST: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(crate) struct Backoff {
    most: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(most: Duration) -> Self {
        let most = most.max(FIRST);
        Self { most, next: FIRST }
    }

    /// After an attempt that succeeded.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }

    /// Between half of what is due and all of it.
    pub(crate) fn wait(&mut self) -> Duration {
        let due = self.next;
        self.next = (due * 2).min(self.most);
        let chance = u32::from(Id128::random().as_bytes()[0]);
        due / 2 + due / 2 * chance / 255
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_bound_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(60));
        let mut due = FIRST;
        for _ in 0..20 {
            let wait = backoff.wait();
            assert!(wait >= due / 2 && wait <= due, "{wait:?} of {due:?}");
            due = (due * 2).min(Duration::from_secs(60));
        }
        backoff.reset();
        assert!(backoff.wait() <= FIRST);
    }
}
