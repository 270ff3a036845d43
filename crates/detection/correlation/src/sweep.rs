//! The window slides over a group's entries.
//!
//! A condition is a function of time, constant between the moments at which an event enters or
//! leaves. All events of one moment enter together, and an event leaves exactly one timespan after
//! its time, so that a flow of one event per minute under `gte 10` in ten minutes holds throughout.

use crate::entry::Entries;
use crate::figure::{Rise, by_step};
use crate::lower::Lower;
use crate::measure::Measure;
use crate::plan::Correlation;

/// The next crossing fires.
pub(crate) const ARMED: i64 = i64::MIN;

/// The condition does not hold.
const NOT: i64 = i64::MAX;

/// Where the window stands.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    /// Entries `from..to` are in the window.
    pub from: usize,
    pub to: usize,
    /// The time of the last entry that entered.
    pub tick: i64,
    /// `hold` before the events of `tick` were judged.
    before: i64,
    /// [`ARMED`], or the time from which on it can be armed again.
    pub hold: i64,
    /// Since when the condition has held without a break.
    since: i64,
    measure: Measure,
}

/// Correlation and bound, which every step needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch<'p> {
    pub it: &'p Correlation,
    pub lower: &'p Lower,
}

impl Sweep {
    /// The window that ends at `settled`, with the state that it had then.
    pub fn start(watch: Watch<'_>, entries: &Entries, settled: i64, hold: i64) -> Self {
        let begins = settled.saturating_sub(watch.it.span);
        let from = entries.partition_point(|it| it.time <= begins);
        let to = entries.partition_point(|it| it.time <= settled);
        let mut sweep = Self {
            from,
            to: from,
            tick: settled,
            before: hold,
            hold,
            since: NOT,
            measure: Measure::of(watch.it, watch.lower),
        };
        while sweep.to < to {
            sweep.enter(watch, entries);
        }
        sweep.tick = settled;
        if sweep.holds(watch, settled) {
            sweep.since = settled;
        }
        sweep
    }

    /// Lets every event up to and including `until` enter.
    pub fn run(&mut self, watch: Watch<'_>, entries: &Entries, until: i64, rises: &mut Vec<Rise>) {
        while let Some(next) = entries.get(self.to)
            && next.time <= until
        {
            rises.extend(self.step(watch, entries));
        }
    }

    /// The next event enters, and all that are of its time.
    pub fn step(&mut self, watch: Watch<'_>, entries: &Entries) -> Option<Rise> {
        let tick = entries.get(self.to)?.time;
        self.leave(watch, entries, tick - 1);
        self.drop_until(watch, entries, tick);
        self.before = self.hold;
        self.enter(watch, entries);
        self.judge(watch, entries)
    }

    /// Moves on to a moment at or after the last event, at which none enters.
    pub fn pass(&mut self, watch: Watch<'_>, entries: &Entries, until: i64) {
        self.leave(watch, entries, until);
        self.fall(watch, until);
    }

    /// One more event of the time at which the window ends; it stands within `from..=to`.
    pub fn join(&mut self, watch: Watch<'_>, entries: &Entries, at: usize) -> Option<Rise> {
        self.count_in(watch, entries, at);
        if self.since != NOT && self.measure.is_monotone() {
            return None;
        }
        self.hold = self.before;
        self.judge(watch, entries)
    }

    /// Whether an event of this time can be taken by [`Sweep::join`].
    pub fn can_join(&self, time: i64) -> bool {
        time == self.tick && !matches!(self.measure, Measure::Chain(_))
    }

    /// Whether an event that came out of order at `time` and was counted in changes no crossing:
    /// nothing crosses even with it, or everything from it on holds anyway.
    pub fn is_indifferent(&self, watch: Watch<'_>, time: i64) -> bool {
        self.measure.is_monotone()
            && (self.is_out_of_reach(watch) || self.since != NOT && time >= self.since)
    }

