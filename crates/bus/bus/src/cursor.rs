//! What a durable consumer remembers: pure state, for the adapters that keep it themselves.

use std::collections::BTreeMap;
use std::time::Duration;

/// Where a durable consumer stands. Messages before `next` that match its filters were delivered;
/// those of them that are not acknowledged are `unacked`. Both together are all there is to keep.
///
/// `now` is time since some start, as [`aurora_clock::Clock::elapsed`] gives it. `find(seq)` is
/// the first message at or after `seq` that matches the consumer's filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    next: u64,
    unacked: BTreeMap<u64, Flight>,
    redelivered: u64,
}

/// A message that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flight {
    /// When it may go out again.
    due: Duration,
    attempt: u32,
}

/// How much a consumer may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub max: usize,
    pub max_in_flight: usize,
    pub ack_wait: Duration,
}

impl Cursor {
    /// Before message `first`.
    pub fn new(first: u64) -> Self {
        Self {
            next: first,
            unacked: BTreeMap::new(),
            redelivered: 0,
        }
    }

    /// As it was kept; what was out is due at once.
    pub fn restore(next: u64, unacked: impl IntoIterator<Item = (u64, u32)>) -> Self {
        let due = Duration::ZERO;
        let flights = unacked.into_iter().filter(|(seq, _)| *seq < next);
        let unacked = flights
            .map(|(seq, attempt)| (seq, Flight { due, attempt }))
            .collect();
        Self {
            next,
            unacked,
            redelivered: 0,
        }
    }

    /// The first message never delivered, matching or not.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// What is out, and how often each was delivered.
    pub fn unacked(&self) -> impl ExactSizeIterator<Item = (u64, u32)> {
        self.unacked
            .iter()
            .map(|(seq, flight)| (*seq, flight.attempt))
    }

    /// Deliveries that were not the message's first, since this value was made.
    pub fn redelivered(&self) -> u64 {
        self.redelivered
    }

    /// Forgets what is out below `first`: it is no longer kept.
    pub fn forget_before(&mut self, first: u64) {
        self.next = self.next.max(first);
        self.unacked = self.unacked.split_off(&first);
    }

    /// No message before `seq` that was never delivered matches.
    pub fn skip_to(&mut self, seq: u64) {
        self.next = self.next.max(seq);
    }

    /// Messages to deliver now and the attempt each is at, in stream order: what is due again,
    /// then what is new.
    pub fn take(
        &mut self,
        allow: Allowance,
        now: Duration,
        mut find: impl FnMut(u64) -> Option<u64>,
    ) -> Vec<(u64, u32)> {
        let mut taken = self.take_due(allow, now);
        while taken.len() < allow.max && self.unacked.len() < allow.max_in_flight {
            let Some(seq) = find(self.next) else { break };
            self.unacked.insert(
                seq,
                Flight {
                    due: now + allow.ack_wait,
                    attempt: 1,
                },
            );
            self.next = seq + 1;
            taken.push((seq, 1));
        }
        taken
    }

    fn take_due(&mut self, allow: Allowance, now: Duration) -> Vec<(u64, u32)> {
        let mut taken = Vec::new();
        for (seq, flight) in self.unacked.iter_mut().filter(|(_, f)| f.due <= now) {
            if taken.len() == allow.max {
                break;
            }
            flight.attempt = flight.attempt.saturating_add(1);
            flight.due = now + allow.ack_wait;
            taken.push((*seq, flight.attempt));
        }
        self.redelivered += taken.len() as u64;
        taken
    }

    /// How many of these were out and no longer are.
    pub fn ack(&mut self, seqs: &[u64]) -> u64 {
        seqs.iter()
            .filter(|seq| self.unacked.remove(seq).is_some())
            .count() as u64
    }

    /// Makes these due at once.
    pub fn nak(&mut self, seqs: &[u64]) {
        for seq in seqs {
            if let Some(flight) = self.unacked.get_mut(seq) {
                flight.due = Duration::ZERO;
            }
        }
    }

    /// These were taken and could not be handed over: as if they had not been.
    pub fn give_back(&mut self, taken: &[(u64, u32)]) {
        for (seq, attempt) in taken {
            if let Some(flight) = self.unacked.get_mut(seq) {
                flight.attempt = attempt - 1;
                flight.due = Duration::ZERO;
            }
        }
    }

    /// Every matching message up to here is acknowledged. `last` is the stream's newest.
    pub fn floor(&self, last: u64, mut find: impl FnMut(u64) -> Option<u64>) -> u64 {
        match self.unacked.keys().next() {
            Some(oldest) => oldest - 1,
            None => find(self.next).map_or(last, |seq| seq - 1),
        }
    }

    /// How long until something is due again; none while nothing is out.
    pub fn due_in(&self, now: Duration) -> Option<Duration> {
        self.unacked
            .values()
            .map(|f| f.due.saturating_sub(now))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(10);

    fn allow(max: usize, max_in_flight: usize) -> Allowance {
        Allowance {
            max,
            max_in_flight,
            ack_wait: WAIT,
        }
    }

    /// Even messages match, and the stream ends at 10.
    fn even(from: u64) -> Option<u64> {
        (from..=10).find(|seq| seq.is_multiple_of(2))
    }

    #[test]
    fn delivers_what_matches_once_and_again_when_due() {
        let mut cursor = Cursor::new(1);
        let zero = Duration::ZERO;
        assert_eq!(
            cursor.take(allow(3, 9), zero, even),
            [(2, 1), (4, 1), (6, 1)]
        );
        assert_eq!(cursor.ack(&[4, 4, 8]), 1);
        assert_eq!(cursor.floor(10, even), 1);
        assert_eq!(cursor.due_in(zero), Some(WAIT));
        assert_eq!(
            cursor.take(allow(9, 9), WAIT, even),
            [(2, 2), (6, 2), (8, 1), (10, 1)]
        );
        assert_eq!(cursor.redelivered(), 2);
        assert_eq!(cursor.ack(&[2, 6, 8, 10]), 4);
        assert_eq!(cursor.floor(10, even), 10);
    }

    #[test]
    fn holds_back_past_the_limit_in_flight() {
        let mut cursor = Cursor::new(1);
        assert_eq!(cursor.take(allow(9, 2), Duration::ZERO, even).len(), 2);
        assert!(cursor.take(allow(9, 2), Duration::ZERO, even).is_empty());
        cursor.nak(&[2]);
        assert_eq!(cursor.take(allow(9, 2), Duration::ZERO, even), [(2, 2)]);
        cursor.ack(&[4]);
        assert_eq!(cursor.take(allow(9, 2), Duration::ZERO, even), [(6, 1)]);
    }

    #[test]
    fn is_restored_from_what_is_kept() {
        let mut cursor = Cursor::new(1);
        let taken = cursor.take(allow(3, 9), Duration::ZERO, even);
        cursor.ack(&[4]);
        let mut again = Cursor::restore(cursor.next(), cursor.unacked());
        assert_eq!(
            again.take(allow(9, 3), Duration::ZERO, even),
            [(2, 2), (6, 2), (8, 1)]
        );
        cursor.give_back(&taken);
        assert_eq!(
            cursor.take(allow(2, 9), Duration::ZERO, even),
            [(2, 1), (6, 1)]
        );
        cursor.forget_before(5);
        assert_eq!(cursor.unacked().collect::<Vec<_>>(), [(6, 1)]);
    }
}
