//! Live events, kept in a bounded ring so that a reader may come back to where it was.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_ids::random_token;
use aurora_messages::LiveEvent;
use tokio::sync::watch;

/// Where live events are published and read. Clones share one ring.
///
/// Invariant: a slow reader costs nothing. It holds a position and not a queue, and is told to
/// start over when what it missed is no longer kept.
#[derive(Clone, Debug)]
pub struct Feed {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Tells this ring's ids from those of an earlier run of the site.
    run: String,
    ring: Mutex<Ring>,
    /// The sequence after the newest event.
    end: watch::Sender<u64>,
}

#[derive(Debug)]
struct Ring {
    capacity: usize,
    /// Sequence of the oldest event kept.
    first: u64,
    events: VecDeque<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: &'static str,
    data: Arc<str>,
}

/// An event as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What the reader sends back as `Last-Event-ID`.
    pub id: String,
    pub name: &'static str,
    pub data: Arc<str>,
}

/// A position in a feed.
#[derive(Debug)]
pub struct Reader {
    feed: Feed,
    /// The next sequence to read; `None` when what the reader had is not ours or not kept.
    next: Option<u64>,
    end: watch::Receiver<u64>,
}

impl Feed {
    /// Keeps the last `capacity` events, at least one.
    pub fn new(capacity: usize) -> Self {
        let ring = Ring {
            capacity: capacity.max(1),
            first: 0,
            events: VecDeque::new(),
        };
        let inner = Inner {
            run: random_token::<4>(),
            ring: Mutex::new(ring),
            end: watch::Sender::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Never waits for a reader.
    pub fn publish(&self, event: &LiveEvent) {
        let entry = Entry {
            name: event.name(),
            data: payload(event),
        };
        let end = {
            let mut ring = self.ring();
            ring.push(entry);
            ring.end()
        };
        self.inner.end.send_replace(end);
    }

    /// Continues after `last`, an earlier frame's id; without one, starts with what comes next.
    pub fn read(&self, last: Option<&str>) -> Reader {
        let end = self.inner.end.subscribe();
        let next = match last {
            None => Some(self.ring().end()),
            Some(id) => self.after(id),
        };
        Reader {
            feed: self.clone(),
            next,
            end,
        }
    }

    /// The sequence after `id`, when `id` is ours and everything after it is still kept.
    fn after(&self, id: &str) -> Option<u64> {
        let (run, seq) = id.split_once('-')?;
        let next = seq.parse::<u64>().ok()?;
        let ring = self.ring();
        (run == self.inner.run && (ring.first..=ring.end()).contains(&next)).then_some(next)
    }

    /// An id that says "has seen everything before `next`".
    fn id(&self, next: u64) -> String {
        format!("{}-{next}", self.inner.run)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.inner
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, entry: Entry) {
        if self.events.len() == self.capacity {
            self.events.pop_front();
            self.first += 1;
        }
        self.events.push_back(entry);
    }

    fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }

    fn get(&self, seq: u64) -> Option<&Entry> {
        let index = usize::try_from(seq.checked_sub(self.first)?).ok()?;
        self.events.get(index)
    }
}

impl Reader {
    /// Waits for the next event. Safe to drop and call again.
    pub async fn next(&mut self) -> Frame {
        loop {
            if let Some(frame) = self.ready() {
                return frame;
            }
            // The sender lives in the feed that we hold, so this only returns with news.
            if self.end.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// The next frame will be a reset.
    pub const fn is_lost(&self) -> bool {
        self.next.is_none()
    }

    /// A frame that carries the reader's position and nothing it must not miss. A lost reader
    /// has no position: read its reset first.
    pub fn mark(&self, event: &LiveEvent) -> Frame {
        let next = self.next.unwrap_or_else(|| self.feed.ring().end());
        Frame {
            id: self.feed.id(next),
            name: event.name(),
            data: payload(event),
        }
    }

    fn ready(&mut self) -> Option<Frame> {
        self.end.mark_unchanged();
        let ring = self.feed.ring();
        let Some(next) = self.next.filter(|next| *next >= ring.first) else {
            self.next = Some(ring.end());
            drop(ring);
            return Some(self.mark(&LiveEvent::Reset(Default::default())));
        };
        let entry = ring.get(next)?.clone();
        drop(ring);
        self.next = Some(next + 1);
        Some(Frame {
            id: self.feed.id(next + 1),
            name: entry.name,
            data: entry.data,
        })
    }
}

fn payload(event: &LiveEvent) -> Arc<str> {
    event.data().expect("live events are plain data").into()
}

#[cfg(test)]
mod tests {
    use aurora_clock::Timestamp;
    use aurora_messages::Heartbeat;

    use super::*;

    fn beat(at: i64) -> LiveEvent {
        LiveEvent::Heartbeat(Heartbeat {
            at: Timestamp::from_millis(at),
        })
    }

    async fn texts(reader: &mut Reader, count: usize) -> Vec<String> {
        let mut seen = Vec::new();
        for _ in 0..count {
            let frame = reader.next().await;
            seen.push(format!("{} {}", frame.name, frame.data));
        }
        seen
    }

    #[tokio::test]
    async fn a_new_reader_starts_with_what_comes_next() {
        let feed = Feed::new(8);
        feed.publish(&beat(1));
        let mut reader = feed.read(None);
        feed.publish(&beat(2));
        assert_eq!(texts(&mut reader, 1).await, [r#"heartbeat {"at":2}"#]);
    }

    #[tokio::test]
    async fn a_returning_reader_misses_nothing_and_repeats_nothing() {
        let feed = Feed::new(8);
        let mut reader = feed.read(None);
        feed.publish(&beat(1));
        let last = reader.next().await.id;
        feed.publish(&beat(2));
        feed.publish(&beat(3));
        let mut again = feed.read(Some(&last));
        let want = [r#"heartbeat {"at":2}"#, r#"heartbeat {"at":3}"#];
        assert_eq!(texts(&mut again, 2).await, want);
    }

    #[tokio::test]
    async fn who_was_away_too_long_starts_over() {
        let feed = Feed::new(2);
        let mut reader = feed.read(None);
        feed.publish(&beat(0));
        let last = reader.next().await.id;
        for at in 1..=3 {
            feed.publish(&beat(at));
        }
        for old in [
            last.as_str(),
            "another-7",
            "",
            "no id",
            "-",
            "deadbeef-18446744073709551616",
        ] {
            let mut again = feed.read(Some(old));
            assert_eq!(texts(&mut again, 1).await, ["reset {}"], "{old}");
            feed.publish(&beat(9));
            assert_eq!(
                texts(&mut again, 1).await,
                [r#"heartbeat {"at":9}"#],
                "{old}"
            );
        }
    }

    #[tokio::test]
    async fn a_slow_reader_is_told_to_start_over() {
        let feed = Feed::new(2);
        let mut reader = feed.read(None);
        for at in 0..5 {
            feed.publish(&beat(at));
        }
        assert_eq!(texts(&mut reader, 1).await, ["reset {}"]);
    }

    #[tokio::test]
    async fn a_mark_moves_nobody() {
        let feed = Feed::new(4);
        let reader = feed.read(None);
        let mark = reader.mark(&beat(0));
        feed.publish(&beat(1));
        let mut again = feed.read(Some(&mark.id));
        assert_eq!(texts(&mut again, 1).await, [r#"heartbeat {"at":1}"#]);
    }
}
