use aurora_dedupe::Verdict::{Duplicate, Fresh};
use aurora_dedupe::{Evicted, Options, Window};
use proptest::prelude::*;

use crate::{options, see, shard};

/// `(key, second, verdict)` one after the other, in a window of 30 s.
#[track_caller]
fn check(steps: &[(u64, i64, aurora_dedupe::Verdict)]) {
    let mut window = Window::new(shard(), options(30, 1_000, 512));
    for (place, (key, second, want)) in steps.iter().enumerate() {
        assert_eq!(see(&mut window, *key, *second), *want, "step {place}");
    }
    assert_eq!(window.delta().evicted, Evicted::default());
}

#[test]
fn an_event_is_fresh_once_within_the_window() {
    check(&[
        (1, 0, Fresh),
        (1, 0, Duplicate),
        (2, 1, Fresh),
        (1, 29, Duplicate),
    ]);
}

#[test]
fn a_key_outlives_its_generation() {
    check(&[
        (1, 0, Fresh),
        (2, 29, Fresh),
        (3, 30, Fresh),
        (2, 58, Duplicate),
        (1, 59, Duplicate),
    ]);
}

#[test]
fn twice_the_window_is_the_end() {
    check(&[
        (1, 0, Fresh),
        (2, 30, Fresh),
        (3, 60, Fresh),
        (1, 60, Fresh),
        (2, 60, Duplicate),
    ]);
}

#[test]
fn a_long_silence_forgets_all() {
    check(&[
        (1, 0, Fresh),
        (2, 29, Fresh),
        (2, 60, Fresh),
        (1, 60, Fresh),
    ]);
}

#[test]
fn a_duplicate_is_not_remembered_for_longer() {
    check(&[
        (1, 0, Fresh),
        (1, 25, Duplicate),
        (1, 50, Duplicate),
        (1, 80, Fresh),
    ]);
}

#[test]
fn time_does_not_go_back() {
    check(&[
        (1, 100, Fresh),
        (2, 0, Fresh),
        (1, 5, Duplicate),
        (2, 129, Duplicate),
        (3, -9, Fresh),
    ]);
}

#[test]
fn a_full_window_forgets_the_oldest_and_says_so() {
    let mut window = Window::new(shard(), options(30, 8, 512));
    for number in 0..9 {
        assert_eq!(see(&mut window, number, 0), Fresh);
    }
    assert_eq!(window.delta().evicted, Evicted { keys: 4 });
    assert_eq!(window.len(), 5);
    assert_eq!(see(&mut window, 4, 0), Duplicate, "the newer half is known");
    window.committed();
    assert_eq!(window.delta().evicted, Evicted::default(), "counted once");
    assert_eq!(see(&mut window, 3, 0), Fresh, "the older half is not");
}

#[test]
fn memory_is_bounded() {
    let max_keys = 10_000;
    let mut window = Window::new(shard(), options(30, max_keys, 512));
    for number in 0..100_000 {
        see(&mut window, number, 0);
        if number % 500 == 0 {
            window.committed();
        }
        assert!(window.len() <= max_keys);
    }
    assert!(window.bytes() < max_keys * 48, "{} bytes", window.bytes());
}

#[test]
fn options_have_defaults_and_no_unknown_keys() {
    let options = Options::default();
    assert_eq!((options.window.as_secs(), options.keys_per_slot), (30, 512));
}

proptest! {
    /// Duplicates are exactly what history says, but for the second half of a key's life, in
    /// which either answer is right.
    #[test]
    fn verdicts_follow_from_history(steps in prop::collection::vec((0_u64..12, 0_i64..9), 1..200)) {
        let mut window = Window::new(shard(), options(10, 1_000, 512));
        let mut now = 0;
        let mut first_seen = std::collections::BTreeMap::new();
        for (key, later) in steps {
            now += later;
            let known = first_seen.get(&key).map(|first: &i64| now - first);
            match see(&mut window, key, now) {
                Fresh => {
                    prop_assert!(known.is_none_or(|age| age >= 10), "{key} known for {known:?}");
                    first_seen.insert(key, now);
                }
                Duplicate => prop_assert!(known.is_some_and(|age| age < 20), "{key}: {known:?}"),
            }
        }
    }
}
