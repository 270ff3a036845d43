//! What is final, and what is no longer needed because of it.

use std::collections::HashSet;

use crate::action::{Action, BoundKind};
use crate::entry::Entry;
use crate::figure::{Rise, by_step, chain_back};
use crate::group::{Group, Step};
use crate::plan::Correlation;
use crate::sent::{Sent, pair};
use crate::sketch::Sketch;
use crate::spec::Kind;
use crate::sweep::Sweep;

impl Group {
    /// Makes everything up to `to` final: published alerts are confirmed in silence, amended or
    /// withdrawn, and entries that no later window needs go.
    pub fn settle(&mut self, to: i64, step: &mut Step<'_>) {
        let Some(watch) = self.watch(step.it) else {
            return;
        };
        if to <= self.settled || self.sketch.is_some() {
            return;
        }
        let told = self.sweep.as_ref();
        let told = told.and_then(|sweep| sweep.hold_at(watch, self.base, to));
        if let (Some(hold), true) = (told, self.sent.is_empty()) {
            self.base = hold;
        } else {
            let mut sweep = Sweep::start(watch, &self.entries, self.settled, self.base);
            let mut rises = Vec::new();
            sweep.run(watch, &self.entries, to, &mut rises);
            sweep.pass(watch, &self.entries, to);
            self.base = sweep.hold;
            sweep.run(watch, &self.entries, i64::MAX, &mut rises);
            self.confirm(&rises, to, step);
        }
        self.settled = to;
        if let Some(sweep) = self.sweep.as_mut()
            && sweep.tick < to
        {
            // It must see the events leave that are let go of now.
            sweep.pass(watch, &self.entries, to);
        }
        compact(self, step.it);
        if self.entries.len() < step.it.capacity() / 2 {
            self.is_full = false;
        }
    }

    /// Compares what was published with what is so. `rises` are all that are not final yet, beyond
    /// `to` as well.
    fn confirm(&mut self, rises: &[Rise], to: i64, step: &mut Step<'_>) {
        let pairs = pair(&self.sent, rises, step.it.span);
        let mut left: Vec<Option<Sent>> = self.sent.drain(..).map(Some).collect();
        for (rise, pair) in rises.iter().zip(pairs) {
            let sent = pair.and_then(|index| left[index].take());
            let is_final = rise.at <= to;
            if let Some(sent) = sent
                && !is_final
                && sent.at > to
            {
                self.wait(sent, rise.at.min(sent.at), step);
                continue;
            }
            let alert = rise.alert(step.it, &self.key, self.is_approximate(rise, step.it));
            if !is_final {
                // What was published is of a moment that is final: an outer correlation must hear
                // now, while it still waits, that the alert is about a later one.
                self.keep(Sent::of(rise, &alert));
                step.timers.push(rise.at);
            }
            match sent {
                Some(sent) if sent.is(rise, &alert) => {}
                Some(sent) => {
                    let was = sent.named(step.it, &self.key);
                    step.actions.push(Action::Amended { was, alert });
                }
                // Only where a bound took the entries by which it was published.
                None => step.actions.push(Action::Fired(alert)),
            }
        }
        for sent in left.into_iter().flatten() {
            if sent.at > to {
                self.wait(sent, sent.at, step);
                continue;
            }
            let named = sent.named(step.it, &self.key);
            step.actions.push(Action::Withdrawn(named));
        }
    }

    fn wait(&mut self, sent: Sent, due: i64, step: &mut Step<'_>) {
        if sent.due != due {
            step.timers.push(due);
        }
        self.keep(Sent { due, ..sent });
    }

    /// In order of `at`.
    pub fn keep(&mut self, sent: Sent) {
        let at = self.sent.partition_point(|it| it.at <= sent.at);
        self.sent.insert(at, sent);
    }

    /// Makes room when the group has more events than it may.
    pub fn keep_bounds(&mut self, step: &mut Step<'_>) {
        let limit = step.it.spec.bounds.distinct;
        let distinct = self.sweep.as_ref().map_or(0, Sweep::distinct);
        if distinct > limit && step.it.need() > limit as u64 {
            return self.start_sketch(step);
        }
        let capacity = step.it.capacity();
        let len = self.entries.len();
        if len <= capacity {
            return;
        }
        if !self.is_full {
            self.is_full = true;
            let at = self.entries.back().map_or(0, |last| last.time);
            self.bound(BoundKind::Events, capacity, at, step);
        }
        // First the allowed lateness gives way, which timely events do not notice.
        let half = self.entries.get(len - capacity / 2);
        let to = half.map_or(self.settled, |entry| entry.time - 1);
        let was_full = self.is_full;
        self.settle(to, step);
        self.is_full = was_full;
        let len = self.entries.len();
        if len > capacity {
            self.give_up(len - capacity / 8 * 7, step.it);
        }
    }

