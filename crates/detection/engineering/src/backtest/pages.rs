use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_events::{TimeRange, Window};

/// Events that are held at once.
pub const MAX_PAGE: u64 = 5_000;
/// The narrowest bucket; within it the order of time is the order of arrival anyway.
const NARROWEST: Duration = Duration::from_millis(1);
/// Buckets of one histogram.
const BUCKETS: u32 = 512;

/// A piece of the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub range: TimeRange,
    /// Events in it, when they were counted.
    pub count: u64,
}

/// Whether a page can be read as it is, or must be counted more finely first.
pub(super) fn fits(page: &Page) -> bool {
    page.count <= MAX_PAGE || width(page.range) <= NARROWEST
}

pub(super) fn width(range: TimeRange) -> Duration {
    range.until.since(range.from)
}

/// The bucket to count a range by.
pub(super) fn bucket(range: TimeRange) -> Duration {
    let millis = width(range).as_millis().div_ceil(u128::from(BUCKETS));
    let millis = u64::try_from(millis).unwrap_or(u64::MAX);
    Duration::from_millis(millis).max(NARROWEST)
}

/// Pieces of the range in order of time. Neighbours are joined while they fit together; buckets
/// without events are in no page. Buckets are aligned to the epoch, so the first and the last are cut
/// to the range.
pub(super) fn pages(range: TimeRange, bucket: Duration, counts: &[Window]) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut counts: Vec<Window> = counts.to_vec();
    counts.sort_by_key(|window| window.start);
    for window in counts.iter().filter(|window| window.count > 0) {
        let piece = TimeRange {
            from: window.start.max(range.from),
            until: window.start.plus(bucket).min(range.until),
        };
        match pages.last_mut() {
            Some(last) if last.count + window.count <= MAX_PAGE => {
                last.range.until = piece.until;
                last.count += window.count;
            }
            _ => pages.push(Page {
                range: piece,
                count: window.count,
            }),
        }
    }
    pages
}

/// The days of a range in UTC as `YYYY-MM-DD`, at most a thousand.
pub(super) fn days(range: TimeRange) -> Vec<String> {
    let mut days = Vec::new();
    let mut at = range.from;
    let last = day(range.until.minus(NARROWEST));
    while days.len() < 1000 {
        let today = day(at);
        let done = today >= last;
        days.push(today);
        if done {
            break;
        }
        at = at.plus(Duration::from_secs(86_400));
    }
    days
}

pub(super) fn day(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(at) => at.strftime("%Y-%m-%d").to_string(),
        Err(_) => "beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn range(from: i64, until: i64) -> TimeRange {
        TimeRange {
            from: at(from),
            until: at(until),
        }
    }

    #[test]
    fn days_are_those_of_utc() {
        let day = 86_400_000;
        assert_eq!(days(range(0, 1)), ["1970-01-01"]);
        assert_eq!(days(range(0, day)), ["1970-01-01"]);
        assert_eq!(days(range(day - 1, day + 1)), ["1970-01-01", "1970-01-02"]);
        assert_eq!(days(range(5, 3 * day)).len(), 3);
    }

    proptest! {
        /// No event is read twice or left out, and pages are as small as they can be.
        #[test]
        fn pages_cover_every_bucket_once(counts in prop::collection::vec(0_u64..4000, 1..60)) {
            let step = 1000;
            let whole = range(500, 1000 * 60);
            let windows: Vec<Window> = (0..)
                .zip(&counts)
                .map(|(n, count)| Window { start: at(n * step), count: *count })
                .collect();
            let pages = pages(whole, Duration::from_millis(1000), &windows);
            let total: u64 = pages.iter().map(|page| page.count).sum();
            prop_assert_eq!(total, counts.iter().sum::<u64>());
            for pair in pages.windows(2) {
                prop_assert!(pair[0].range.until <= pair[1].range.from);
            }
            for page in &pages {
                prop_assert!(page.count <= MAX_PAGE);
                prop_assert!(whole.from <= page.range.from && page.range.until <= whole.until);
            }
            for window in windows.iter().filter(|w| w.count > 0) {
                let inside = at(window.start.as_millis().max(500));
                let covering = pages.iter().filter(|p| p.range.from <= inside && inside < p.range.until);
                prop_assert_eq!(covering.count(), 1);
            }
        }
    }
}
