//! From what a raw message became to the messages that say so.

use std::collections::BTreeMap;

use aurora_bus::{Fence, Message};
use aurora_ids::{Derive, Id128};
use aurora_model::envelope::{Format, Range, RawPosition, VERSION};
use aurora_model::{
    BatchId, DeadLetter, EventBatch, EventItem, Header, MAX_BODY_BYTES, OriginId, Scope, Shard,
    SourceName, Subject, TraceContext,
};
use bytes::Bytes;

/// Dead letters of about this many raw bytes travel together.
const LETTER_BYTES: usize = 256 * 1024;

/// The raw message that the others are made from.
pub(crate) struct Origin<'a> {
    pub(crate) header: &'a Header,
    pub(crate) raw: RawPosition,
    pub(crate) fence: Option<Fence>,
    /// Made by the message, or its end, of records of another feed.
    pub(crate) apart: bool,
}

impl Origin<'_> {
    /// One batch a class, or several when one does not fit into a message.
    pub(crate) fn events(&self, items: Vec<EventItem>) -> Vec<Message> {
        let mut classes: BTreeMap<u32, Vec<EventItem>> = BTreeMap::new();
        for item in items {
            classes.entry(item.class_uid).or_default().push(item);
        }
        classes
            .into_iter()
            .flat_map(|(class, items)| self.class(class, items, 1))
            .collect()
    }

    /// `part` numbers the halves of a split as a binary tree does: 1, then 2 and 3, and so on.
    fn class(&self, class: u32, items: Vec<EventItem>, part: u64) -> Vec<Message> {
        let mut batch = EventBatch { items };
        let body = batch.encode();
        if body.len() > MAX_BODY_BYTES && batch.items.len() > 1 {
            let rest = batch.items.split_off(batch.items.len() / 2);
            let first = self.class(class, batch.items, part * 2);
            return [first, self.class(class, rest, part * 2 + 1)].concat();
        }
        let mut header = self.header(Format::EventBatch, batch.items.len());
        header.records = batch.records();
        let id = self
            .id("aurora.events.v1")
            .number(u64::from(class))
            .number(part)
            .finish();
        // OCSF: the category is the thousands of the class, within an extension's own range.
        let category = class % 100_000 / 1000;
        let subject = Subject::events_of(category, class, Shard::numbered(self.raw.shard));
        vec![self.message(subject, BatchId(id), &header, body)]
    }

    pub(crate) fn dead(&self, letters: Vec<DeadLetter>, mut pieces: Pieces) -> Vec<Message> {
        let mut messages = Vec::new();
        let mut rest = letters.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |letter: &&DeadLetter| {
                bytes += letter.raw.len();
                bytes <= LETTER_BYTES
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (chunk, after) = rest.split_at(count);
            let mut header = self.header(Format::DeadLetter, chunk.len());
            header.records = pieces.records_of(chunk.len());
            let number = messages.len() as u64;
            let id = self.id("aurora.deadletters.v1").number(number).finish();
            let body = DeadLetter::encode(chunk);
            messages.push(self.message(Subject::dead_letter("ingest"), BatchId(id), &header, body));
            rest = after;
        }
        messages
    }

    fn id(&self, purpose: &str) -> Derive {
        let scope = self.header.scope.to_string();
        let id = Derive::new(purpose)
            .part(scope)
            .number(u64::from(self.raw.shard))
            .number(self.raw.seq);
        match self.apart {
            true => id
                .part("apart")
                .part(self.header.source.as_str())
                .part(self.header.range.origin.0.as_bytes()),
            false => id,
        }
    }

    fn header(&self, format: Format, count: usize) -> Header {
        Header {
            format,
            version: VERSION,
            producer: "normalise".to_owned(),
            count: u32::try_from(count).expect("batches are far below 4 G items"),
            raw: Some(self.raw),
            ..self.header.clone()
        }
    }

    fn message(&self, subject: Subject, id: BatchId, header: &Header, body: Vec<u8>) -> Message {
        Message {
            subject,
            id,
            header: Bytes::from(header.to_bytes()),
            body: Bytes::from(body),
            fence: self.fence.clone(),
        }
    }
}

/// Stands in for a header that cannot be read.
pub(crate) fn unknown_header(scope: Scope) -> Header {
    Header {
        format: Format::RawBatch,
        version: VERSION,
        scope,
        producer: String::new(),
        trace: TraceContext::new(),
        source: SourceName::new("unknown"),
        range: Range {
            origin: OriginId(Id128::from_bytes([0; 16])),
            first: 0,
            last: 0,
        },
        count: 0,
        records: 0,
        raw: None,
    }
}

/// What the letters of pieces count for; they stand before all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pieces {
    pub(crate) letters: usize,
    pub(crate) records: u32,
}

impl Pieces {
    /// The records that the next `count` letters settle.
    fn records_of(&mut self, count: usize) -> u32 {
        let pieces = count.min(self.letters);
        self.letters -= pieces;
        let mut records = u32::try_from(count - pieces).unwrap_or(u32::MAX);
        if self.letters == 0 {
            records += std::mem::take(&mut self.records);
        }
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_count_with_the_last_of_them() {
        let mut pieces = Pieces {
            letters: 3,
            records: 1,
        };
        assert_eq!([2, 4, 1].map(|count| pieces.records_of(count)), [0, 4, 1]);
    }
}
