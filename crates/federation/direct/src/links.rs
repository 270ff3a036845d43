//! The links that are there: at most one with each site.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_federation_carrier::{Counts, Event, Inbox, Sent};
use aurora_model::SiteId;
use aurora_tasks::Shutdown;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};

/// Frames that wait for one site, and their bytes.
const FRAMES: usize = 1_024;
const BYTES: usize = 16 * 1024 * 1024;

/// All links of a site.
#[derive(Debug)]
pub struct Links {
    here: SiteId,
    held: Mutex<HashMap<SiteId, Held>>,
    /// Who comes and goes is told in the order in which it happened.
    telling: tokio::sync::Mutex<()>,
    inbox: Mutex<Option<Inbox>>,
    pub counts: Counts,
    /// Rises whenever a link ends, so that dialers look again.
    ended: watch::Sender<u64>,
    numbers: AtomicU64,
}

/// The sending end of a link.
#[derive(Debug)]
struct Held {
    number: u64,
    /// Which of the two sites dialled.
    dialled_by: SiteId,
    frames: mpsc::Sender<Bytes>,
    waiting: Arc<AtomicUsize>,
    stop: Shutdown,
}

/// The other end of a link, for the task that serves it.
#[derive(Debug)]
pub struct Line {
    pub site: SiteId,
    number: u64,
    pub frames: mpsc::Receiver<Bytes>,
    pub waiting: Arc<AtomicUsize>,
    pub stop: Shutdown,
}

impl Links {
    pub fn new(here: SiteId, inbox: Inbox) -> Self {
        Self {
            here,
            held: Mutex::default(),
            telling: tokio::sync::Mutex::default(),
            inbox: Mutex::new(Some(inbox)),
            counts: Counts::default(),
            ended: watch::Sender::new(0),
            numbers: AtomicU64::new(0),
        }
    }

    pub fn here(&self) -> SiteId {
        self.here
    }

    pub fn ended(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }

    pub fn is_linked(&self, site: SiteId) -> bool {
        self.lock().contains_key(&site)
    }

    /// A new link with a site. `None` when there is a better one.
    pub async fn begin(&self, site: SiteId, dialled_by: SiteId, stop: Shutdown) -> Option<Line> {
        let _telling = self.telling.lock().await;
        let (frames, received) = mpsc::channel(FRAMES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let inbox = self.inbox()?;
        let (number, is_new) = {
            let mut held = self.lock();
            let before = held.get(&site);
            // Of two that cross, both ends keep the one that the lower identity dialled. One that the
            // same site dialled again means that the former is dead there.
            let best = self.here.min(site);
            if before.is_some_and(|it| it.dialled_by == best && dialled_by != best) {
                return None;
            }
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            let link = Held {
                number,
                dialled_by,
                frames,
                waiting: Arc::clone(&waiting),
                stop: stop.clone(),
            };
            let before = held.insert(site, link);
            if let Some(before) = &before {
                before.stop.cancel();
            }
            (number, before.is_none())
        };
        if is_new {
            self.counts.connected(site);
            inbox.link(Event::Connected(site)).await;
        }
        Some(Line {
            site,
            number,
            frames: received,
            waiting,
            stop,
        })
    }

    /// A link is over.
    pub async fn end(&self, line: &Line) {
        let _telling = self.telling.lock().await;
        {
            let mut held = self.lock();
            // Another one may have taken its place.
            if held
                .get(&line.site)
                .is_none_or(|it| it.number != line.number)
            {
                return;
            }
            held.remove(&line.site);
        }
        self.counts.disconnected(line.site);
        if let Some(inbox) = self.inbox() {
            inbox.link(Event::Disconnected(line.site)).await;
        }
        self.ended.send_modify(|count| *count += 1);
    }

    /// A frame came. Without room it is lost.
    pub fn came(&self, from: SiteId, bytes: Bytes) {
        match self.inbox() {
            Some(inbox) => inbox.deliver(from, bytes, &self.counts),
            None => self.counts.lost(from),
        }
    }

    pub fn send(&self, to: SiteId, frame: Bytes) -> Sent {
        let held = self.lock();
        let Some(link) = held.get(&to) else {
            return Sent::NoWay;
        };
        let length = frame.len();
        let waiting = link.waiting.fetch_add(length, Ordering::Relaxed);
        if waiting + length > BYTES || link.frames.try_send(frame).is_err() {
            link.waiting.fetch_sub(length, Ordering::Relaxed);
            self.counts.lost(to);
            return Sent::Full;
        }
        self.counts.sent(to, length);
        Sent::Away
    }

    /// Ends the link with a site, if there is one.
    pub fn stop(&self, site: SiteId) {
        if let Some(link) = self.lock().get(&site) {
            link.stop.cancel();
        }
    }

    /// Ends the links with all but those.
    pub fn keep(&self, sites: &[SiteId]) {
        let held = self.lock();
        let others = held.iter().filter(|(site, _)| !sites.contains(site));
        others.for_each(|(_, link)| link.stop.cancel());
    }

    /// Nothing more is told: whoever listens reads what is there, and then the end.
    pub fn close(&self) {
        drop(
            self.inbox
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    fn inbox(&self) -> Option<Inbox> {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SiteId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
