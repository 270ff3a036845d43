//! Batches of hostile records for every source: each record is settled once, and no parser panics. Events that a host makes
//! of them are those that the site makes.
//!
//! The first byte chooses the source; lines are records.

use std::sync::LazyLock;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{
    DeadLetterReason, OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext,
};
use aurora_parsers::{Processed, Registry};

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::new().expect("the shipped parsers are there"));

pub fn run(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else {
        return;
    };
    let names = REGISTRY.names();
    let source = names
        .get(usize::from(*choice) % (names.len() + 1))
        .copied()
        .unwrap_or(SourceName::AUTO);
    let record = |(seq, body): (usize, &[u8])| {
        RawRecord::whole(seq as u64, Timestamp::from_millis(0), body.to_vec())
    };
    let scope = Scope::of(SiteId(Id128::from_bytes([0; 16])));
    let batch = RawBatch {
        scope: scope.clone(),
        source: SourceName::new(source),
        origin: OriginId(Id128::from_bytes([0; 16])),
        host: "fuzz".to_owned(),
        trace: TraceContext::default(),
        records: text
            .split(|byte| *byte == b'\n')
            .enumerate()
            .map(record)
            .collect(),
    };
    let processed = REGISTRY.process(&scope, &batch);
    let stored: usize = processed.events().map(|item| item.records as usize).sum();
    assert_eq!(stored + processed.dead().count(), batch.records.len());
    // `process` survives a panic; a fuzzer is there to find it.
    let panicked = |letter: &aurora_model::DeadLetter| {
        letter.reason == DeadLetterReason::Unparsable && letter.detail.contains("panicked")
    };
    assert!(!processed.dead().any(panicked));
    let made = batch.records.iter().map(|record| RawRecord {
        event: REGISTRY.made(&batch, record, &|_| true).unwrap_or_default(),
        ..record.clone()
    });
    let batch = RawBatch {
        records: made.collect(),
        ..batch.clone()
    };
    let uids =
        |processed: &Processed| -> Vec<_> { processed.events().map(|item| item.uid).collect() };
    assert_eq!(uids(&REGISTRY.process(&scope, &batch)), uids(&processed));
}
