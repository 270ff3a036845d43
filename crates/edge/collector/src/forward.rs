//! From the buffer to the site, in order.

use std::sync::Arc;
use std::time::Duration;

use aurora_bus::Delivery;
use aurora_clock::Clock;
use aurora_model::relay::{self, Events, Taken};
use aurora_model::{Header, Part, RawBatch};
use aurora_tasks::Shutdown;
use bytes::Bytes;
use tracing::{error, warn};

use crate::backoff::Backoff;
use crate::link::{Failure, Link};
use crate::queue::{Queue, Turn};
use crate::{Error, Refine, Status, Wanted};

/// How long to wait for something to send before looking at what else there is.
const IDLE: Duration = Duration::from_secs(1);
/// A site that refuses is asked again no more often than this: somebody has to do something first.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);
/// No message is refined after so many bytes: events make of a few packed ones what a request should carry.
const REFINED_BYTES: usize = 512 * 1024;

/// Sends what the buffer holds.
pub(crate) struct Forwarder {
    pub(crate) queue: Arc<Queue>,
    pub(crate) link: Link,
    pub(crate) refine: Option<Arc<dyn Refine>>,
    pub(crate) status: Status,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) retry: Duration,
    /// This machine, as notes are labelled.
    pub(crate) host: String,
    /// What the site does with events that are made here, once it has said so.
    pub(crate) events: Option<Events>,
}

/// Batches as they go out together.
#[derive(Default)]
struct Load {
    body: Vec<u8>,
    messages: usize,
    records: u64,
    left_out: u64,
    /// Records with an event beside them.
    normalised: u64,
}

/// What came of a turn.
enum Turned {
    Idle,
    Sent,
    /// The first message by itself is what the site will not have.
    Unreadable,
    Failed(Failure),
}

