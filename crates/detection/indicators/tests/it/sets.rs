use aurora_clock::Timestamp;
use aurora_indicators::{About, Indicators, Kind, Validity};
use std::sync::Arc;

use crate::{NOW, always, build, handle, open, set};

fn spanned(
    text: &str,
    from: Option<i64>,
    until: Option<i64>,
    confidence: u8,
) -> aurora_indicators::Indicator {
    let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
    let mut indicator = always(text);
    indicator.validity = Validity {
        from: from.map(at),
        until: until.map(at),
    };
    indicator.confidence = confidence;
    indicator
}

#[test]
fn the_same_indicators_give_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<_> = (0..1000)
        .map(|n| always(&format!("h{n}.evil.com")))
        .collect();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let built = build(&one, &all);
    build(&two, &all);
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
    assert_eq!(built.bytes, std::fs::metadata(&one).unwrap().len());
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "nothing is left beside the sets");
}

#[test]
fn a_value_told_twice_is_kept_once_unless_its_times_differ() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set");
    let built = build(
        &path,
        &[
            spanned("evil.com", Some(10), Some(20), 10),
            spanned("evil.com", Some(10), Some(20), 90),
            spanned("evil.com", Some(12), Some(15), 99),
            spanned("evil.com", Some(15), Some(30), 30),
            spanned("other.com", None, None, 30),
            spanned("other.com", Some(1), Some(2), 100),
        ],
    );
    assert_eq!((built.info.records, built.duplicates), (3, 3));
    assert_eq!(built.info.counts.of(Kind::Domain), 3);
    let found = handle(&[]);
    found.swap(Indicators::new([(Arc::from("s"), open(&path))]));
    let confidence = |second: i64| {
        let all = found.check("evil.com", Timestamp::from_millis(second * 1000));
        all.iter().map(|m| m.found.confidence).collect::<Vec<_>>()
    };
    assert_eq!(confidence(9), [0; 0]);
    assert_eq!(confidence(10), [90]);
    assert_eq!(confidence(17), [90]);
    assert_eq!(confidence(20), [30]);
    assert_eq!(confidence(30), [0; 0]);
}

#[test]
fn what_is_told_about_an_indicator_comes_back() {
    let mut indicator = always("192.0.2.1");
    indicator.about = About {
        source: Some("cert".to_owned()),
        description: "häßlich \u{1b}[31m\n".to_owned(),
        labels: vec!["c2".to_owned()],
        reference: Some("indicator--1".to_owned()),
    };
    let handle = handle(&[("feed", std::slice::from_ref(&indicator))]);
    let found = handle.check("192.0.2[.]1:80", NOW);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].found.about, indicator.about);
    assert_eq!(&*found[0].source, "feed");
}

#[test]
fn sets_are_swapped_and_taken_out_by_source() {
    let handle = handle(&[("a", &[always("evil.com")]), ("b", &[always("evil.com")])]);
    let sources = || {
        let found = handle.check("www.evil.com", NOW);
        found
            .iter()
            .map(|m| m.source.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(sources(), ["a", "b"]);
    handle.swap(handle.current().with("a", None));
    assert_eq!(sources(), ["b"]);
    handle.swap(
        handle
            .current()
            .with("b", Some(set(&[always("other.com")]))),
    );
    assert_eq!(sources(), [""; 0]);
}

#[test]
fn an_empty_set_matches_nothing() {
    let handle = handle(&[("a", &[])]);
    assert_eq!(handle.check("evil.com", NOW), []);
    assert_eq!(handle.check("192.0.2.1", NOW), []);
}

#[test]
fn a_file_that_changes_behind_our_back_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set");
    build(&path, &[always("evil.com")]);
    let handle = handle(&[]);
    handle.swap(Indicators::new([(Arc::from("s"), open(&path))]));
    assert!(open(&path).verify().is_ok());
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    let at = file.metadata().unwrap().len() - 20;
    std::os::unix::fs::FileExt::write_all_at(&file, &[0; 20], at).unwrap();
    assert!(open(&path).verify().is_err());
    file.set_len(400).unwrap();
    assert_eq!(handle.check("evil.com", NOW), []);
    assert_eq!(handle.unreadable(), 1);
}
