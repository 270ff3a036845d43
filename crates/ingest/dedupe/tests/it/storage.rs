use aurora_dedupe::Verdict::{Duplicate, Fresh};
use aurora_dedupe::{Error, Window, slot_prefix};

use crate::{Store, commit, options, restore, see, shard};

fn filled() -> (Window, Store) {
    let mut window = Window::new(shard(), options(30, 1_000, 4));
    let mut store = Store::new();
    for number in 0..10 {
        see(&mut window, number, number as i64);
        commit(&mut window, &mut store);
    }
    (window, store)
}

#[test]
fn a_slot_is_filled_before_the_next() {
    let (_, store) = filled();
    let mut lengths: Vec<usize> = store.values().map(Vec::len).collect();
    lengths.pop();
    assert_eq!(lengths, [64, 64, 32]);
    assert!(
        store
            .keys()
            .all(|name| name.starts_with(&slot_prefix(shard())))
    );
}

#[test]
fn a_commit_writes_little() {
    let (mut window, mut store) = filled();
    see(&mut window, 100, 10);
    let names: Vec<String> = window
        .delta()
        .slots
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names.len(), 2, "the head and the last slot: {names:?}");
    commit(&mut window, &mut store);
    assert!(window.delta().slots.is_empty(), "nothing is staged");
    see(&mut window, 100, 10);
    assert!(
        window.delta().slots.is_empty(),
        "a duplicate at the same time changes nothing"
    );
}

#[test]
fn an_old_generation_leaves_the_store() {
    let (mut window, mut store) = filled();
    for second in [30, 60, 90] {
        see(&mut window, 1_000 + second as u64, second);
        commit(&mut window, &mut store);
    }
    assert_eq!(store.len(), 3, "{:?}", store.keys());
    assert_eq!(restore(&options(30, 1_000, 4), &store), window);
}

#[test]
fn a_restored_window_goes_on() {
    let (window, store) = filled();
    let mut restored = restore(&options(30, 1_000, 4), &store);
    assert_eq!(restored, window);
    assert_eq!(see(&mut restored, 9, 20), Duplicate);
    assert_eq!(see(&mut restored, 10, 20), Fresh);
    assert!(restore(&options(30, 1_000, 4), &Store::new()).is_empty());
}

/// An operator may change how slots are cut between two starts.
#[test]
fn other_options_read_the_same_slots() {
    let (window, store) = filled();
    for keys_per_slot in [1, 2, 3, 4, 5, 100] {
        let (options, mut store) = (options(30, 1_000, keys_per_slot), store.clone());
        let mut other = restore(&options, &store);
        assert_eq!(other.len(), window.len());
        for number in 10..30 {
            assert_eq!(see(&mut other, number, 10), Fresh);
            commit(&mut other, &mut store);
            assert_eq!(
                restore(&options, &store).len(),
                number as usize + 1,
                "{keys_per_slot}"
            );
        }
    }
}

#[test]
fn a_discarded_stage_never_was() {
    let (mut window, _) = filled();
    let before = window.clone();
    for (number, second) in [(3, 11), (50, 12), (51, 45), (52, 80), (50, 500), (53, 501)] {
        see(&mut window, number, second);
    }
    assert_ne!(window, before);
    window.discard();
    assert_eq!(window, before);
    window.discard();
    assert_eq!(window, before, "there is nothing to take back");
}

#[test]
fn slots_of_no_generation_are_swept() {
    let (_, mut store) = filled();
    let stray = format!("{}00000000000000000099/000000", slot_prefix(shard()));
    store.insert(stray.clone(), vec![0; 16]);
    let mut window = restore(&options(30, 1_000, 4), &store);
    commit(&mut window, &mut store);
    assert!(!store.contains_key(&stray));
    assert!(window.delta().slots.is_empty());
}

#[test]
fn damage_is_told() {
    let (_, store) = filled();
    let head = format!("{}head", slot_prefix(shard()));
    let first = store.keys().next().unwrap().clone();
    let broken = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut store = store.clone();
        change(store.get_mut(name).unwrap());
        Window::restore(shard(), options(30, 1_000, 4), store).unwrap_err()
    };
    let damaged = |name: &str| Error::Damaged {
        key: name.to_owned(),
    };
    assert_eq!(broken(&head, &|head| head.truncate(20)), damaged(&head));
    assert_eq!(broken(&head, &Vec::clear), damaged(&head));
    assert_eq!(broken(&head, &|head| head[9] = 7), damaged(&head));
    assert_eq!(broken(&first, &|keys| keys.truncate(20)), damaged(&first));
    assert_eq!(broken(&first, &|keys| keys.truncate(16)), damaged(&head));
    let newer = Error::NewerFormat { found: 2, known: 1 };
    assert_eq!(broken(&head, &|head| head[0] = 2), newer);
    let mut short = store.clone();
    short.remove(&first);
    let lost = Window::restore(shard(), options(30, 1_000, 4), short).unwrap_err();
    assert_eq!(lost, damaged(&head));
}

/// Format 1, byte for byte: a store written by the first release.
#[test]
fn format_1_is_read() {
    let (_, store) = filled();
    let head = &store[&format!("{}head", slot_prefix(shard()))];
    let mut want = vec![1];
    want.extend(0_u64.to_le_bytes());
    want.push(1);
    for number in [0_u64, 9_000, 10, 0] {
        want.extend(number.to_le_bytes());
    }
    assert_eq!(*head, want);
    let name = format!("{}00000000000000000000/000002", slot_prefix(shard()));
    let mut keys = [0; 32];
    (keys[0], keys[16]) = (8, 9);
    assert_eq!(store[&name], keys);
}