impl Forwarder {
    /// # Errors
    /// When the buffer or the store of places fails; never for what the site does.
    pub(crate) async fn run(mut self, shutdown: Shutdown) -> Result<(), Error> {
        let mut backoff = Backoff::new(self.retry);
        // After a refusal of several messages they go one by one, to find the one, and without events.
        let mut alone = false;
        loop {
            let turned = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                turned = self.turn(alone) => turned?,
            };
            let failure = match turned {
                Turned::Failed(failure) => failure,
                Turned::Unreadable => {
                    alone = true;
                    continue;
                }
                Turned::Idle | Turned::Sent => {
                    alone = false;
                    backoff.reset();
                    continue;
                }
            };
            // Another site may answer next, or another token be shown.
            self.events = None;
            let refused = matches!(failure, Failure::Refused { .. } | Failure::Token(_));
            self.status.failed(failure.to_string(), refused);
            let wait = backoff.wait();
            let wait = if refused {
                wait.max(REFUSED_PAUSE.min(self.retry))
            } else {
                wait
            };
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Sends once. The turn is held no longer than that: while the site is away, others may drop.
    async fn turn(&mut self, alone: bool) -> Result<Turned, Error> {
        let queue = self.queue.clone();
        let mut turn = queue.turn().await;
        if !turn.notes().is_empty()
            && let Err(failure) = self.tell(&mut turn).await?
        {
            return Ok(Turned::Failed(failure));
        }
        let mut messages = turn.next(IDLE).await?;
        if messages.is_empty() {
            return Ok(Turned::Idle);
        }
        if alone {
            messages.truncate(1);
        }
        let wanted = match self.wanted().await {
            Ok(_) if alone => Wanted::Records,
            Ok(wanted) => wanted,
            Err(failure) => return Ok(Turned::Failed(failure)),
        };
        let load = self.load(messages, wanted).await?;
        let (count, with_events) = (load.messages, load.normalised > 0);
        match self.send(load).await {
            Ok(()) => {
                turn.done(count).await?;
                Ok(Turned::Sent)
            }
            Err(Failure::Unreadable { .. }) if count > 1 || with_events => Ok(Turned::Unreadable),
            Err(Failure::Unreadable { status, text }) => {
                error!(
                    status,
                    text, "the site will never take a batch; it is dropped"
                );
                turn.refuse(self.clock.now()).await?;
                Ok(Turned::Unreadable)
            }
            Err(failure) => Ok(Turned::Failed(failure)),
        }
    }

    fn makes_events(&self) -> bool {
        let refine = self.refine.as_ref();
        refine.is_some_and(|refine| refine.makes_events())
    }

    /// What the site has use for; it is asked before events are made for the first time.
    async fn wanted(&mut self) -> Result<Wanted, Failure> {
        if !self.makes_events() {
            return Ok(Wanted::Records);
        }
        if self.events.is_none() {
            self.send(Load::default()).await?;
        }
        Ok(match self.events {
            Some(Events::Used) => Wanted::Events,
            _ => Wanted::Records,
        })
    }

    /// Tells the site what was dropped.
    async fn tell(&mut self, turn: &mut Turn<'_>) -> Result<Result<(), Failure>, Error> {
        let mut load = Load::default();
        for note in turn.notes() {
            let batch = note.batch(self.queue.scope(), &self.host);
            relay::put(
                &mut load.body,
                &batch.header("collect").to_bytes(),
                &batch.encode(),
            );
        }
        let count = turn.notes().len();
        match self.send(load).await {
            Ok(()) => {
                turn.noted(count).await?;
                Ok(Ok(()))
            }
            Err(Failure::Unreadable { status, text }) => {
                warn!(
                    status,
                    text, "the site does not take notes of dropped records"
                );
                turn.noted(count).await?;
                Ok(Ok(()))
            }
            Err(failure) => Ok(Err(failure)),
        }
    }

    async fn send(&mut self, load: Load) -> Result<(), Failure> {
        let Taken { known, events, .. } = self.link.post(Bytes::from(load.body)).await?;
        self.status.connected(self.link.protocol());
        if self.makes_events() {
            self.events = Some(events);
            self.status.normalises(events, load.normalised);
        }
        if load.records + load.left_out > 0 {
            self.status.forwarded(load.records, known, load.left_out);
        }
        Ok(())
    }

    /// Where nothing is refined a batch goes out as it lies in the buffer, and is not even unpacked.
    async fn load(&self, messages: Vec<Delivery>, wanted: Wanted) -> Result<Load, Error> {
        let Some(refine) = self.refine.clone() else {
            return Ok(plain(&messages));
        };
        let refining = move || refined(&messages, refine.as_ref(), wanted);
        Ok(tokio::task::spawn_blocking(refining).await?)
    }
}

fn plain(messages: &[Delivery]) -> Load {
    let mut load = Load::default();
    for message in messages {
        let records = Header::from_bytes(&message.header).map_or(0, |header| header.records);
        load.records += u64::from(records);
        load.messages += 1;
        relay::put(&mut load.body, &message.header, &message.body);
    }
    load
}

fn refined(messages: &[Delivery], refine: &dyn Refine, wanted: Wanted) -> Load {
    let mut load = Load::default();
    for message in messages {
        if load.body.len() >= REFINED_BYTES {
            break;
        }
        load.messages += 1;
        let read = Header::from_bytes(&message.header)
            .and_then(|header| RawBatch::decode(&header, &message.body));
        let batch = match read {
            Ok(batch) => batch,
            Err(error) => {
                // What cannot be read cannot be let through unseen; the site refuses it and it is
                // accounted for.
                error!(seq = message.seq, %error, "a batch of the buffer cannot be read");
                relay::put(&mut load.body, b"{}", b"");
                continue;
            }
        };
        for batch in refine.refine(batch, wanted) {
            for record in &batch.records {
                let weight = u64::from(record.weight());
                load.normalised += u64::from(!record.event.is_empty());
                match record.part {
                    Part::Dropped => load.left_out += weight,
                    _ => load.records += weight,
                }
            }
            relay::put(
                &mut load.body,
                &batch.header("collect").to_bytes(),
                &batch.encode(),
            );
        }
    }
    load
}
