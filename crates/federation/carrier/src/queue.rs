//! What an adapter tells its site, in a queue with a bound.

use aurora_model::SiteId;
use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};

use crate::{Counts, Event};

/// The adapter's end; copies share the queue.
#[derive(Clone, Debug)]
pub struct Inbox(mpsc::Sender<Event>);

/// The site's end.
#[derive(Debug)]
pub struct Events(Mutex<mpsc::Receiver<Event>>);

/// A queue of so many events.
pub fn events(room: usize) -> (Inbox, Events) {
    let (sender, receiver) = mpsc::channel(room);
    (Inbox(sender), Events(Mutex::new(receiver)))
}

impl Inbox {
    /// Waits for room: who is connected must not be lost. Without anybody who listens it is.
    pub async fn link(&self, event: Event) {
        // Nobody listens any more: the carrier is being closed.
        drop(self.0.send(event).await);
    }

    /// Tells of a frame, and counts it before anybody hears of it. Without room it is lost, and counted
    /// so.
    pub fn deliver(&self, from: SiteId, bytes: Bytes, counts: &Counts) {
        match self.0.try_reserve() {
            Ok(room) => {
                counts.received(from, bytes.len());
                room.send(Event::Frame { from, bytes });
            }
            Err(_) => counts.lost(from),
        }
    }
}

impl Events {
    /// `None` when every [`Inbox`] is gone or the queue was closed and read to its end.
    pub async fn next(&self) -> Option<Event> {
        self.0.lock().await.recv().await
    }
}
