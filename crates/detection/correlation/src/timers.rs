use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When groups are looked at next. A timer is never moved: one that comes too early is set anew, so
/// that an event costs none.
#[derive(Debug, Default)]
pub(crate) struct Timers(BinaryHeap<Reverse<Timer>>);

/// Ordered by time, then by the group's id, never by where the group happens to stand in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timer {
    pub due: i64,
    pub id: [u8; 16],
    pub slot: u32,
}

impl Timers {
    pub fn set(&mut self, due: i64, id: [u8; 16], slot: u32) {
        self.0.push(Reverse(Timer { due, id, slot }));
    }

    /// When the first one is.
    pub fn first(&self) -> Option<i64> {
        self.0.peek().map(|Reverse(first)| first.due)
    }

    /// The first one at or before `now`.
    pub fn pop(&mut self, now: i64) -> Option<Timer> {
        let Reverse(first) = self.0.peek()?;
        if first.due > now {
            return None;
        }
        self.0.pop().map(|Reverse(timer)| timer)
    }

    pub fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Timer>()
    }
}
