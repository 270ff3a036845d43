//! From a message of the bus to parsed records, on a thread of its own.

use aurora_bus::Delivery;
use aurora_model::{DeadLetter, DeadLetterReason, Header, RawBatch, Scope};
use aurora_parsers::{Opened, Registry, feed};
use aurora_spans::{Step, step};
use tracing::error;

use crate::messages::Pieces;
use crate::settle::{take_dropped, take_pieces};

/// A raw message, parsed.
pub(crate) struct Parsed {
    pub(crate) seq: u64,
    pub(crate) header: Header,
    pub(crate) outcome: Outcome,
}

pub(crate) enum Outcome {
    /// The last record's arrival is the batch's time: the same in every replay.
    Records {
        opened: Opened,
        /// The batch, without its records.
        feed: RawBatch,
        letters: Vec<DeadLetter>,
        pieces: Pieces,
        /// Records that were left out on the way here.
        dropped: u64,
        at: i64,
    },
    /// The message itself cannot be read; its records are given up with it.
    Damaged(DeadLetter),
}

pub(crate) fn parse(registry: &Registry, scope: &Scope, message: &Delivery) -> Parsed {
    let read = Header::from_bytes(&message.header)
        .and_then(|header| RawBatch::decode(&header, &message.body).map(|batch| (header, batch)));
    let (mut header, mut batch) = match read {
        Ok(read) => read,
        Err(error) => {
            error!(seq = message.seq, %error, "a raw batch cannot be read");
            return damaged(scope, message, &error.to_string());
        }
    };
    let step = header.trace.sampled.then(|| {
        let after = header.trace;
        header.trace = after.child();
        step(Step::Normalise, &header.trace, &after)
    });
    let at = batch
        .records
        .last()
        .map_or(0, |record| record.received_at.as_millis());
    let dropped = take_dropped(&mut batch);
    let (letters, records) = take_pieces(&mut batch);
    let pieces = Pieces {
        letters: letters.len(),
        records,
    };
    let opened = registry.open(&batch.scope, &batch);
    drop(step);
    Parsed {
        seq: message.seq,
        header,
        outcome: Outcome::Records {
            opened,
            feed: feed(&batch),
            letters,
            pieces,
            dropped,
            at,
        },
    }
}

/// A message that nobody can read still has a fate: its bytes go to the dead letter.
fn damaged(scope: &Scope, message: &Delivery, detail: &str) -> Parsed {
    let header = Header::from_bytes(&message.header)
        .unwrap_or_else(|_| crate::messages::unknown_header(scope.clone()));
    let letter = DeadLetter {
        reason: DeadLetterReason::Damaged,
        detail: detail.to_owned(),
        source: header.source.clone(),
        origin: header.range.origin,
        seq: header.range.first,
        host: String::new(),
        received_at: aurora_clock::Timestamp::default(),
        parser: String::new(),
        raw: message.body.to_vec(),
    };
    Parsed {
        seq: message.seq,
        header,
        outcome: Outcome::Damaged(letter),
    }
}
