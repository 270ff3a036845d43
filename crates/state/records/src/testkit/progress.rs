use super::{Desk, Stand};
use crate::{Change, Claim, Error, MAX_COUNTER, Moment, SlotWrite};

/// `advance` is a compare-and-set; plain `slot` is not.
pub async fn a_checkpoint_moves_only_from_where_it_is(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let advance = |from: Option<&[u8]>, to: &[u8]| {
        Change::progress()
            .advance("normalise/7", from.map(<[u8]>::to_vec), to)
            .count("n".into(), 1)
    };
    desk.commit(advance(None, b"1"))
        .await
        .expect("it was absent");
    for stale in [None, Some(&b""[..]), Some(b"0"), Some(b"1\0")] {
        match desk.commit(advance(stale, b"9")).await {
            Err(Error::CheckpointMoved { key }) => assert_eq!(key, "normalise/7"),
            other => panic!("want a moved checkpoint for {stale:?}, got {other:?}"),
        }
    }
    desk.commit(advance(Some(b"1"), b"")).await.expect("from 1");
    desk.commit(advance(Some(b""), b"\0\xff"))
        .await
        .expect("from the empty value");
    assert_eq!(
        desk.slot("normalise/7").await.as_deref(),
        Some(&b"\0\xff"[..])
    );
    assert_eq!(desk.counters("n").await, [("n".to_owned(), 3)]);

    desk.commit(Change::progress().slot("normalise/7", *b"x"))
        .await
        .expect("unchecked");
    let remove = |expected: &[u8]| {
        let mut change = Change::progress();
        change.slots.push(SlotWrite {
            key: "normalise/7".into(),
            expected: Some(Some(expected.to_vec())),
            value: None,
        });
        change
    };
    assert!(matches!(
        desk.commit(remove(b"y")).await,
        Err(Error::CheckpointMoved { .. })
    ));
    desk.commit(remove(b"x")).await.expect("from x");
    assert_eq!(desk.slot("normalise/7").await, None);
    desk.commit(advance(None, b"1"))
        .await
        .expect("it is absent again");
}

/// What is committed under a claim is refused as soon as a later one stands there.
pub async fn a_claim_ends_the_one_before(stand: &dyn Stand) {
    const SLOT: &str = "detect/owner/3";
    let desk = Desk::at(stand).await;
    let records = desk.records.as_ref();
    let read = async || {
        let found = Claim::read(records, desk.scope(), SLOT).await;
        found.expect("the store works")
    };
    let take = async |before: Option<&Claim>, epoch, note: &[u8]| {
        Claim::take(records, &desk.context, SLOT, before, epoch, note.to_vec()).await
    };
    assert_eq!(read().await, None);
    let first = take(None, 1, b"one").await.expect("nobody was there");
    assert_eq!(read().await.as_ref(), Some(&first));
    let work = || Change::progress().count("n".into(), 1);
    desk.commit(work().under(&first)).await.expect("it stands");
    desk.commit(work().under(&first)).await.expect("still");

    assert!(take(None, 2, b"two").await.is_err(), "somebody was there");
    let second = take(Some(&first), 2, b"two").await.expect("it was read");
    assert_eq!((second.epoch(), second.note()), (2, &b"two"[..]));
    match desk.commit(work().under(&first)).await {
        Err(Error::CheckpointMoved { key }) => assert_eq!(key, SLOT),
        other => panic!("want a moved claim, got {other:?}"),
    }
    assert!(take(Some(&second), 1, b"").await.is_err(), "it is older");
    desk.commit(work().under(&second)).await.expect("it stands");
    assert_eq!(desk.counters("n").await, [("n".to_owned(), 3)]);
}

