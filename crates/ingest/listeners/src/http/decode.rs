//! From a request's bytes to records; runs where blocking is allowed.

use std::io::Cursor;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_formats::{Framer, Limits};
use aurora_model::{OriginId, Part, RawBatch, RawRecord, SourceName, relay};
use aurora_push::{Encoding, Entry, Error, Known, bulk, hec, loki, otlp, unpack};
use bytes::Bytes;

use super::refusal::Refusal;
use crate::acceptor::record;
use crate::room::Held;
use crate::{Acceptor, Arrived};

/// What a record takes in memory besides its bytes, about.
const OVERHEAD: usize = 160;
/// More records, or actions, in one request are an attack or a mistake.
const MAX_RECORDS: usize = 1 << 18;
/// Characters of a host's name that are kept.
const MAX_HOST: usize = 255;

/// What the body is written in.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// Lines, JSON values: told from the content.
    Any,
    /// A collector's own batches.
    Batches,
    HecEvents,
    HecRaw(hec::Metadata),
    /// With the index that the path names.
    Bulk(Option<String>),
    LokiJson,
    LokiProtobuf,
    OtlpJson,
    OtlpProtobuf,
}

/// A body as it came.
pub(super) struct Packed {
    pub(super) bytes: Bytes,
    pub(super) encoding: Encoding,
    pub(super) form: Form,
}

/// What was in it.
#[derive(Default)]
pub(super) struct Decoded {
    pub(super) arrived: Vec<Arrived>,
    /// What `_bulk` asked for, in order.
    pub(super) items: Vec<bulk::Item>,
    /// A collector's batches, in order.
    pub(super) relayed: Vec<Relayed>,
}

/// A batch that a collector cut.
pub(super) struct Relayed {
    /// As the collector names it.
    pub(super) origin: OriginId,
    pub(super) arrived: Vec<Arrived>,
}

/// Who sent it, and for which source.
pub(super) struct Sender {
    pub(super) acceptor: Acceptor,
    pub(super) source: SourceName,
    pub(super) host: Arc<str>,
}

struct Decoder {
    sender: Sender,
    received_at: Timestamp,
    held: Held,
    decoded: Decoded,
}

/// The records of a body, and the memory that they hold.
///
/// # Errors
/// Nothing of it is accepted then.
pub(super) fn decode(
    sender: Sender,
    packed: &Packed,
    max_unpacked: u64,
    mut held: Held,
) -> Result<(Decoded, Held), Refusal> {
    let mut busy = false;
    let body = unpack(&packed.bytes, packed.encoding, max_unpacked, &mut |more| {
        busy = !held.grow_now(more);
        if busy { Err(no_room()) } else { Ok(()) }
    });
    if busy {
        return Err(Refusal::Busy);
    }
    let body = body?;
    let mut decoder = Decoder {
        received_at: sender.acceptor.now(),
        sender,
        held,
        decoded: Decoded::default(),
    };
    decoder.read(&body, &packed.form)?;
    Ok((decoder.decoded, decoder.held))
}

impl Decoder {
    fn read(&mut self, body: &[u8], form: &Form) -> Result<(), Refusal> {
        let mut busy = false;
        let mut items = Vec::new();
        let mut sink = |entry: Entry| {
            let taken = self.take(entry);
            busy |= matches!(taken, Err(Full::Busy));
            taken.map_err(|full| full.error())
        };
        let read = match form {
            Form::Any => return self.frame(body),
            Form::Batches => return self.batches(body),
            Form::HecEvents => hec::events(body, &mut sink),
            Form::HecRaw(metadata) => hec::raw(body, metadata, &mut sink),
            Form::LokiJson => loki::json(body, &mut sink),
            Form::LokiProtobuf => loki::protobuf(body, &mut sink),
            Form::OtlpJson => otlp::json(body, &mut sink),
            Form::OtlpProtobuf => otlp::protobuf(body, &mut sink),
            Form::Bulk(index) => {
                let mut note = |item| {
                    if items.len() == MAX_RECORDS {
                        return Err(Full::Many.error());
                    }
                    items.push(item);
                    Ok(())
                };
                bulk::read(body, index.as_deref(), &mut note, &mut sink)
            }
        };
        if busy {
            return Err(Refusal::Busy);
        }
        self.decoded.items = items;
        Ok(read?)
    }

