//! A range of event time in pieces that fit into memory, as its events lie.

use std::time::Duration;

use crate::{TimeRange, Window};

/// The narrowest bucket; within it the order of time is the order of arrival anyway.
const NARROWEST: Duration = Duration::from_millis(1);
/// Buckets of one histogram.
const BUCKETS: u32 = 512;

/// A piece of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub range: TimeRange,
    /// Events in it, when they were counted.
    pub count: u64,
}

impl Page {
    /// Whether it can be read as it is where `most` events are held at once, or must be counted more
    /// finely first. A page of one millisecond cannot be.
    pub fn fits(&self, most: u64) -> bool {
        self.count <= most || self.range.width() <= NARROWEST
    }
}

impl TimeRange {
    pub fn width(self) -> Duration {
        self.until.since(self.from)
    }

    /// The width of the buckets in which to count its events for [`pages`].
    pub fn bucket(self) -> Duration {
        let millis = self.width().as_millis().div_ceil(u128::from(BUCKETS));
        let millis = u64::try_from(millis).unwrap_or(u64::MAX);
        Duration::from_millis(millis).max(NARROWEST)
    }
}

/// Pieces of the range in order of time. Neighbours are joined while they fit together; buckets
/// without events are in no page. Buckets are aligned to the epoch, so the first and the last are cut
/// to the range. A page holds `most` events at most, but where a bucket alone holds more.
pub fn pages(range: TimeRange, bucket: Duration, counts: &[Window], most: u64) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut counts: Vec<Window> = counts.to_vec();
    counts.sort_by_key(|window| window.start);
    for window in counts.iter().filter(|window| window.count > 0) {
        let piece = TimeRange {
            from: window.start.max(range.from),
            until: window.start.plus(bucket).min(range.until),
        };
        match pages.last_mut() {
            Some(last) if last.count + window.count <= most => {
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

#[cfg(test)]
mod tests {
    use aurora_clock::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const MOST: u64 = 5_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    proptest! {
        /// No event is read twice or left out, and pages are as small as they can be.
        #[test]
        fn pages_cover_every_bucket_once(counts in prop::collection::vec(0_u64..4000, 1..60)) {
            let step = 1000;
            let whole = TimeRange { from: at(500), until: at(1000 * 60) };
            let windows: Vec<Window> = (0..)
                .zip(&counts)
                .map(|(n, count)| Window { start: at(n * step), count: *count })
                .collect();
            let pages = pages(whole, Duration::from_millis(1000), &windows, MOST);
            let total: u64 = pages.iter().map(|page| page.count).sum();
            prop_assert_eq!(total, counts.iter().sum::<u64>());
            for pair in pages.windows(2) {
                prop_assert!(pair[0].range.until <= pair[1].range.from);
            }
            for page in &pages {
                prop_assert!(page.count <= MOST);
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
