//! One stream: its log, and what of it is held in memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aurora_bus::{Allowance, ConsumerInfo, ConsumerOptions, Cursor, Delivery, Peeked};
use aurora_disk::Disk;
use aurora_log::{Log, Reader, Ticket};
use aurora_model::{BatchId, Stream};
use bytes::Bytes;
use tokio::sync::{Notify, watch};

use crate::ids::Ids;
use crate::index::{Filter, Index};
use crate::memory::RememberedConsumer;
use crate::message::Part;
use crate::{Error, Options, message};

const IDS: &str = "ids";
/// Subject, id and header are seldom longer, in bytes.
const FIRST_LOOK: usize = 1 << 10;

/// The first sequence of a published group, or why it is not stored. None while it is on its way.
pub(crate) type Outcome = Option<Result<u64, aurora_log::Error>>;

pub(crate) struct StreamLog {
    pub(crate) stream: Stream,
    pub(crate) log: Log,
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    state: Mutex<State>,
    /// Held while trimming: two that write the ids at once would take each other's draft away.
    trimming: Mutex<()>,
    /// Whether someone is writing what is queued.
    pub(crate) committing: AtomicBool,
}

pub(crate) struct State {
    pub(crate) index: Index,
    pub(crate) ids: Ids,
    /// Groups handed to the log, in the log's order.
    pub(crate) submitted: VecDeque<Submitted>,
    /// Ids of those, and where in its group each is.
    pub(crate) pending: HashMap<BatchId, (watch::Receiver<Outcome>, usize)>,
    pub(crate) consumers: BTreeMap<String, Reading>,
}

pub(crate) struct Submitted {
    pub(crate) ticket: Ticket,
    /// Id and subject's number.
    pub(crate) messages: Vec<(BatchId, u32)>,
    pub(crate) outcome: watch::Sender<Outcome>,
}

/// A durable consumer.
pub(crate) struct Reading {
    pub(crate) options: ConsumerOptions,
    pub(crate) cursor: Cursor,
    filter: Filter,
    /// Messages that match and are not acknowledged.
    pending: u64,
    /// Wakes those who wait for a message.
    pub(crate) wake: Arc<Notify>,
    /// It is durable that there is such a consumer: from its first delivery on it decides what is kept,
    /// after a crash too.
    pub(crate) is_kept: bool,
}

