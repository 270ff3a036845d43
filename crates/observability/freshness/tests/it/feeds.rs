use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_freshness::{Book, Options, Seen};
use aurora_model::SourceName;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_040_000).plus(Duration::from_secs(seconds))
}

fn seen(host: &str, seconds: u64, events: u64, late_millis: i64) -> Seen {
    let received = at(seconds);
    Seen {
        source: SourceName::new("syslog"),
        host: host.to_owned(),
        events,
        received,
        event: Some(Timestamp::from_millis(received.as_millis() - late_millis)),
    }
}

fn silent(book: &mut Book, seconds: u64) -> Vec<String> {
    let notices = book.silent(at(seconds), &Options::default());
    notices.into_iter().map(|notice| notice.subject).collect()
}

/// One that spoke every ten seconds for an hour.
fn regular(host: &str) -> Book {
    let mut book = Book::default();
    for second in (0..3600).step_by(10) {
        book.see(seen(host, second, 5, 2000), &Options::default());
    }
    book
}

#[test]
fn a_regular_feed_that_goes_silent_is_told_once() {
    let mut book = regular("gate");
    assert!(silent(&mut book, 3600 + 800).is_empty());
    assert_eq!(silent(&mut book, 3600 + 900), ["syslog from gate"]);
    assert!(silent(&mut book, 3600 + 9000).is_empty());
    book.see(seen("gate", 3600 + 9100, 1, 0), &Options::default());
    assert_eq!(
        silent(&mut book, 3600 + 9100 + 100_000),
        ["syslog from gate"]
    );
}

/// An import is no feed, and a host that says something once a day may be quiet for days.
#[test]
fn what_never_was_regular_is_not_told() {
    let mut book = Book::default();
    for second in 0..60 {
        book.see(seen("import.json", second, 10_000, 0), &Options::default());
    }
    for day in 0..40 {
        book.see(seen("printer", day * 86_400, 1, 0), &Options::default());
    }
    assert!(silent(&mut book, 41 * 86_400).is_empty());
    assert_eq!(silent(&mut book, 60 * 86_400), ["syslog from printer"]);
}

#[test]
fn rate_lag_and_clock_are_told() {
    let book = regular("gate");
    let (_, host, feed) = book.feeds().next().unwrap();
    assert_eq!((host, feed.events, feed.minutes), ("gate", 1800, 60));
    assert!((feed.rate() - 30.0).abs() < 0.5, "{}", feed.rate());
    assert_eq!((feed.lag_millis, feed.ahead_millis), (2000, 0));
    assert_eq!(book.last_seen(&SourceName::new("syslog")), Some(at(3590)));
    let mut book = book;
    book.see(seen("gate", 3600, 1, -45_000), &Options::default());
    let ahead = |book: &Book| book.feeds().next().unwrap().2.ahead_millis;
    assert_eq!(ahead(&book), 45_000);
    for second in 3601..3700 {
        book.see(seen("gate", second, 1, 100), &Options::default());
    }
    assert_eq!(
        ahead(&book),
        0,
        "a clock that was set right is believed in the end"
    );
}

#[test]
fn hosts_are_bounded_in_number_and_length() {
    let options = Options {
        max_feeds: 10,
        ..Options::default()
    };
    let mut book = Book::default();
    for n in 0..50 {
        book.see(seen(&format!("{n}{}", "ä".repeat(500)), n, 1, 0), &options);
    }
    assert_eq!(book.feeds().count(), 10);
    assert!(book.feeds().all(|(_, host, _)| host.len() <= 128));
    assert!(book.feeds().any(|(_, host, _)| host.starts_with("49")));
    let kept = serde_json::to_vec(&book).unwrap();
    assert_eq!(serde_json::from_slice::<Book>(&kept).unwrap(), book);
}
