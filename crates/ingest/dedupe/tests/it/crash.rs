//! A service reads records of a shard, stages verdicts and commits window and offset together. It
//! crashes before or after any commit, loses commits and starts again: the verdicts on record are
//! those of a service that never failed.

use aurora_dedupe::{Verdict, Window};
use proptest::prelude::*;

use crate::{Store, apply, at, key, options, restore, shard};

/// One record: its key and how many seconds after the one before it was received. Keys repeat:
/// that is what senders do.
type Records = Vec<(u64, i64)>;

#[derive(Clone, Debug)]
enum Event {
    /// Takes this many records and commits.
    Batch(usize),
    /// Takes this many records, and the commit fails; the service lives.
    Refused(usize),
    /// Takes this many records and dies before the commit.
    CrashBefore(usize),
    /// Dies after the commit, before it knows.
    CrashAfter(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1_usize..20).prop_map(Event::Batch),
        1 => (1_usize..20).prop_map(Event::Refused),
        1 => (1_usize..20).prop_map(Event::CrashBefore),
        1 => (1_usize..20).prop_map(Event::CrashAfter),
    ]
}

fn limits() -> impl Strategy<Value = aurora_dedupe::Options> {
    (
        3_u64..12,
        prop_oneof![Just(6_usize), Just(20), Just(1_000)],
        1_usize..6,
    )
        .prop_map(|(window, max_keys, keys_per_slot)| options(window, max_keys, keys_per_slot))
}

fn without_failures(options: &aurora_dedupe::Options, records: &Records) -> (Vec<Verdict>, u64) {
    let mut window = Window::new(shard(), *options);
    let mut now = 0;
    let verdict = |(number, later): &(u64, i64)| {
        now += later;
        window.check_and_insert(key(*number), at(now))
    };
    let verdicts = records.iter().map(verdict).collect();
    (verdicts, window.delta().evicted.keys)
}

/// The service and the store that commits its offset, its verdicts and its window at once.
struct Service<'a> {
    options: &'a aurora_dedupe::Options,
    records: Vec<(u64, i64)>,
    window: Window,
    store: Store,
    verdicts: Vec<Verdict>,
    evicted: u64,
}

impl Service<'_> {
    fn stage(&mut self, count: usize) -> Vec<Verdict> {
        let batch = self.records.iter().skip(self.verdicts.len()).take(count);
        batch
            .map(|(number, now)| self.window.check_and_insert(key(*number), at(*now)))
            .collect()
    }

    fn store(&mut self, staged: Vec<Verdict>) {
        let delta = self.window.delta();
        self.evicted += delta.evicted.keys;
        apply(&mut self.store, delta);
        self.verdicts.extend(staged);
    }

    fn restart(&mut self) {
        self.window = restore(self.options, &self.store);
    }

    fn run(&mut self, event: &Event) {
        match event {
            Event::Batch(count) => {
                let staged = self.stage(*count);
                self.store(staged);
                self.window.committed();
            }
            Event::Refused(count) => {
                let before = self.window.clone();
                self.stage(*count);
                self.window.discard();
                assert_eq!(self.window, before);
            }
            Event::CrashBefore(count) => {
                self.stage(*count);
                self.restart();
            }
            Event::CrashAfter(count) => {
                let staged = self.stage(*count);
                self.store(staged);
                self.restart();
            }
        }
        assert_eq!(
            restore(self.options, &self.store),
            self.window,
            "after {event:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn crashes_change_no_verdict(
        options in limits(),
        records in prop::collection::vec((0_u64..40, 0_i64..4), 1..250),
        events in prop::collection::vec(event(), 1..60),
    ) {
        let (want, evicted) = without_failures(&options, &records);
        let mut now = 0;
        let timed = records.iter().map(|(number, later)| {
            now += later;
            (*number, now)
        });
        let mut service = Service {
            options: &options,
            records: timed.collect(),
            window: Window::new(shard(), options),
            store: Store::new(),
            verdicts: Vec::new(),
            evicted: 0,
        };
        for event in &events {
            service.run(event);
            let slots = service.window.len() / options.keys_per_slot + 3;
            prop_assert!(service.store.len() <= slots, "{:?}", service.store.keys());
        }
        prop_assert_eq!(&service.verdicts[..], &want[..service.verdicts.len()]);
        service.run(&Event::Batch(records.len()));
        prop_assert_eq!(service.verdicts, want);
        prop_assert_eq!(service.evicted, evicted);
    }
}