    /// Whether all entries together are too few, wherever the window stood.
    fn is_out_of_reach(&self, watch: Watch<'_>) -> bool {
        let most = self.measure.count(i64::MIN) + self.from as u64;
        matches!(watch.lower, Lower::Count(need) if most < *need)
    }

    /// Counts an event that came out of order and stands at `at` now.
    pub fn count_in(&mut self, watch: Watch<'_>, entries: &Entries, at: usize) {
        let Some(entry) = entries.get(at) else { return };
        if matches!(self.measure, Measure::Chain(_)) {
            return;
        }
        self.to += 1;
        if entry.time > self.tick.saturating_sub(watch.it.span) {
            self.measure.add(entry, watch.lower);
        } else {
            self.from += 1;
        }
    }

    /// Forgets the entry at `at`, which is about to go.
    pub fn count_out(&mut self, watch: Watch<'_>, entries: &Entries, at: usize) {
        if at >= self.to {
            return;
        }
        self.to -= 1;
        if at < self.from {
            self.from -= 1;
        } else if let Some(entry) = entries.get(at) {
            self.measure.remove(entry, watch.lower);
        }
    }

    /// The state at a moment, when it can be told without sliding there.
    pub fn hold_at(&self, watch: Watch<'_>, base: i64, at: i64) -> Option<i64> {
        if !self.measure.is_monotone() {
            return None;
        }
        if self.since != NOT && self.since <= at && at <= self.tick {
            return Some(self.hold);
        }
        let falls = if at >= base { ARMED } else { base };
        self.is_out_of_reach(watch).then_some(falls)
    }

    pub fn holds(&self, watch: Watch<'_>, tick: i64) -> bool {
        self.measure.holds(watch.it, watch.lower, tick)
    }

    pub fn distinct(&self) -> usize {
        self.measure.distinct()
    }

    pub fn bytes(&self) -> usize {
        self.measure.bytes()
    }

    fn judge(&mut self, watch: Watch<'_>, entries: &Entries) -> Option<Rise> {
        if !self.holds(watch, self.tick) {
            self.fall(watch, self.tick);
            return None;
        }
        if self.since == NOT {
            self.since = self.tick;
        }
        if self.hold != ARMED {
            return None;
        }
        let rise = Rise::of(watch.it, entries, self.from, self.to, self.tick);
        self.hold = rise.first.time + watch.it.span;
        Some(rise)
    }

    /// Arms where the condition does not hold.
    fn fall(&mut self, watch: Watch<'_>, tick: i64) {
        if !self.holds(watch, tick) {
            self.since = NOT;
            if tick >= self.hold {
                self.hold = ARMED;
            }
        }
    }

    /// Lets events leave, and looks at each moment at which one did.
    fn leave(&mut self, watch: Watch<'_>, entries: &Entries, until: i64) {
        while let Some(first) = entries.get(self.from)
            && self.from < self.to
            && first.time + watch.it.span <= until
        {
            let at = first.time + watch.it.span;
            self.drop_until(watch, entries, at);
            self.fall(watch, at);
        }
    }

    fn drop_until(&mut self, watch: Watch<'_>, entries: &Entries, at: i64) {
        while let Some(first) = entries.get(self.from)
            && self.from < self.to
            && first.time + watch.it.span <= at
        {
            self.measure.remove(first, watch.lower);
            self.from += 1;
        }
    }

    fn enter(&mut self, watch: Watch<'_>, entries: &Entries) {
        let Some(first) = entries.get(self.to) else {
            return;
        };
        self.tick = first.time;
        let together = entries
            .range(self.to..)
            .take_while(|it| it.time == self.tick);
        if let Measure::Chain(_) = self.measure {
            let together = by_step(together);
            for entry in &together {
                self.measure.add(entry, watch.lower);
            }
            self.to += together.len();
            return;
        }
        let mut entered = 0;
        for entry in together {
            self.measure.add(entry, watch.lower);
            entered += 1;
        }
        self.to += entered;
    }
}
