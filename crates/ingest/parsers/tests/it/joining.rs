//! Events of several records are the same however their stream was cut, and wherever a worker died.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aurora_clock::Timestamp;
use aurora_model::{EventItem, RawBatch, RawRecord};
use aurora_parsers::{Held, Joiner, Outcome, Registry, feed, golden};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// Its programs are compiled once.
static REGISTRY: LazyLock<Registry> = LazyLock::new(super::support::registry);

/// Lines with the milliseconds at which they came.
fn batch(lines: &[(i64, String)]) -> RawBatch {
    let mut batch = golden::batch("auditd", []);
    let records = lines.iter().enumerate().map(|(seq, (at, line))| {
        let at = Timestamp::from_millis(1_772_700_000_000 + at);
        RawRecord::whole(seq as u64, at, line.clone().into_bytes())
    });
    batch.records = records.collect();
    batch
}

fn line(kind: &str, time: i64, serial: i64, rest: &str) -> String {
    let (seconds, millis) = (1_772_700_000 + time / 1000, time % 1000);
    format!("type={kind} msg=audit({seconds}.{millis:03}:{serial}): {rest}")
}

/// A worker: what it keeps survives it.
struct Worker<'r> {
    registry: &'r Registry,
    joiner: Joiner,
    kept: BTreeMap<u64, Vec<u8>>,
}

impl<'r> Worker<'r> {
    fn new(registry: &'r Registry) -> Self {
        Self {
            registry,
            joiner: Joiner::default(),
            kept: BTreeMap::new(),
        }
    }

    fn work(&mut self, batch: &RawBatch) -> Vec<Outcome> {
        let scope = golden::scope();
        let (mut opened, feed) = (self.registry.open(&scope, batch), feed(batch));
        let mut over = Vec::new();
        self.joiner.begin();
        for joining in std::mem::take(&mut opened.joining) {
            self.joiner.add(&feed, joining, &mut over);
        }
        opened.with(self.ended(&over)).outcomes
    }

    fn ended(&self, over: &[Held]) -> Vec<aurora_parsers::Ended> {
        let close = |held| self.registry.close(&golden::scope(), held);
        over.iter().map(close).collect()
    }

    fn commit(&mut self) {
        for (number, held) in self.joiner.delta() {
            match held {
                Some(held) => drop(self.kept.insert(number, held)),
                None => assert!(
                    self.kept.remove(&number).is_some(),
                    "only what was kept goes"
                ),
            }
        }
        self.joiner.committed();
    }

    fn die(&mut self) {
        self.joiner = Joiner::restore(self.kept.clone()).unwrap();
    }

    fn finish(mut self) -> Vec<Outcome> {
        let over = self.joiner.drain();
        let ended = self.ended(&over);
        ended.into_iter().flat_map(|ended| ended.outcomes).collect()
    }
}

fn items(outcomes: Vec<Outcome>) -> Vec<EventItem> {
    let mut items = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Events(mut events) => items.append(&mut events),
            Outcome::Dead(letter) => panic!("{}", letter.detail),
        }
    }
    items.sort_by_key(|item| item.uid);
    items
}

/// Events of one to five records, of which some are mixed with their neighbours and some miss their end.
fn streams() -> impl Strategy<Value = Vec<(i64, String)>> {
    let event = (0..6_usize, 0..3_i64, 0..4_usize, any::<bool>());
    proptest::collection::vec(event, 1..25).prop_map(|events| {
        let (mut lines, mut clock) = (Vec::new(), 0);
        for (serial, (shape, pause, early, node)) in (1_000_i64..).zip(events) {
            clock += [1, 40, 2_500][usize::try_from(pause).unwrap()];
            let head = if node { "node=b " } else { "" };
            let kinds: &[&str] = match shape {
                0 => &["USER_LOGIN"],
                1 => &["SYSCALL"],
                2 => &["SYSCALL", "EXECVE", "CWD", "PATH", "PROCTITLE"],
                3 => &["SYSCALL", "CWD", "PATH", "PROCTITLE", "EOE"],
                4 => &["AVC", "SYSCALL", "PROCTITLE"],
                _ => &["SYSCALL", "SOCKADDR", "EOE"],
            };
            for kind in kinds {
                let rest = "arch=c000003e syscall=59 success=yes pid=7 uid=0 exe=\"/bin/a\" name=\"/b\" a0=\"a\"";
                let place = lines.len() - early.min(lines.len());
                let record = (clock, format!("{head}{}", line(kind, clock, serial, rest)));
                lines.insert(if *kind == "SYSCALL" { place } else { lines.len() }, record);
            }
        }
        lines.sort_by_key(|(at, _)| *at);
        lines
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn cuts_and_crashes_change_nothing(
        lines in streams(),
        cuts in proptest::collection::vec((1..7_usize, 0..3_u8), 1..200),
    ) {
        let registry = &*REGISTRY;
        let whole = batch(&lines);
        let wanted = items(registry.process(&golden::scope(), &whole).outcomes);
        let (mut worker, mut got, mut rest) = (Worker::new(registry), Vec::new(), whole.records.as_slice());
        for (length, crash) in cuts.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, after) = rest.split_at(length.min(rest.len()));
            let part = RawBatch { records: part.to_vec(), ..feed(&whole) };
            let made = worker.work(&part);
            match crash {
                // It dies before the commit: the batch comes again, and says the same.
                0 => {
                    worker.die();
                    prop_assert_eq!(&worker.work(&part), &made);
                    worker.commit();
                }
                // And after it.
                1 => {
                    worker.commit();
                    worker.die();
                }
                _ => worker.commit(),
            }
            got.extend(made);
            rest = after;
        }
        got.extend(worker.finish());
        let got = items(got);
        let weight: u32 = got.iter().map(|item| item.records).sum();
        prop_assert_eq!(usize::try_from(weight).unwrap(), lines.len(), "every record counts once");
        prop_assert_eq!(got, wanted);
    }
}

