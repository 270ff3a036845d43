//! The oldest end of the buffer: what is to be sent next, or to be given up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, Consumer, ConsumerOptions, Delivery};
use aurora_clock::Timestamp;
use aurora_model::{Context, Header, Scope, SourceName, Stream};
use aurora_records::{Change, Records, place};
use tokio::sync::{Mutex, MutexGuard};
use tracing::warn;

use crate::notes::{self, Note};
use crate::{Error, Status};

/// Messages that are read ahead of the site, while they are small.
const AHEAD: usize = 32;
/// Messages that are read at once: large ones are so many beyond [`TOGETHER`] at most.
const AT_ONCE: usize = 4;
/// Bytes of messages that are sent together, about.
const TOGETHER: usize = 2 << 20;
/// Everything up to here was dropped: the number of a message of the buffer.
const DROPPED_UP_TO: &str = "collector/dropped-up-to";

/// Nothing takes a message from the forwarder but the forwarder: a day offline is no reason to send it
/// twice.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The buffer's oldest end. Whoever has the turn sends from it, or drops from it.
#[derive(Debug)]
pub(crate) struct Queue {
    head: Mutex<Head>,
    consumer: Box<dyn Consumer>,
    records: Arc<dyn Records>,
    context: Context,
    status: Status,
}

#[derive(Debug)]
struct Head {
    waiting: VecDeque<Delivery>,
    dropped_up_to: u64,
    notes: Vec<Note>,
}

/// The right to the oldest messages.
#[derive(Debug)]
pub(crate) struct Turn<'q> {
    queue: &'q Queue,
    head: MutexGuard<'q, Head>,
}

impl Queue {
    /// Of the durable consumer that it reads with.
    pub(crate) const NAME: &str = "forward";

    pub(crate) async fn open(
        bus: &dyn Bus,
        records: Arc<dyn Records>,
        scope: Scope,
        status: Status,
    ) -> Result<Self, Error> {
        let options = ConsumerOptions {
            name: Self::NAME.to_owned(),
            stream: Stream::Raw,
            filters: Vec::new(),
            max_in_flight: AHEAD,
            ack_wait: FOREVER,
        };
        let consumer = bus.consumer(options).await?;
        let dropped = place::read(records.as_ref(), &scope, DROPPED_UP_TO).await?;
        let last = bus.stream(Stream::Raw).await?.last_seq;
        let kept = records.slots(&scope, notes::PREFIX).await?;
        let read = |(slot, bytes): (String, Vec<u8>)| match serde_json::from_slice(&bytes) {
            Ok(note) => Some(note),
            Err(error) => {
                warn!(slot, %error, "a note of dropped records cannot be read");
                None
            }
        };
        let notes: Vec<Note> = kept.into_iter().filter_map(read).collect();
        let head = Head {
            waiting: VecDeque::new(),
            // A buffer that was begun anew numbers anew.
            dropped_up_to: if dropped <= last { dropped } else { 0 },
            notes,
        };
        Ok(Self {
            head: Mutex::new(head),
            consumer,
            records,
            context: Context::service(scope, "collector", "records were forwarded or dropped"),
            status,
        })
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.context.scope
    }

    /// Waits for whoever has the turn.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        Turn {
            head: self.head.lock().await,
            queue: self,
        }
    }

    /// Gives up messages of at least so many bytes, from the oldest on. `false` when there are none.
    pub(crate) async fn drop_oldest(&self, bytes: u64, now: Timestamp) -> Result<bool, Error> {
        let mut turn = self.turn().await;
        let mut freed = 0;
        while freed < bytes {
            let more = turn.read(Duration::ZERO).await?;
            if !more {
                break;
            }
            freed += turn.drop_waiting(now).await?;
        }
        Ok(freed > 0)
    }
}

fn size(message: &Delivery) -> usize {
    message.header.len() + message.body.len()
}