impl StreamLog {
    /// Opens the log and reads it once, for the index and the ids.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        stream: Stream,
        options: &Options,
    ) -> Result<Self, Error> {
        let dir = PathBuf::from(stream.name().to_ascii_lowercase());
        let fail = |source| Error::Log {
            name: stream.name().to_owned(),
            source,
        };
        let opened = Log::open(Arc::clone(disk), &dir, options.log(stream));
        let (log, found) = opened.map_err(fail)?;
        if found.torn_bytes > 0 {
            let bytes = found.torn_bytes;
            tracing::warn!(stream = stream.name(), bytes, "cut off an unfinished write");
        }
        let mut ids = load_ids(&**disk, &dir, stream)?;
        let mut index = Index::new(found.first);
        let mut reader = log.reader(found.first);
        while let Some(frame) = reader.next_frame().map_err(fail)? {
            let seq = frame.seq;
            let message = message::decode(&frame.payload);
            let message = message.ok_or(Error::Message { stream, seq })?;
            let number = index.number(&message.subject);
            index.push(number);
            ids.insert(message.id, seq);
        }
        let state = State {
            index,
            ids,
            submitted: VecDeque::new(),
            pending: HashMap::new(),
            consumers: BTreeMap::new(),
        };
        let (disk, state) = (Arc::clone(disk), Mutex::new(state));
        Ok(Self {
            stream,
            log,
            disk,
            dir,
            state,
            trimming: Mutex::default(),
            committing: AtomicBool::new(false),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Changes under this lock do not panic between two that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is queued until nothing is left. Blocks. The caller has set `committing`.
    pub(crate) fn drive(&self) {
        loop {
            while self.log.commit() {
                self.settle();
            }
            self.settle();
            self.committing.store(false, Ordering::SeqCst);
            // Whoever came after the last commit saw the flag set and relies on this look.
            let idle = self.state().submitted.is_empty();
            if idle || self.committing.swap(true, Ordering::SeqCst) {
                return;
            }
        }
    }

    /// Takes note of the groups that the log has answered, in their order, and tells those who
    /// wait. Not left to the publishers: one of them may have gone away.
    fn settle(&self) {
        let mut state = self.state();
        while let Some(mut next) = state.submitted.pop_front() {
            match next.ticket.try_take() {
                None => {
                    state.submitted.push_front(next);
                    return;
                }
                Some(outcome) => {
                    let outcome = outcome.map(|range| *range.start());
                    state.finish(&next.messages, outcome.as_ref().ok().copied());
                    next.outcome.send_replace(Some(outcome));
                }
            }
        }
    }

    /// Gives messages back to the device that every consumer has acknowledged. Blocks.
    pub(crate) fn trim(&self) -> Result<(), Error> {
        // The guarded value is `()`.
        let _trimming = self.trimming.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(floor) = self
            .state()
            .floor()
            .filter(|floor| self.log.can_trim(*floor))
        else {
            return Ok(());
        };
        let ids = self.state().ids.encode();
        aurora_disk::write_atomic(&*self.disk, &self.dir.join(IDS), &ids).map_err(|e| {
            Error::Ids {
                stream: self.stream,
                source: Some(e),
            }
        })?;
        let fail = |source| Error::Log {
            name: self.stream.name().to_owned(),
            source,
        };
        self.log.trim(floor).map_err(fail)?;
        self.state().index.trim_before(self.log.first());
        Ok(())
    }

    /// Reads these messages back. Blocks.
    pub(crate) fn read(
        &self,
        taken: &[(u64, u32)],
        part: Part,
    ) -> Result<Vec<Delivery>, aurora_bus::Error> {
        let mut reader = self.log.reader(taken.first().map_or(1, |(seq, _)| *seq));
        let deliver = |(seq, attempt): &(u64, u32)| {
            reader.seek(*seq);
            let payload = match part {
                Part::Whole => reader.next_frame().map(|frame| frame.map(|f| f.payload)),
                Part::Header => next_head(&mut reader),
            };
            let payload = payload.map_err(|e| crate::error::of_log(self.stream, e))?;
            let found = payload.and_then(|payload| message::decode(&payload));
            let found = found.ok_or(Error::Message {
                stream: self.stream,
                seq: *seq,
            })?;
            let aurora_bus::Message {
                subject,
                id,
                header,
                body,
                ..
            } = found;
            Ok(Delivery {
                seq: *seq,
                subject,
                id,
                header,
                body,
                attempt: *attempt,
            })
        };
        taken.iter().map(deliver).collect()
    }

    /// Reads headers from `from` on. Blocks.
    pub(crate) fn peek(&self, from: u64, limit: usize) -> Result<Vec<Peeked>, aurora_bus::Error> {
        let last = self.log.last();
        let seqs = (from.max(self.log.first())..=last).take(limit);
        let seqs: Vec<_> = seqs.map(|seq| (seq, 0)).collect();
        let found = self.read(&seqs, Part::Header)?;
        let peeked = |d: Delivery| Peeked {
            seq: d.seq,
            subject: d.subject,
            header: d.header,
        };
        Ok(found.into_iter().map(peeked).collect())
    }
}

/// The next message without its body, in one read where the header is not unusually long.
fn next_head(reader: &mut Reader) -> Result<Option<Bytes>, aurora_log::Error> {
    let seq = reader.position();
    let mut len = FIRST_LOOK;
    loop {
        let Some(frame) = reader.next_start(len)? else {
            return Ok(None);
        };
        let mut start = frame.payload;
        match message::head_len(&start) {
            Some(head) if head <= start.len() => {
                start.truncate(head);
                return Ok(Some(start));
            }
            // A damaged one asks for more than there is.
            _ if start.len() < len => return Ok(Some(start)),
            Some(head) => len = head,
            None => len *= 8,
        }
        reader.seek(seq);
    }
}

fn load_ids(disk: &dyn Disk, dir: &Path, stream: Stream) -> Result<Ids, Error> {
    match aurora_disk::read(disk, &dir.join(IDS)) {
        Ok(bytes) => Ids::decode(&bytes).ok_or(Error::Ids {
            stream,
            source: None,
        }),
        Err(aurora_disk::Error::NotFound { .. }) => Ok(Ids::default()),
        Err(source) => Err(Error::Ids {
            stream,
            source: Some(source),
        }),
    }
}

impl State {
    fn finish(&mut self, messages: &[(BatchId, u32)], first: Option<u64>) {
        for (i, (id, number)) in messages.iter().enumerate() {
            self.pending.remove(id);
            let Some(first) = first else { continue };
            self.index.push(*number);
            self.ids.insert(*id, first + i as u64);
            for reading in self
                .consumers
                .values_mut()
                .filter(|r| r.filter.hits(*number))
            {
                reading.pending += 1;
                reading.wake.notify_waiters();
            }
        }
    }

    /// The number of a subject; every filter has an answer for it afterwards.
    pub(crate) fn number(&mut self, subject: &aurora_model::Subject) -> u32 {
        let number = self.index.number(subject);
        self.consumers
            .values_mut()
            .for_each(|reading| reading.filter.learn(&self.index));
        number
    }

    pub(crate) fn restore(
        &mut self,
        stream: Stream,
        kept: RememberedConsumer,
    ) -> Result<(), Error> {
        let (first, last) = (self.index.first(), self.index.last());
        if kept.next > last + 1 {
            let (consumer, seen) = (kept.name, kept.next - 1);
            return Err(Error::Lost {
                stream,
                last,
                consumer,
                seen,
            });
        }
        let mut cursor = Cursor::restore(kept.next, kept.unacked);
        cursor.forget_before(first);
        let options = ConsumerOptions {
            name: kept.name,
            stream,
            filters: kept.filters,
            max_in_flight: kept.max_in_flight,
            ack_wait: kept.ack_wait,
        };
        self.add(options, cursor, true);
        Ok(())
    }

    fn add(&mut self, options: ConsumerOptions, cursor: Cursor, is_kept: bool) -> Arc<Notify> {
        let mut filter = Filter::new(options.filters.clone());
        filter.learn(&self.index);
        let pending = self.index.count(&filter, cursor.next()) + cursor.unacked().len() as u64;
        let wake = Arc::<Notify>::default();
        let name = options.name.clone();
        let reading = Reading {
            options,
            cursor,
            filter,
            pending,
            wake: Arc::clone(&wake),
            is_kept,
        };
        self.consumers.insert(name, reading);
        wake
    }

    /// Makes the consumer, or gives it other limits.
    pub(crate) fn consumer(
        &mut self,
        options: ConsumerOptions,
    ) -> Result<Arc<Notify>, aurora_bus::Error> {
        let Some(reading) = self.consumers.get_mut(&options.name) else {
            let cursor = Cursor::new(self.index.first());
            return Ok(self.add(options, cursor, false));
        };
        if reading.options.filters != options.filters {
            return Err(aurora_bus::Error::OtherFilters {
                stream: options.stream,
                name: options.name,
                known: reading.options.filters.clone(),
                asked: options.filters,
            });
        }
        reading.options = options;
        Ok(Arc::clone(&reading.wake))
    }

    /// What a consumer is to get now, and when it has nothing, after how long something is due.
    pub(crate) fn take(
        &mut self,
        name: &str,
        max: usize,
        now: Duration,
    ) -> (Vec<(u64, u32)>, Option<Duration>) {
        let Some(reading) = self.consumers.get_mut(name) else {
            return (Vec::new(), None);
        };
        let ConsumerOptions {
            max_in_flight,
            ack_wait,
            ..
        } = reading.options;
        let allow = Allowance {
            max,
            max_in_flight,
            ack_wait,
        };
        let mut exhausted = false;
        let find = |seq| {
            let found = self.index.find(&reading.filter, seq);
            exhausted = found.is_none();
            found
        };
        let taken = reading.cursor.take(allow, now, find);
        if exhausted {
            // The next look need not pass over the same foreign messages again.
            reading.cursor.skip_to(self.index.last() + 1);
        }
        let due = if taken.is_empty() {
            reading.cursor.due_in(now)
        } else {
            None
        };
        (taken, due)
    }

    /// How many of these were out and no longer are.
    pub(crate) fn ack(&mut self, name: &str, seqs: &[u64]) -> u64 {
        let Some(reading) = self.consumers.get_mut(name) else {
            return 0;
        };
        let acked = reading.cursor.ack(seqs);
        reading.pending -= acked;
        reading.wake.notify_waiters();
        acked
    }

    pub(crate) fn info(&self, name: &str) -> Option<ConsumerInfo> {
        let reading = self.consumers.get(name)?;
        Some(ConsumerInfo {
            ack_floor: self.floor_of(reading),
            pending: reading.pending,
            redelivered: reading.cursor.redelivered(),
        })
    }

    fn floor_of(&self, reading: &Reading) -> u64 {
        reading.cursor.floor(self.index.last(), |seq| {
            self.index.find(&reading.filter, seq)
        })
    }

    /// What every consumer has acknowledged; none without a consumer.
    fn floor(&self) -> Option<u64> {
        self.consumers
            .values()
            .map(|reading| self.floor_of(reading))
            .min()
    }

    pub(crate) fn remembered(&self) -> impl Iterator<Item = RememberedConsumer> {
        self.consumers.values().map(|reading| RememberedConsumer {
            stream: reading.options.stream,
            name: reading.options.name.clone(),
            filters: reading.options.filters.clone(),
            max_in_flight: reading.options.max_in_flight,
            ack_wait: reading.options.ack_wait,
            next: reading.cursor.next(),
            unacked: reading.cursor.unacked().collect(),
        })
    }
}