    fn take(&mut self, entry: Entry) -> Result<(), Full> {
        let source = &self.sender.source;
        let acceptor = &self.sender.acceptor;
        let known = |body: &[u8]| match acceptor.detect(body) {
            found if found.parser() == SourceName::AUTO => Known::Nothing,
            found if found.parser() == "json" => Known::Generic,
            found => Known::Source {
                named: found.parser() == source.parser(),
            },
        };
        let parser = Some(source.parser()).filter(|parser| *parser != SourceName::AUTO);
        let host = entry.host.as_deref().map(Arc::from);
        let travels = entry.travels(parser, &known);
        let seq = self.decoded.arrived.len() as u64;
        let whole = RawRecord::whole(seq, self.received_at, travels.body);
        self.keep(host, whole.in_envelope(travels.envelope))
    }

    fn keep(&mut self, host: Option<Arc<str>>, record: RawRecord) -> Result<(), Full> {
        if self.decoded.arrived.len() == MAX_RECORDS {
            return Err(Full::Many);
        }
        let bytes = record.body.len() + record.envelope.len() + OVERHEAD;
        if !self.held.grow_now(bytes) {
            return Err(Full::Busy);
        }
        let source = &self.sender.source;
        self.decoded.arrived.push(Arrived {
            source: self.sender.acceptor.name(source, &record.body),
            host: host.unwrap_or_else(|| self.sender.host.clone()),
            record,
        });
        Ok(())
    }

    /// A collector names source and host of each batch; a token that is made for a parser has the
    /// last word on the source, and so on the events.
    fn batches(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let mut records = 0;
        for batch in relay::read(body) {
            let (header, body) = batch.map_err(unreadable)?;
            records += header.count as usize;
            if records > MAX_RECORDS {
                return Err(Full::Many.error().into());
            }
            let bytes = RawBatch::decoded_bytes(body) + header.count as usize * OVERHEAD;
            if !self.held.grow_now(bytes) {
                return Err(Refusal::Busy);
            }
            let batch = RawBatch::decode(&header, body).map_err(unreadable)?;
            self.decoded.relayed.push(self.relayed(batch));
        }
        Ok(())
    }

    fn relayed(&self, batch: RawBatch) -> Relayed {
        let Sender {
            acceptor, source, ..
        } = &self.sender;
        let named = source.parser() != SourceName::AUTO;
        let open = !named && batch.source.is_plain();
        let told = match (open, source.feed()) {
            (false, _) => source.clone(),
            (true, None) => batch.source,
            (true, Some(feed)) => SourceName::new(&format!("{}@{feed}", batch.source.parser())),
        };
        let host: String = batch.host.chars().take(MAX_HOST).collect();
        let host: Arc<str> = Arc::from(host);
        let arrived = batch.records.into_iter().map(|record| Arrived {
            source: match record.part {
                Part::Dropped => told.clone(),
                _ => acceptor.name(&told, &record.body),
            },
            host: host.clone(),
            record: match named {
                true => record.without_event(),
                false => record,
            },
        });
        Relayed {
            origin: batch.origin,
            arrived: arrived.collect(),
        }
    }

    /// Records of no protocol: each is told from the next by what the content is.
    fn frame(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let framer = Framer::new(Cursor::new(body), Limits::default());
        let refused = |error| Refusal::Body(aurora_tasks::chain(&error));
        for framed in framer.map_err(refused)? {
            let record = record(framed.map_err(refused)?, self.received_at);
            self.keep(None, record).map_err(|full| match full {
                Full::Busy => Refusal::Busy,
                Full::Many => full.error().into(),
            })?;
        }
        Ok(())
    }
}

fn unreadable(error: aurora_model::Error) -> Refusal {
    Refusal::Body(aurora_tasks::chain(&error))
}

/// Why no more is taken.
enum Full {
    Busy,
    Many,
}

impl Full {
    fn error(&self) -> Error {
        match self {
            Self::Busy => no_room(),
            Self::Many => Error::TooMuch(format!("more than {MAX_RECORDS} records")),
        }
    }
}

fn no_room() -> Error {
    Error::TooMuch("no memory is free".to_owned())
}
