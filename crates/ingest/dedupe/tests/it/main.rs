//! The window against an obvious model, its storage, and crashes at any moment.
#![allow(clippy::unwrap_used)]

mod crash;
mod storage;
mod verdicts;

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_dedupe::{Delta, Options, Verdict, Window};
use aurora_ids::Id128;
use aurora_model::{EventUid, Shard};

/// What the records store would hold.
type Store = BTreeMap<String, Vec<u8>>;

fn apply(store: &mut Store, delta: Delta) {
    for (name, value) in delta.slots {
        match value {
            Some(value) => store.insert(name, value),
            None => {
                let gone = store.remove(&name);
                assert!(gone.is_some(), "{name} was removed and never stored");
                gone
            }
        };
    }
}

fn restore(options: &Options, store: &Store) -> Window {
    Window::restore(shard(), *options, store.clone()).unwrap()
}

fn shard() -> Shard {
    Shard::of("sysmon", "dc1")
}

fn key(number: u64) -> EventUid {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    EventUid(Id128::from_bytes(bytes))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn options(window: u64, max_keys: usize, keys_per_slot: usize) -> Options {
    Options {
        window: Duration::from_secs(window),
        max_keys,
        keys_per_slot,
    }
}

fn see(window: &mut Window, number: u64, seconds: i64) -> Verdict {
    window.check_and_insert(key(number), at(seconds))
}

fn commit(window: &mut Window, store: &mut Store) {
    apply(store, window.delta());
    window.committed();
}
