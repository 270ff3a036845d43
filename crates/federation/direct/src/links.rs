//! The links that are there: at most one with each site.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_federation_carrier::{Counts, Event, Inbox, Sent};
use aurora_model::SiteId;
use aurora_tasks::Shutdown;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, Instant};

use crate::ATTEMPT;

/// A link that brought nothing for so long may be dead: another one is dialled beside it. It does not wait for
/// its packets, which are sent again ever more rarely the longer the way was shut.
const STILL: Duration = Duration::from_millis(2_500);
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
    heard: Arc<Heard>,
    stop: Shutdown,
}

/// How old a link is, and when it brought something last.
#[derive(Debug)]
pub struct Heard {
    born: Instant,
    /// Milliseconds after its birth.
    last: AtomicU64,
}

impl Heard {
    fn new() -> Self {
        Self {
            born: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    /// Something came.
    pub fn note(&self) {
        let age = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(age, Ordering::Relaxed);
    }

    /// What is left until it is still; `None` when it is.
    fn left(&self) -> Option<Duration> {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        let silent = self.born.elapsed().saturating_sub(last);
        STILL.checked_sub(silent).filter(|left| !left.is_zero())
    }
}

impl Held {
    /// Whether another link that was made now takes its place. Of two that cross, both ends keep the one that
    /// the site with the lower identity dialled. Of attempts of one race, the first stays: whoever dialled it may
    /// have heard so. Otherwise a site only dials when its link is dead.
    fn yields(&self, dialled_by: SiteId, best: SiteId) -> bool {
        let crosses = dialled_by == best && self.dialled_by != best;
        crosses || self.heard.left().is_none() || self.heard.born.elapsed() > ATTEMPT
    }
}

/// The other end of a link, for the task that serves it.
#[derive(Debug)]
pub struct Line {
    pub site: SiteId,
    number: u64,
    pub frames: mpsc::Receiver<Bytes>,
    pub waiting: Arc<AtomicUsize>,
    pub heard: Arc<Heard>,
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

    /// Whether there is a link with the site that brought something lately.
    pub fn is_well(&self, site: SiteId) -> bool {
        self.left(site).is_some()
    }

    /// Waits until there is none.
    pub async fn wanting(&self, site: SiteId) {
        let mut ended = self.ended.subscribe();
        while let Some(left) = self.left(site) {
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender is ours.
                _ = ended.changed() => {}
            }
        }
    }

    fn left(&self, site: SiteId) -> Option<Duration> {
        self.lock().get(&site)?.heard.left()
    }

    /// A new link with a site. `None` when there is a better one. It is told of also when it takes the place of
    /// another, as what was on that one is lost.
    pub async fn begin(&self, site: SiteId, dialled_by: SiteId, stop: Shutdown) -> Option<Line> {
        let _telling = self.telling.lock().await;
        let (frames, received) = mpsc::channel(FRAMES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let heard = Arc::new(Heard::new());
        let inbox = self.inbox()?;
        let number = {
            let mut held = self.lock();
            let best = self.here.min(site);
            let before = held.get(&site);
            if before.is_some_and(|it| !it.yields(dialled_by, best)) {
                return None;
            }
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            let link = Held {
                number,
                dialled_by,
                frames,
                waiting: Arc::clone(&waiting),
                heard: Arc::clone(&heard),
                stop: stop.clone(),
            };
            let before = held.insert(site, link);
            if let Some(before) = &before {
                before.stop.cancel();
            }
            number
        };
        self.counts.connected(site);
        inbox.link(Event::Connected(site)).await;
        Some(Line {
            site,
            number,
            frames: received,
            waiting,
            heard,
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
