//! What came after a snapshot: the stream from a position on, in order and without gaps.

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_bus::Delivery;
use tracing::warn;

/// How long a message may be with somebody who is no more, before it is taken to be lost.
const PATIENCE: Duration = Duration::from_secs(900);

/// Messages in the order of the stream, as far as it went when this was made.
#[derive(Debug)]
pub(super) struct Tail {
    next: u64,
    last: u64,
    /// What came before its turn; nothing for a message that is not ours.
    waiting: BTreeMap<u64, Option<Delivery>>,
    /// When something came last.
    heard: Duration,
}

impl Tail {
    /// Of the messages `next..=last`.
    pub(super) fn new(next: u64, last: u64, now: Duration) -> Self {
        Self {
            next,
            last,
            waiting: BTreeMap::new(),
            heard: now,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.next > self.last
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Takes what was delivered, in any order, some of it perhaps again.
    pub(super) fn put(&mut self, messages: Vec<Delivery>, now: Duration) {
        let wanted = self.next..=self.last;
        let messages = messages.into_iter();
        for message in messages.filter(|message| wanted.contains(&message.seq)) {
            self.heard = now;
            self.waiting.insert(message.seq, Some(message));
        }
    }

    /// Nobody brings these.
    pub(super) fn leave_out(&mut self, seqs: impl Iterator<Item = u64>) {
        let wanted = self.next..=self.last;
        let left_out = seqs.filter(|seq| wanted.contains(seq));
        self.waiting.extend(left_out.map(|seq| (seq, None)));
        self.pass();
    }

    /// What is left out has no turn.
    fn pass(&mut self) {
        while self.waiting.get(&self.next).is_some_and(Option::is_none) {
            self.waiting.remove(&self.next);
            self.next += 1;
        }
    }

    /// Whether so many stand next, or ones of so many bytes, or all that are left.
    pub(super) fn has(&self, most: usize, bytes: usize) -> bool {
        let left = usize::try_from(self.last + 1 - self.next).unwrap_or(usize::MAX);
        let (mut count, mut size) = (0, 0);
        for ((found, message), seq) in self.waiting.iter().zip(self.next..) {
            if *found != seq || count >= most || size >= bytes {
                break;
            }
            count += 1;
            size += message.as_ref().map_or(0, |message| message.body.len());
        }
        count >= most.min(left) || size >= bytes
    }

    /// Those that stand next, at most so many, up to the one that makes it so many bytes.
    pub(super) fn take(&mut self, most: usize, bytes: usize) -> Vec<Delivery> {
        let (mut taken, mut size) = (Vec::new(), 0);
        while taken.len() < most
            && size < bytes
            && let Some(message) = self.waiting.remove(&self.next).flatten()
        {
            size += message.body.len();
            taken.push(message);
            self.next += 1;
            self.pass();
        }
        taken
    }

    /// Messages that are wanted next and have not come, at most so many.
    pub(super) fn missing(&self, most: usize) -> Vec<u64> {
        let wanted = (self.next..=self.last).filter(|seq| !self.waiting.contains_key(seq));
        wanted.take(most).collect()
    }

    /// Gives up on messages that nobody brought for too long, loudly.
    pub(super) fn skip_lost(&mut self, now: Duration) {
        if now.saturating_sub(self.heard) < PATIENCE {
            return;
        }
        let found = self.waiting.keys().next().copied();
        let until = found.unwrap_or(self.last + 1);
        warn!(
            from = self.next,
            until = until - 1,
            "matches after the snapshot are gone from the stream; windows miss them"
        );
        self.next = until;
        self.pass();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aurora_ids::Id128;
    use aurora_model::{BatchId, Subject};
    use bytes::Bytes;

    fn messages(seqs: impl IntoIterator<Item = u64>) -> Vec<Delivery> {
        let message = |seq| Delivery {
            seq,
            subject: Subject::matches_progress(),
            id: BatchId(Id128::from_bytes([0; 16])),
            header: Bytes::new(),
            body: Bytes::new(),
            attempt: 1,
        };
        seqs.into_iter().map(message).collect()
    }

    fn seqs(messages: &[Delivery]) -> Vec<u64> {
        messages.iter().map(|message| message.seq).collect()
    }

    #[test]
    fn nothing_is_given_before_its_turn() {
        let mut tail = Tail::new(5, 9, Duration::ZERO);
        tail.put(messages([7, 3, 6, 9, 12]), Duration::ZERO);
        assert!(!tail.has(1, 1));
        assert_eq!(tail.missing(2), [5, 8]);
        assert!(tail.take(10, 1).is_empty());
        tail.put(messages([5, 6]), Duration::ZERO);
        assert!(tail.has(3, 1) && !tail.has(4, 1));
        assert_eq!(seqs(&tail.take(2, 1)), [5, 6]);
        tail.put(messages([8]), Duration::ZERO);
        assert!(tail.has(100, 1));
        assert_eq!(seqs(&tail.take(100, 1)), [7, 8, 9]);
        assert!(tail.is_over());
    }

    #[test]
    fn no_more_bytes_are_given_than_wanted() {
        let mut tail = Tail::new(1, 9, Duration::ZERO);
        let mut some = messages(1..=4);
        for message in &mut some {
            message.body = Bytes::from_static(b"ten bytes.");
        }
        tail.put(some, Duration::ZERO);
        assert!(tail.has(9, 40) && !tail.has(9, 41) && tail.has(4, 41));
        assert_eq!(seqs(&tail.take(9, 11)), [1, 2]);
        assert_eq!(seqs(&tail.take(1, 11)), [3]);
        assert_eq!(seqs(&tail.take(9, 11)), [4]);
    }

    #[test]
    fn what_is_not_ours_is_passed() {
        let mut tail = Tail::new(1, 9, Duration::ZERO);
        tail.leave_out([1, 2, 4, 5, 9].into_iter());
        tail.put(messages([3, 7, 8]), Duration::ZERO);
        assert_eq!(tail.missing(9), [6]);
        assert_eq!(seqs(&tail.take(9, 1)), [3]);
        assert!(tail.take(9, 1).is_empty(), "6 has not come");
        tail.put(messages([6]), Duration::ZERO);
        assert!(tail.has(100, 1));
        assert_eq!(seqs(&tail.take(100, 1)), [6, 7, 8]);
        assert!(tail.is_over());
        let mut others = Tail::new(1, 2, Duration::ZERO);
        others.leave_out(1..=2);
        assert!(others.is_over());
    }

    #[test]
    fn what_nobody_brings_is_given_up_in_the_end() {
        let mut tail = Tail::new(1, 4, Duration::ZERO);
        tail.put(messages([3]), Duration::from_secs(1));
        tail.skip_lost(PATIENCE);
        assert!(tail.take(1, 1).is_empty());
        tail.skip_lost(PATIENCE + Duration::from_secs(1));
        assert_eq!(seqs(&tail.take(1, 1)), [3]);
        tail.skip_lost(PATIENCE * 2);
        assert!(tail.is_over());
    }
}