/// Which records became one event, by the numbers of their lines.
fn check(lines: &[(i64, &str, i64, i64)], wanted: Expect) {
    let lines: Vec<_> = lines
        .iter()
        .map(|(at, kind, time, serial)| (*at, line(kind, *time, *serial, "pid=1")))
        .collect();
    let registry = &*REGISTRY;
    let (whole, mut worker) = (batch(&lines), Worker::new(registry));
    let mut over = Vec::new();
    for joining in registry.open(&golden::scope(), &whole).joining {
        worker.joiner.add(&feed(&whole), joining, &mut over);
    }
    let places = |held: &Held| {
        let seqs = held
            .batch()
            .records
            .iter()
            .map(|record| record.seq.to_string());
        seqs.collect::<Vec<_>>().join(" ")
    };
    let told: Vec<_> = over.iter().map(places).collect();
    let open: Vec<_> = worker.joiner.drain().iter().map(places).collect();
    wanted.assert_eq(&format!(
        "over: {}; open: {}",
        told.join(", "),
        open.join(", ")
    ));
}

#[test]
fn an_event_is_over_by_its_end_the_next_whole_one_or_time() {
    // Its end.
    check(
        &[(0, "SYSCALL", 0, 1), (0, "EOE", 0, 1), (0, "SYSCALL", 0, 2)],
        expect!["over: 0 1; open: 2"],
    );
    // It is whole, and so is a later one; records of the two may be mixed.
    check(
        &[
            (0, "SYSCALL", 0, 1),
            (0, "SYSCALL", 0, 2),
            (0, "PROCTITLE", 0, 1),
            (0, "PATH", 0, 2),
            (0, "PROCTITLE", 0, 2),
        ],
        expect!["over: 0 2; open: 1 3 4"],
    );
    // The end that follows is still its own.
    check(
        &[
            (0, "SYSCALL", 0, 1),
            (0, "PROCTITLE", 0, 1),
            (0, "SYSCALL", 0, 2),
            (0, "EOE", 0, 1),
        ],
        expect!["over: 0 1 3; open: 2"],
    );
    // Two seconds of its writer's clock, and two of arrival.
    check(
        &[
            (0, "SYSCALL", 0, 1),
            (1, "SYSCALL", 1_999, 2),
            (2, "SYSCALL", 2_000, 3),
        ],
        expect!["over: 0; open: 1, 2"],
    );
    check(
        &[
            (0, "SYSCALL", 0, 1),
            (1_999, "PATH", 0, 1),
            (3_999, "PATH", 0, 1),
        ],
        expect!["over: 0 1; open: 2"],
    );
}

#[test]
fn what_is_kept_open_is_bounded() {
    let lines: Vec<_> = (0..1_500)
        .map(|serial| (0, line("SYSCALL", 0, serial, "pid=1")))
        .collect();
    let registry = &*REGISTRY;
    let whole = batch(&lines);
    let (mut joiner, mut over) = (Joiner::default(), Vec::new());
    for joining in registry.open(&golden::scope(), &whole).joining {
        joiner.add(&feed(&whole), joining, &mut over);
    }
    assert_eq!((over.len(), joiner.drain().len()), (476, 1_024));
    let fat = "x".repeat(1_000_000);
    let lines: Vec<_> = (0..10).map(|_| (0, line("PATH", 0, 1, &fat))).collect();
    let whole = batch(&lines);
    over.clear();
    for joining in registry.open(&golden::scope(), &whole).joining {
        joiner.add(&feed(&whole), joining, &mut over);
    }
    let records: Vec<_> = over.iter().map(|held| held.batch().records.len()).collect();
    assert_eq!(records, [5, 5], "4 MiB are exceeded by every fifth");
}
