//! Hostile records that share their events, in batches cut anywhere, and what is kept between them: no panic, every
//! record is settled once, and a restart changes nothing.
//!
//! A zero byte ends a batch, a line end a record; what follows a second zero byte is taken for a kept event. Of many
//! batches the last are one: after each everything that is open is restored, so that hundreds would try nothing but that.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use aurora_parsers::{Joiner, Outcome, Registry, feed};

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::new().expect("the shipped parsers are there"));

const BATCHES: usize = 8;

fn weight(outcomes: &[Outcome]) -> usize {
    let one = |outcome: &Outcome| match outcome {
        Outcome::Events(items) => items.iter().map(|item| item.records as usize).sum(),
        Outcome::Dead(letter) => {
            assert!(!letter.detail.contains("panicked"), "{}", letter.detail);
            1
        }
    };
    outcomes.iter().map(one).sum()
}

fn batches(scope: &Scope, text: &[u8]) -> Vec<RawBatch> {
    let mut number = 0;
    let mut record = |line: &[u8]| {
        number += 1;
        // Now and then a record comes late.
        let at = number * i64::from(line.first().copied().unwrap_or_default());
        RawRecord::whole(
            number.unsigned_abs(),
            Timestamp::from_millis(at),
            line.to_vec(),
        )
    };
    let batch = |part: &[u8]| RawBatch {
        scope: scope.clone(),
        source: SourceName::new("auditd"),
        origin: OriginId(Id128::from_bytes([0; 16])),
        host: "fuzz".to_owned(),
        trace: TraceContext::default(),
        records: part.split(|byte| *byte == b'\n').map(&mut record).collect(),
    };
    let parts = text.splitn(BATCHES, |byte| *byte == 0);
    parts.map(batch).collect()
}

pub fn run(data: &[u8]) {
    let twice = data.windows(2).position(|pair| pair == [0, 0]);
    let (text, kept) = twice.map_or((data, &[][..]), |at| (&data[..at], &data[at + 2..]));
    // Refused or not: it must not fail.
    drop(Joiner::restore([(1, kept.to_vec())]));
    let scope = Scope::of(SiteId(Id128::from_bytes([0; 16])));
    let (mut joiner, mut kept, mut settled, mut records) =
        (Joiner::default(), BTreeMap::new(), 0, 0);
    for batch in batches(&scope, text) {
        records += batch.records.len();
        let (mut opened, mut over) = (REGISTRY.open(&scope, &batch), Vec::new());
        joiner.begin();
        for joining in std::mem::take(&mut opened.joining) {
            joiner.add(&feed(&batch), joining, &mut over);
        }
        let ended: Vec<_> = over
            .iter()
            .map(|held| REGISTRY.close(&scope, held))
            .collect();
        settled += weight(&opened.with(ended).outcomes);
        for (number, held) in joiner.delta() {
            match held {
                Some(held) => drop(kept.insert(number, held)),
                None => assert!(kept.remove(&number).is_some()),
            }
        }
        joiner.committed();
        let restored = Joiner::restore(kept.clone()).expect("it was just written");
        assert_eq!(restored.records(), joiner.records());
        joiner = restored;
    }
    let left = joiner.drain();
    settled += left
        .iter()
        .map(|held| weight(&REGISTRY.close(&scope, held).outcomes))
        .sum::<usize>();
    assert_eq!(settled, records);
}
