//! One stream: its messages, the ids it has seen, its consumers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use aurora_bus::{
    Allowance, ConsumerInfo, ConsumerOptions, Cursor, Delivery, Error, Message, Peeked, Receipt,
};
use aurora_model::{BatchId, Stream, Subject};
use tokio::sync::Notify;

/// At least this many of the newest ids are known.
const IDS: usize = 65_536;

#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) stream: Stream,
    /// The first has sequence `first`.
    messages: VecDeque<Message>,
    first: u64,
    bytes: u64,
    ids: HashMap<BatchId, u64>,
    order: VecDeque<BatchId>,
    pub(crate) consumers: BTreeMap<String, Reading>,
}

/// A durable consumer.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) options: ConsumerOptions,
    pub(crate) cursor: Cursor,
    /// Wakes those who wait for a message.
    pub(crate) wake: Arc<Notify>,
}

impl Kept {
    pub(crate) fn new(stream: Stream) -> Self {
        Self {
            stream,
            messages: VecDeque::new(),
            first: 1,
            bytes: 0,
            ids: HashMap::new(),
            order: VecDeque::new(),
            consumers: BTreeMap::new(),
        }
    }

    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    pub(crate) fn last(&self) -> u64 {
        self.first + self.messages.len() as u64 - 1
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn get(&self, seq: u64) -> Option<&Message> {
        self.messages
            .get(usize::try_from(seq.checked_sub(self.first)?).ok()?)
    }

    pub(crate) fn knows(&self, id: BatchId) -> bool {
        self.ids.contains_key(&id)
    }

    pub(crate) fn store(&mut self, message: Message) -> Receipt {
        let stream = self.stream;
        if let Some(seq) = self.ids.get(&message.id) {
            return Receipt {
                stream,
                seq: *seq,
                duplicate: true,
            };
        }
        let seq = self.last() + 1;
        self.remember(message.id, seq);
        self.bytes += size(&message);
        for reading in self.consumers.values() {
            if matches(&reading.options, &message.subject) {
                reading.wake.notify_waiters();
            }
        }
        self.messages.push_back(message);
        Receipt {
            stream,
            seq,
            duplicate: false,
        }
    }

    fn remember(&mut self, id: BatchId, seq: u64) {
        self.ids.insert(id, seq);
        self.order.push_back(id);
        if self.order.len() > IDS
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    /// Makes the consumer, or gives it other limits.
    pub(crate) fn consumer(&mut self, options: ConsumerOptions) -> Result<Arc<Notify>, Error> {
        let first = self.first;
        let reading = self
            .consumers
            .entry(options.name.clone())
            .or_insert_with(|| Reading {
                options: options.clone(),
                cursor: Cursor::new(first),
                wake: Arc::default(),
            });
        if reading.options.filters != options.filters {
            return Err(Error::OtherFilters {
                stream: options.stream,
                name: options.name,
                known: reading.options.filters.clone(),
                asked: options.filters,
            });
        }
        reading.options = options;
        Ok(Arc::clone(&reading.wake))
    }

    /// What a consumer is to get now, and after how long something is due if that is nothing.
    pub(crate) fn take(
        &mut self,
        name: &str,
        max: usize,
        now: std::time::Duration,
    ) -> (Vec<Delivery>, Option<std::time::Duration>) {
        let Some(mut reading) = self.consumers.remove(name) else {
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
        let taken = reading
            .cursor
            .take(allow, now, |seq| self.find(&reading.options, seq));
        let due = reading.cursor.due_in(now);
        self.consumers.insert(name.to_owned(), reading);
        let deliver = |(seq, attempt)| self.get(seq).map(|m| delivery(m, seq, attempt));
        (taken.into_iter().filter_map(deliver).collect(), due)
    }

    /// The first message at or after `seq` that the consumer is to get.
    fn find(&self, options: &ConsumerOptions, seq: u64) -> Option<u64> {
        (seq.max(self.first)..=self.last())
            .find(|seq| self.get(*seq).is_some_and(|m| matches(options, &m.subject)))
    }

    pub(crate) fn info(&self, name: &str) -> Option<ConsumerInfo> {
        let Reading {
            options, cursor, ..
        } = self.consumers.get(name)?;
        let new = (cursor.next()..=self.last())
            .filter(|seq| self.get(*seq).is_some_and(|m| matches(options, &m.subject)));
        Some(ConsumerInfo {
            ack_floor: self.floor(name)?,
            pending: (cursor.unacked().len() + new.count()) as u64,
            redelivered: cursor.redelivered(),
        })
    }

    fn floor(&self, name: &str) -> Option<u64> {
        let Reading {
            options, cursor, ..
        } = self.consumers.get(name)?;
        Some(cursor.floor(self.last(), |seq| self.find(options, seq)))
    }

    /// Drops what every consumer has acknowledged. With no consumer nothing is dropped.
    pub(crate) fn trim(&mut self) {
        let floor = self
            .consumers
            .keys()
            .filter_map(|name| self.floor(name))
            .min();
        while floor.is_some_and(|floor| self.first <= floor) {
            let Some(message) = self.messages.pop_front() else {
                return;
            };
            self.bytes -= size(&message);
            self.first += 1;
        }
    }

    pub(crate) fn peek(&self, from: u64, limit: usize) -> Vec<Peeked> {
        let peeked = |seq| {
            let message = self.get(seq)?;
            let (subject, header) = (message.subject.clone(), message.header.clone());
            Some(Peeked {
                seq,
                subject,
                header,
            })
        };
        (from.max(self.first)..=self.last())
            .take(limit)
            .filter_map(peeked)
            .collect()
    }
}

pub(crate) fn size(message: &Message) -> u64 {
    (message.subject.as_str().len() + message.header.len() + message.body.len()) as u64
}

fn matches(options: &ConsumerOptions, subject: &Subject) -> bool {
    options.filters.is_empty() || options.filters.iter().any(|filter| subject.matches(filter))
}

fn delivery(message: &Message, seq: u64, attempt: u32) -> Delivery {
    let Message {
        subject,
        id,
        header,
        body,
        ..
    } = message.clone();
    Delivery {
        seq,
        subject,
        id,
        header,
        body,
        attempt,
    }
}