/// A prefix is text, not a pattern; keys come in byte order.
pub async fn slots_are_listed_by_prefix(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let keys = [
        "a",
        "a/1",
        "a/10",
        "a/2",
        "a%",
        "a_",
        "A/1",
        "a/\u{10FFFF}",
        "b",
        "é/1",
    ];
    let mut change = Change::progress();
    for key in keys {
        change = change.slot(key, key.as_bytes());
    }
    desk.commit(change).await.expect("progress");
    let mut prefixes = vec![
        "",
        "a/",
        "a%",
        "A",
        "a/1",
        "a/\u{10FFFF}",
        "\u{10FFFF}",
        "é",
        "c",
    ];
    prefixes.extend(keys);
    for prefix in prefixes {
        let mut want: Vec<&str> = keys
            .into_iter()
            .filter(|key| key.starts_with(prefix))
            .collect();
        want.sort_unstable();
        let found = desk
            .records
            .slots(desk.scope(), prefix)
            .await
            .expect("the store works");
        let found_keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(found_keys, want, "prefix {prefix:?}");
        let count = desk.records.count_slots(desk.scope(), prefix).await;
        assert_eq!(count.expect("the store works"), want.len() as u64);
        assert!(
            found
                .iter()
                .all(|(key, value)| key.as_bytes() == value.as_slice())
        );
    }
}

/// Slots of many keys at once: those that there are, each once, of this scope alone.
pub async fn slots_are_found_by_their_keys(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let named: Vec<String> = (0..300).map(|number| format!("n/{number}")).collect();
    let mut change = Change::progress().slot("é%", "text").slot("", "none");
    for key in &named {
        change = change.slot(key, key.as_bytes());
    }
    desk.commit(change).await.expect("progress");
    let own = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    let cases: [(Vec<String>, usize); 5] = [
        (Vec::new(), 0),
        (own(&["n", "n/", "n/%", "é"]), 0),
        (own(&["é%", "", "n/7"]), 3),
        (own(&["n/7", "n/300", "n/7"]), 1),
        (named, 300),
    ];
    for (keys, want) in cases {
        let found = desk.records.slots_of(desk.scope(), &keys).await;
        let mut found = found.expect("the store works");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), want, "{keys:?}");
        for (key, value) in found {
            assert!(keys.contains(&key));
            assert_eq!(desk.slot(&key).await, Some(value), "{key}");
        }
    }
}

/// What one commit writes is there together, whoever reads while others write.
pub async fn slots_and_counters_are_of_one_moment(stand: &dyn Stand) {
    const COMMITS: u64 = 60;
    let desk = Desk::at(stand).await;
    let change = |number: u64| {
        let place = number.to_be_bytes().to_vec();
        Change::progress()
            .slot("a/place", place.clone())
            .slot("z/place", place)
            .slot("b/other", "-")
            .count("made/n".to_owned(), 1)
            .count("not/n".to_owned(), 1)
    };
    let writes = async {
        for number in 1..=COMMITS {
            desk.commit(change(number)).await.expect("progress");
        }
    };
    let reads = async {
        loop {
            let moment = desk.records.moment(desk.scope(), &["z/", "a/"], "made/");
            let moment = moment.await.expect("the store works");
            let made = moment.counters.first().map_or(0, |(_, count)| *count);
            let place = made.to_be_bytes().to_vec();
            let slots = ["z/place", "a/place"].map(|key| (key.to_owned(), place.clone()));
            match made {
                0 => assert_eq!(moment, Moment::default()),
                _ => assert_eq!(
                    (moment.slots.as_slice(), moment.counters.len()),
                    (&slots[..], 1)
                ),
            }
            if made == COMMITS {
                return;
            }
        }
    };
    tokio::join!(writes, reads);
}

/// Counters start at 0, add, stop at their end, and are listed like slots.
pub async fn counters_add_up(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let add = |name: &str, by| Change::progress().count(name.to_owned(), by);
    for (name, by) in [
        ("x/a", 1),
        ("x/b", 2),
        ("x/a", 3),
        ("y", MAX_COUNTER - 1),
        ("z", 0),
    ] {
        desk.commit(add(name, by)).await.expect("progress");
    }
    let own = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    };
    assert_eq!(desk.counters("x/").await, own(&[("x/a", 4), ("x/b", 2)]));
    desk.commit(add("y", 5)).await.expect("it saturates");
    desk.commit(add("w", u64::MAX)).await.expect("it saturates");
    assert_eq!(
        desk.counters("").await,
        own(&[
            ("w", MAX_COUNTER),
            ("x/a", 4),
            ("x/b", 2),
            ("y", MAX_COUNTER)
        ])
    );
}