impl Turn<'_> {
    /// What is to be sent next, in order; waits so long for the first message.
    pub(crate) async fn next(&mut self, wait: Duration) -> Result<Vec<Delivery>, Error> {
        if self.head.waiting.is_empty() {
            self.read(wait).await?;
        }
        let mut bytes = 0;
        let fits = |message: &&Delivery| {
            let first = bytes == 0;
            bytes += size(message);
            first || bytes <= TOGETHER
        };
        Ok(self.head.waiting.iter().take_while(fits).cloned().collect())
    }

    /// Whether there is anything; waits so long for the first message.
    async fn read(&mut self, mut wait: Duration) -> Result<bool, Error> {
        let mut bytes: usize = self.head.waiting.iter().map(size).sum();
        while bytes < TOGETHER && self.head.waiting.len() + AT_ONCE <= AHEAD {
            let fetched = self.queue.consumer.fetch(AT_ONCE, wait).await?;
            if fetched.is_empty() {
                break;
            }
            wait = Duration::ZERO;
            let upto = self.head.dropped_up_to;
            let (gone, new): (Vec<_>, Vec<_>) = fetched.into_iter().partition(|m| m.seq <= upto);
            if !gone.is_empty() {
                // Dropped before a crash that came before the acknowledgement.
                let seqs: Vec<u64> = gone.iter().map(|message| message.seq).collect();
                self.queue.consumer.ack(&seqs).await?;
            }
            bytes += new.iter().map(size).sum::<usize>();
            self.head.waiting.extend(new);
        }
        Ok(!self.head.waiting.is_empty())
    }

    /// The first `count` messages are durable at the site.
    pub(crate) async fn done(&mut self, count: usize) -> Result<(), Error> {
        let seqs: Vec<u64> = self
            .head
            .waiting
            .drain(..count)
            .map(|message| message.seq)
            .collect();
        self.queue.consumer.ack(&seqs).await?;
        Ok(())
    }

    /// Gives up the first message: the site will not have it.
    pub(crate) async fn refuse(&mut self, now: Timestamp) -> Result<(), Error> {
        let rest = self.head.waiting.split_off(1);
        let dropped = self.drop_waiting(now).await;
        self.head.waiting = rest;
        dropped.map(drop)
    }

    /// Notes of what was dropped, to be sent.
    pub(crate) fn notes(&self) -> &[Note] {
        &self.head.notes
    }

    /// The first `count` notes are with the site.
    pub(crate) async fn noted(&mut self, count: usize) -> Result<(), Error> {
        let told = self.head.notes[..count].iter();
        let change = told.fold(Change::progress(), |change, note| {
            change.remove_slot(&note.slot())
        });
        self.queue
            .records
            .commit(&self.queue.context, change)
            .await?;
        self.head.notes.drain(..count);
        Ok(())
    }

    /// Notes first, in one commit with how far they reach; then the acknowledgement. A crash
    /// between the two finds the messages again and knows that they are accounted for.
    async fn drop_waiting(&mut self, now: Timestamp) -> Result<u64, Error> {
        let Some(last) = self.head.waiting.back().map(|message| message.seq) else {
            return Ok(0);
        };
        let mut counts: BTreeMap<SourceName, u64> = BTreeMap::new();
        let mut bytes = 0;
        for message in &self.head.waiting {
            bytes += size(message) as u64;
            match Header::from_bytes(&message.header) {
                Ok(header) => {
                    *counts.entry(header.source).or_default() += u64::from(header.records)
                }
                Err(error) => {
                    warn!(seq = message.seq, %error, "a message of the buffer is damaged")
                }
            }
        }
        let total = counts.values().sum();
        let notes: Vec<Note> = counts
            .into_iter()
            .filter(|(_, records)| *records > 0)
            .map(|(source, records)| Note::new(source, records, now))
            .collect();
        let mut change = Change::progress().slot(DROPPED_UP_TO, last.to_le_bytes());
        for note in &notes {
            let bytes = serde_json::to_vec(note).expect("a note is plain data");
            change = change.slot(&note.slot(), bytes);
        }
        self.queue
            .records
            .commit(&self.queue.context, change)
            .await?;
        self.head.notes.extend(notes);
        self.head.dropped_up_to = last;
        let count = self.head.waiting.len();
        self.done(count).await?;
        self.queue.status.dropped(total);
        Ok(bytes)
    }
}
