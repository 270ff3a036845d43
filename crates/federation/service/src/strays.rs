//! A site of a large mesh that hears nobody who is near: guides may be others by now. It looks for anybody.

use std::time::Duration;

use aurora_model::SiteId;

/// So long nobody is heard before others are looked for, and between two lots of them.
const ALONE: Duration = Duration::from_secs(10);
/// Sites that are looked for at once.
const LOT: usize = 16;

/// Since when nobody who is near is heard, and how many lots were looked for.
#[derive(Debug, Default)]
pub(crate) struct Strays {
    since: Option<Duration>,
    lots: usize,
}

impl Strays {
    /// Whether others have to be looked for than before.
    pub(crate) fn turn(&mut self, hears_somebody: bool, now: Duration) -> bool {
        if hears_somebody {
            self.since = None;
            return std::mem::take(&mut self.lots) > 0;
        }
        let since = *self.since.get_or_insert(now);
        let is_due = now.saturating_sub(since) >= ALONE;
        if is_due {
            self.since = Some(now);
            self.lots += 1;
        }
        is_due
    }

    /// Whether the site at that place of so many belongs to those that are looked for now. Every site begins
    /// elsewhere, so that not all of them come to the same.
    pub(crate) fn looks_for(&self, place: usize, count: usize, here: SiteId) -> bool {
        let Some(lot) = self.lots.checked_sub(1) else {
            return false;
        };
        let first = here.0.as_bytes()[..4].iter();
        let first = first.fold(0, |number: usize, byte| number * 256 + usize::from(*byte));
        let first = (first % count + lot * LOT) % count;
        (place + count - first) % count < LOT
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aurora_ids::Id128;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn everybody_is_looked_for_in_turn_until_somebody_is_heard() {
        let (mut strays, here) = (Strays::default(), SiteId(Id128::random()));
        let looked = |strays: &Strays| -> BTreeSet<usize> {
            (0..40)
                .filter(|it| strays.looks_for(*it, 40, here))
                .collect()
        };
        assert!(!strays.turn(false, SECOND) && !strays.turn(false, SECOND * 10));
        assert!(looked(&strays).is_empty());
        let mut all = BTreeSet::new();
        for lot in 1..=3 {
            let now = SECOND * (1 + 10 * lot);
            assert!(strays.turn(false, now) && !strays.turn(false, now + SECOND));
            assert_eq!(looked(&strays).len(), LOT);
            all.extend(looked(&strays));
        }
        assert_eq!(all.len(), 40);
        assert!(strays.turn(true, SECOND * 40) && !strays.turn(true, SECOND * 41));
        assert!(looked(&strays).is_empty());
    }
}
