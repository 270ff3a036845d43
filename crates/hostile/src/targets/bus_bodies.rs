//! Bodies of messages on the bus. The first byte says of which kind, the second how many items the header counts; the
//! rest is the body before it is packed, so that what is in it is tried and not the decompressor.

use std::cell::RefCell;

use aurora_ids::Id128;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    DeadLetter, EventBatch, Finding, MatchBatch, OriginId, RawBatch, Scope, SiteId, SourceName,
    TraceContext,
};
use zstd::bulk::Compressor;

const FORMATS: [Format; 5] = [
    Format::RawBatch,
    Format::EventBatch,
    Format::MatchBatch,
    Format::DeadLetter,
    Format::Finding,
];

thread_local! {
    /// Making one takes longer than what is tried.
    static PACKER: RefCell<Compressor<'static>> =
        RefCell::new(Compressor::new(1).expect("there is memory"));
}

fn header(format: Format, count: u8) -> Header {
    let id = Id128::from_bytes([0; 16]);
    Header {
        format,
        version: VERSION,
        scope: Scope::of(SiteId(id)),
        producer: "fuzz".to_owned(),
        trace: TraceContext::default(),
        source: SourceName::new("windows"),
        range: Range {
            origin: OriginId(id),
            first: 0,
            last: 0,
        },
        count: u32::from(count),
        records: u32::from(count),
        raw: None,
    }
}

pub fn run(input: &[u8]) {
    let [kind, count, body @ ..] = input else {
        return;
    };
    let header = header(FORMATS[usize::from(*kind) % FORMATS.len()], *count);
    let packed = PACKER.with_borrow_mut(|it| it.compress(body).expect("there is memory"));
    match header.format {
        Format::RawBatch => {
            if let Ok(batch) = RawBatch::decode(&header, &packed) {
                let again = RawBatch::decode(&header, &batch.encode());
                assert_eq!(again.ok(), Some(batch));
            }
        }
        Format::EventBatch => {
            if let Ok(batch) = EventBatch::decode(&header, &packed) {
                for item in &batch.items {
                    drop(item.event());
                    let parts = (item.attribute("raw_data"), item.without("raw_data"));
                    assert!(parts.0.is_none_or(|part| part.len() <= body.len()));
                    assert!(parts.1.is_none_or(
                        |[one, two]| one.len() <= body.len() && two.len() <= body.len()
                    ));
                }
                let again = EventBatch::decode(&header, &batch.encode());
                assert_eq!(again.ok(), Some(batch));
            }
        }
        Format::MatchBatch => {
            drop(MatchBatch::decode(&header, &packed).map(|batch| batch.encode()))
        }
        Format::DeadLetter => drop(DeadLetter::decode(&header, &packed)),
        Format::Finding | Format::IncidentChange => drop(Finding::decode(&header, body)),
    }
}
