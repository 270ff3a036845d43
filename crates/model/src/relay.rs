//! Batches of raw records on their way from a collector to a site: one body, batch after batch.
//!
//! Each batch is the length of its header and that of its body as `u32`, little-endian, then a
//! [`Header`] and a body as on the bus. The header's scope, producer and origin are the collector's own: the site
//! replaces them, and derives its origin from the sender's token and the collector's origin, so that
//! a batch which is sent again is the same batch.

use serde::{Deserialize, Serialize};

use crate::Header;
use crate::wire::{Error, Reader};

/// The media type of such a body.
pub const MEDIA_TYPE: &str = "application/vnd.aurorasoc.batches";

/// Where a site takes such bodies.
pub const PATH: &str = "/ingest/batches";

/// What a site answers when a body's records are durable; nothing was in an empty body, by which a collector asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub accepted: u64,
    /// Records among them that the site had already.
    pub known: u64,
    #[serde(default)]
    pub events: Events,
}

/// What becomes of events that a collector made of its records and sent beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Events {
    /// The site stores them, once it has looked at them.
    Used,
    /// The sender's token names a parser, which has the last word: they are left aside.
    Unused,
    /// The site's release does not know of such events, and cannot read batches that hold some.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Appends a batch.
pub fn put(out: &mut Vec<u8>, header: &[u8], body: &[u8]) {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("messages are below 1 MiB");
    out.extend_from_slice(&length(header).to_le_bytes());
    out.extend_from_slice(&length(body).to_le_bytes());
    out.extend_from_slice(header);
    out.extend_from_slice(body);
}

/// Bytes that [`put`] appends.
pub const fn size(header: &[u8], body: &[u8]) -> usize {
    8 + header.len() + body.len()
}

/// The batches of a body: each one's header, read, and its body, still packed.
pub fn read(bytes: &[u8]) -> impl Iterator<Item = Result<(Header, &[u8]), Error>> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        if reader.is_empty() {
            return None;
        }
        let batch = next(&mut reader);
        if batch.is_err() {
            reader = Reader::new(&[]);
        }
        Some(batch)
    })
}

fn next<'b>(reader: &mut Reader<'b>) -> Result<(Header, &'b [u8]), Error> {
    let header = usize::try_from(reader.u32()?).unwrap_or(usize::MAX);
    let body = usize::try_from(reader.u32()?).unwrap_or(usize::MAX);
    let header = Header::from_bytes(reader.bytes(header)?)?;
    Ok((header, reader.bytes(body)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{RawBatch, RawRecord, Scope, SourceName, TraceContext};
    use aurora_clock::Timestamp;
    use aurora_ids::Id128;

    fn batch(text: &str) -> RawBatch {
        RawBatch {
            scope: Scope::of(Id128::random().into()),
            source: SourceName::new("syslog"),
            origin: Id128::random().into(),
            host: "ws7".into(),
            trace: TraceContext::new(),
            records: vec![RawRecord::whole(0, Timestamp::from_millis(1), text.into())],
        }
    }

    #[test]
    fn batches_follow_one_another() {
        let batches = [batch("one"), batch("two")];
        let mut bytes = Vec::new();
        for batch in &batches {
            let (header, body) = (batch.header("collect").to_bytes(), batch.encode());
            let before = bytes.len();
            put(&mut bytes, &header, &body);
            assert_eq!(bytes.len() - before, size(&header, &body));
        }
        let found = read(&bytes).map(|batch| {
            let (header, body) = batch.unwrap();
            RawBatch::decode(&header, body).unwrap()
        });
        assert_eq!(found.collect::<Vec<_>>(), batches);
    }

    #[test]
    fn damage_ends_the_reading() {
        let batch = batch("one");
        let mut bytes = Vec::new();
        put(&mut bytes, &batch.header("x").to_bytes(), &batch.encode());
        for cut in 1..bytes.len() {
            let mut found = read(&bytes[..cut]);
            assert!(
                found.next().unwrap().is_err() && found.next().is_none(),
                "{cut}"
            );
        }
    }
}
