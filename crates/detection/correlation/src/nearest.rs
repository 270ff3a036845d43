//! The window that comes nearest to the condition, for those who ask why it did not fire.

use aurora_clock::Timestamp;
use aurora_model::EventUid;

use crate::closing;
use crate::entry::{Entries, Entry};
use crate::figure::{Rise, by_step};
use crate::input::Match;
use crate::lower::{self, Lower, below_rank};
use crate::measure::Measure;
use crate::plan::Correlation;
use crate::spec::Kind;

/// A window as it stands, whether or not its condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The window is `(after, at]`.
    pub after: Timestamp,
    pub at: Timestamp,
    /// Contributing events, as for [`crate::Alert`].
    pub count: u64,
    /// What the condition is put to.
    pub figure: f64,
    pub holds: bool,
    /// The contributing events in order of time, at most [`crate::MAX_EVIDENCE`].
    pub evidence: Vec<EventUid>,
}

/// Of all windows that the matches of one group make: one in which the condition holds, else, where
/// there is a lower bound, the one with the highest figure; of equals the first. `None` when no match
/// holds what the correlation looks at. In any order, copies included; matches of other correlations
/// are passed over, and bounds do not apply.
pub fn nearest(it: &Correlation, matches: &[Match]) -> Option<Window> {
    let own = matches.iter().filter(|one| one.correlation == it.namespace);
    let mut entries: Vec<Entry> = own
        .filter_map(|one| Entry::of(it.spec.kind, &one.view()))
        .collect();
    entries.sort_unstable();
    entries.dedup_by(|next, kept| next.time == kept.time && next.is_copy(kept, it.spec.kind));
    let entries = Entries::from(entries);
    let (place, holds) = match &it.rise {
        lower::Rise::Crossing(lower) => sliding(it, lower, &entries)?,
        lower::Rise::Closing(_) => complete(it, &entries)?,
    };
    let rise = Rise::of(it, &entries, place.from, place.to, place.at);
    Some(Window {
        after: Timestamp::from_millis(place.at.saturating_sub(it.span)),
        at: Timestamp::from_millis(place.at),
        count: rise.count,
        figure: rise.figure,
        holds,
        evidence: rise.evidence,
    })
}

/// Entries `from..to`, in the window that ends at `at`.
#[derive(Clone, Copy)]
struct Place {
    from: usize,
    to: usize,
    at: i64,
}

fn sliding(it: &Correlation, lower: &Lower, entries: &Entries) -> Option<(Place, bool)> {
    let mut slide = Slide {
        it,
        lower,
        measure: Measure::of(it, lower),
        values: Vec::new(),
    };
    let mut place = Place {
        from: 0,
        to: 0,
        at: 0,
    };
    let mut best: Option<(Place, bool, f64)> = None;
    while let Some(next) = entries.get(place.to) {
        place.at = next.time;
        while let Some(first) = entries.get(place.from)
            && first.time.saturating_add(it.span) <= place.at
        {
            slide.leave(first);
            place.from += 1;
        }
        let together = entries.range(place.to..);
        let together = by_step(together.take_while(|entry| entry.time == place.at));
        together.iter().for_each(|entry| slide.enter(entry));
        place.to += together.len();
        let (holds, figure) = slide.judge(place.at);
        if best.is_none_or(|(_, held, most)| (holds && !held) || (holds == held && figure > most)) {
            best = Some((place, holds, figure));
        }
    }
    best.map(|(place, holds, _)| (place, holds))
}

/// A window that slides over the entries.
struct Slide<'p> {
    it: &'p Correlation,
    lower: &'p Lower,
    measure: Measure,
    /// In order, where a percentile is wanted.
    values: Vec<f64>,
}

impl Slide<'_> {
    fn enter(&mut self, entry: &Entry) {
        self.measure.add(entry, self.lower);
        if let Measure::Rank { .. } = self.measure {
            let value = entry.number();
            let at = self
                .values
                .partition_point(|it| it.total_cmp(&value).is_lt());
            self.values.insert(at, value);
        }
    }

    fn leave(&mut self, entry: &Entry) {
        self.measure.remove(entry, self.lower);
        let value = entry.number();
        let at = self
            .values
            .partition_point(|it| it.total_cmp(&value).is_lt());
        if at < self.values.len() {
            self.values.remove(at);
        }
    }

    /// Whether the bound holds for the window that ends at `at`, and what it is put to.
    fn judge(&self, at: i64) -> (bool, f64) {
        let holds = self.measure.holds(self.it, self.lower, at);
        let figure = match &self.measure {
            Measure::Sum { total, events } => {
                let sum = *total as f64 / 1e6;
                match self.it.spec.kind {
                    Kind::ValueAvg => sum / (*events).max(1) as f64,
                    _ => sum,
                }
            }
            Measure::Rank { events, .. } => {
                let percent = match self.it.spec.kind {
                    Kind::ValuePercentile(percent) => percent,
                    _ => 50.0,
                };
                let rank = usize::try_from(below_rank(percent, *events)).unwrap_or(usize::MAX);
                self.values.get(rank).copied().unwrap_or(f64::MIN)
            }
            counted => counted.count(at.saturating_sub(self.it.span)) as f64,
        };
        (holds, figure)
    }
}

/// Of conditions about complete windows there is no nearer and farther: the first one that holds,
/// else the last.
fn complete(it: &Correlation, entries: &Entries) -> Option<(Place, bool)> {
    let mut last = None;
    let mut from = 0;
    while let Some((rise, to)) = closing::window(entries, it, from, i64::MAX) {
        let place = Place {
            from,
            to,
            at: rise.at,
        };
        if closing::holds_in(it, entries, from, to, 0) {
            return Some((place, true));
        }
        last = Some((place, false));
        from = to;
    }
    last
}