    /// Gives up the oldest entries.
    fn give_up(&mut self, count: usize, it: &Correlation) {
        if let Some(last) = self.entries.get(count - 1) {
            self.cut = *last;
            drop_front(self, count, it);
        }
    }

    fn start_sketch(&mut self, step: &mut Step<'_>) {
        let Some(last) = self.entries.back().copied() else {
            return;
        };
        self.bound(
            BoundKind::Distinct,
            step.it.spec.bounds.distinct,
            last.time,
            step,
        );
        let mut sketch = Sketch::new(step.it.span, last.time, self.base);
        for entry in &self.entries {
            sketch.add(entry);
        }
        self.sketch = Some(Box::new(sketch));
        self.cut = last;
        let len = self.entries.len();
        drop_front(self, len, step.it);
        self.sweep = None;
    }

    /// An event of a group whose values a sketch counts. Alerts are final at once: an estimate is
    /// not made better by looking again.
    pub fn take_sketched(&mut self, entry: Entry, of: &crate::MatchRef<'_>, step: &mut Step<'_>) {
        if entry.time <= self.settled.max(step.watermark) {
            self.late(of, false, step);
        }
        let (it, key) = (step.it, &self.key);
        let Some(sketch) = self.sketch.as_mut() else {
            return;
        };
        if let Some(rise) = sketch.take(&entry, it.need()) {
            step.actions.push(Action::Fired(rise.alert(it, key, true)));
        }
    }
}

/// Lets go of settled entries that no window which ends later can need.
pub(crate) fn compact(group: &mut Group, it: &Correlation) {
    let begins = group.settled.saturating_sub(it.span);
    let gone = group.entries.partition_point(|entry| entry.time <= begins);
    let settled = group
        .entries
        .partition_point(|entry| entry.time <= group.settled);
    let need = usize::try_from(it.need()).unwrap_or(usize::MAX);
    match it.spec.kind {
        Kind::EventCount => drop_front(group, gone.max(settled.saturating_sub(need)), it),
        Kind::ValueCount | Kind::Temporal => {
            let bases = matches!(it.spec.kind, Kind::Temporal).then_some(it.spec.bases.len());
            let keep = latest(group, gone, settled, bases.unwrap_or(need));
            thin(group, &keep, it);
        }
        Kind::TemporalOrdered => {
            let keep = chains(group, gone, settled, it.spec.bases.len());
            thin(group, &keep, it);
        }
        _ => drop_front(group, gone, it),
    }
}

/// Of the settled entries, the latest of each item, and of those the latest so many.
fn latest(group: &Group, gone: usize, settled: usize, most: usize) -> Vec<bool> {
    let mut keep = vec![false; settled];
    let mut seen = HashSet::new();
    for index in (gone..settled).rev() {
        if seen.len() >= most {
            break;
        }
        keep[index] = group
            .entries
            .get(index)
            .is_some_and(|entry| seen.insert(entry.item));
    }
    keep
}

/// Of the settled entries, the chain of each number of steps that begins last.
fn chains(group: &Group, gone: usize, settled: usize, steps: usize) -> Vec<bool> {
    let ordered = by_step(group.entries.range(gone..settled));
    let mut needed = HashSet::new();
    for steps in 1..=steps {
        let chain = chain_back(&ordered, steps);
        needed.extend(
            chain
                .into_iter()
                .map(|entry| (entry.time, entry.uid, entry.item)),
        );
    }
    let is_needed = |entry: &Entry| needed.contains(&(entry.time, entry.uid, entry.item));
    let mut keep = vec![false; gone];
    keep.extend(group.entries.range(gone..settled).map(is_needed));
    keep
}

/// Drops the entries among the first `keep.len()` that are not kept.
fn thin(group: &mut Group, keep: &[bool], it: &Correlation) {
    if keep.iter().all(|keep| *keep) {
        return;
    }
    let watch = group.watch(it);
    if let (Some(watch), Some(sweep)) = (watch, group.sweep.as_mut()) {
        for index in (0..keep.len()).rev().filter(|index| !keep[*index]) {
            sweep.count_out(watch, &group.entries, index);
        }
    }
    let mut index = 0;
    group.entries.retain(|_| {
        index += 1;
        keep.get(index - 1).copied().unwrap_or(true)
    });
    group.chunks.thinned(&|start, len| {
        let range = start.min(keep.len())..(start + len).min(keep.len());
        keep[range].iter().filter(|keep| !**keep).count()
    });
}

/// Drops the first `count` entries.
pub(crate) fn drop_front(group: &mut Group, count: usize, it: &Correlation) {
    if count == 0 {
        return;
    }
    let watch = group.watch(it);
    if let (Some(watch), Some(sweep)) = (watch, group.sweep.as_mut()) {
        for index in (0..count).rev() {
            sweep.count_out(watch, &group.entries, index);
        }
    }
    group.entries.drain(..count);
    let gone = |start: usize, len: usize| (start + len).min(count.max(start)) - start;
    group.chunks.thinned(&gone);
}
