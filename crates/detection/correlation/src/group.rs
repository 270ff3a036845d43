use aurora_clock::Timestamp;

use crate::action::{Action, BoundKind, BoundReached};
use crate::chunks::Chunks;
use crate::closing;
use crate::entry::{Entries, Entry, place};
use crate::figure::Rise;
use crate::input::{LateWindow, MatchRef};
use crate::key::GroupKey;
use crate::lower::Rise as Condition;
use crate::plan::Correlation;
use crate::sent::{Sent, pair};
use crate::settle::{compact, drop_front};
use crate::shard::Stats;
use crate::sketch::Sketch;
use crate::sweep::{ARMED, Sweep, Watch};

/// After so many events at least, what is settled is looked through.
const SETTLE: usize = 32;

/// The windows of one group of one correlation.
#[derive(Debug)]
pub(crate) struct Group {
    pub key: GroupKey,
    pub id: [u8; 16],
    /// What crossed up to here is final.
    pub settled: i64,
    /// The state of the condition at `settled`; see [`Sweep::hold`].
    pub base: i64,
    /// Entries up to this one were given up.
    pub cut: Entry,
    pub entries: Entries,
    pub chunks: Chunks,
    /// `None` for conditions about complete windows.
    pub sweep: Option<Sweep>,
    /// In order of `at`.
    pub sent: Vec<Sent>,
    /// Entries since the group was last settled.
    pub fresh: u32,
    /// The bound on events was reported.
    pub is_full: bool,
    /// Events of a complete window that found no room.
    pub refused: u64,
    pub sketch: Option<Box<Sketch>>,
    /// When the group is looked at next.
    pub timer: i64,
    pub is_touched: bool,
}

/// What a step of a group works with and gives.
#[derive(Debug)]
pub(crate) struct Step<'s> {
    pub it: &'s Correlation,
    pub watermark: i64,
    pub actions: &'s mut Vec<Action>,
    /// When the group wants to be looked at again.
    pub timers: &'s mut Vec<i64>,
    pub stats: &'s mut Stats,
}

impl Group {
    pub fn new(it: &Correlation, key: GroupKey, watermark: i64) -> Self {
        let entries = Entries::new();
        let sweep = watch(it).map(|watch| Sweep::start(watch, &entries, watermark, ARMED));
        Self {
            id: key.id(),
            key,
            settled: watermark,
            base: ARMED,
            cut: Entry::MIN,
            entries,
            chunks: Chunks::default(),
            sweep,
            sent: Vec::new(),
            fresh: 0,
            is_full: false,
            refused: 0,
            sketch: None,
            timer: i64::MAX,
            is_touched: false,
        }
    }

    /// One more event.
    pub fn take(&mut self, entry: Entry, of: &MatchRef<'_>, step: &mut Step<'_>) {
        let (at, is_copy) = place(&self.entries, &entry, step.it.spec.kind);
        if is_copy || self.has_clamped_copy(&entry, of, step.it) {
            step.stats.duplicates += 1;
            if is_copy && step.it.spec.kind.is_numeric() {
                self.replace(at, entry, step);
            }
            return;
        }
        if self.sketch.is_some() {
            return self.take_sketched(entry, of, step);
        }
        if step.it.is_closing() {
            return closing::take(self, at, entry, of, step);
        }
        if entry.time <= self.settled.max(step.watermark) {
            return self.take_late(entry, of, step);
        }
        self.insert(at, entry);
        self.slide(at, entry, step);
        self.fresh += 1;
        if self.fresh as usize >= SETTLE.max(self.entries.len() / 2) {
            self.fresh = 0;
            self.settle(step.watermark, step);
        }
        self.keep_bounds(step);
    }

    /// An event that is none any more.
    pub fn withdraw(&mut self, entry: Entry, of: &MatchRef<'_>, step: &mut Step<'_>) {
        let (at, is_there) = place(&self.entries, &entry, step.it.spec.kind);
        let is_settled = entry.time <= self.settled.max(step.watermark);
        if !is_there || is_settled && !step.it.is_closing() {
            if is_settled {
                self.late(of, true, step);
            }
            return;
        }
        self.chunks.removed(at, self.entries.len());
        self.entries.remove(at);
        self.recompute(step);
    }

    /// When nothing is left that could matter.
    pub fn is_over(&self, it: &Correlation, watermark: i64) -> bool {
        self.sent.is_empty() && self.ends(it).is_none_or(|end| end <= watermark)
    }

    /// When the group is to be looked at; `None` when it is empty.
    pub fn due(&self, it: &Correlation) -> Option<i64> {
        if it.is_closing() {
            let first = self.entries.front()?;
            return Some(first.time + it.span - 1);
        }
        self.ends(it)
    }

    /// When the last event leaves the window.
    fn ends(&self, it: &Correlation) -> Option<i64> {
        if let Some(sketch) = &self.sketch {
            return Some(sketch.tick + it.span);
        }
        Some(self.entries.back()?.time + it.span)
    }

    pub fn watch<'p>(&self, it: &'p Correlation) -> Option<Watch<'p>> {
        watch(it)
    }

    /// Bytes in memory, about.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.entries.capacity() * size_of::<Entry>()
            + self.key.bytes().len()
            + self.chunks.bytes()
            + self.sweep.as_ref().map_or(0, Sweep::bytes)
            + self.sketch.as_ref().map_or(0, |sketch| sketch.bytes())
            + self.sent.capacity() * size_of::<Sent>()
    }

    /// Brings a group that was read from bytes to where it was.
    pub fn resume(&mut self, it: &Correlation) {
        self.sweep = None;
        let cut = self.cut;
        let given_up = self.entries.partition_point(|entry| *entry <= cut);
        drop_front(self, given_up, it);
        if self.sketch.is_some() {
            return;
        }
        if let Some(watch) = watch(it) {
            compact(self, it);
            let mut sweep = Sweep::start(watch, &self.entries, self.settled, self.base);
            sweep.run(watch, &self.entries, i64::MAX, &mut Vec::new());
            self.sweep = Some(sweep);
        }
    }

    pub fn insert(&mut self, at: usize, entry: Entry) {
        self.entries.insert(at, entry);
        self.chunks.inserted(at, self.entries.len());
    }

    fn slide(&mut self, at: usize, entry: Entry, step: &mut Step<'_>) {
        let Some(watch) = watch(step.it) else { return };
        let Some(sweep) = self.sweep.as_mut() else {
            return;
        };
        if entry.time > sweep.tick {
            if let Some(rise) = sweep.step(watch, &self.entries) {
                self.fire_once(&rise, step);
            }
            return;
        }
        if sweep.can_join(entry.time) {
            if let Some(rise) = sweep.join(watch, &self.entries, at) {
                self.fire_once(&rise, step);
            }
            return;
        }
        sweep.count_in(watch, &self.entries, at);
        if !sweep.is_indifferent(watch, entry.time) {
            self.recompute(step);
        }
    }

    /// Slides over everything that is not settled once more, after an event that came out of order.
    /// Gives what was published and, as it looks now, should not have been.
    pub fn recompute(&mut self, step: &mut Step<'_>) -> Vec<Sent> {
        self.recompute_beyond(None, step)
    }

    /// The same, where what was published of a first event up to `limit` does not come to be about another one.
    fn recompute_beyond(&mut self, limit: Option<i64>, step: &mut Step<'_>) -> Vec<Sent> {
        let Some(watch) = watch(step.it) else {
            return Vec::new();
        };
        let mut sweep = Sweep::start(watch, &self.entries, self.settled, self.base);
        let mut rises = Vec::new();
        sweep.run(watch, &self.entries, i64::MAX, &mut rises);
        self.sweep = Some(sweep);
        let mut pairs = pair(&self.sent, &rises, step.it.span);
        if let Some(limit) = limit {
            let newest_first = self.entries.iter().rev();
            let open = newest_first.take_while(|entry| entry.time > limit);
            for (rise, pair) in rises.iter().zip(&mut pairs) {
                *pair = pair.filter(|index| {
                    let first = self.sent[*index].first;
                    first == rise.first.uid || open.clone().any(|entry| entry.uid == first)
                });
            }
        }
        let is_left = |index: &usize| !pairs.contains(&Some(*index));
        let left = (0..self.sent.len()).filter(is_left);
        let left = left.map(|index| self.sent[index]).collect();
        let mut new = Vec::new();
        for (rise, pair) in rises.iter().zip(&pairs) {
            let Some(index) = pair else {
                new.push(rise);
                continue;
            };
            let sent = &mut self.sent[*index];
            if rise.at < sent.due {
                sent.due = rise.at;
                step.timers.push(rise.at);
            }
        }
        for rise in new {
            self.fire(rise, step);
        }
        left
    }

    /// Unless what was published at that moment, or from the same first event, is to become it.
    fn fire_once(&mut self, rise: &Rise, step: &mut Step<'_>) {
        let is_it = |sent: &Sent| sent.at == rise.at || sent.first == rise.first.uid;
        if !self.sent.iter().any(is_it) {
            self.fire(rise, step);
        }
    }

    fn fire(&mut self, rise: &Rise, step: &mut Step<'_>) {
        let alert = rise.alert(step.it, &self.key, self.is_approximate(rise, step.it));
        self.keep(Sent::of(rise, &alert));
        step.timers.push(rise.at);
        step.actions.push(Action::Fired(alert));
    }

    /// Whether events of the window were given up for room.
    pub fn is_approximate(&self, rise: &Rise, it: &Correlation) -> bool {
        self.cut.time > rise.at - it.span && !it.is_closing() || self.refused > 0
    }

    fn has_clamped_copy(&self, entry: &Entry, of: &MatchRef<'_>, it: &Correlation) -> bool {
        of.claimed != of.time
            && self.entries.iter().any(|other| {
                other.time > entry.time.saturating_sub(it.span)
                    && other.is_copy(entry, it.spec.kind)
            })
    }

    /// Of two numbers that two bases brought for one event the smaller one in bits counts, whichever
    /// came first.
    fn replace(&mut self, at: usize, entry: Entry, step: &mut Step<'_>) {
        let is_open = entry.time > self.settled.max(step.watermark) || step.it.is_closing();
        if let Some(here) = self.entries.get_mut(at)
            && entry.item < here.item
            && is_open
        {
            here.item = entry.item;
            self.chunks.changed(at, self.entries.len());
            self.recompute(step);
        }
    }

    fn take_late(&mut self, entry: Entry, of: &MatchRef<'_>, step: &mut Step<'_>) {
        let limit = self.settled.max(step.watermark);
        self.settle(limit, step);
        if entry.time > limit.saturating_sub(step.it.span) && entry > self.cut {
            let (at, _) = place(&self.entries, &entry, step.it.spec.kind);
            self.insert(at, entry);
            self.rebase(limit, step.it);
            compact(self, step.it);
            // The late window's own evaluation may find the same alert at an earlier moment: it
            // must come after, under the key that a first event up to `limit` gives it.
            for sent in self.recompute_beyond(Some(limit), step) {
                self.sent.retain(|it| *it != sent);
                let named = sent.named(step.it, &self.key);
                step.actions.push(Action::Withdrawn(named));
            }
        }
        self.late(of, false, step);
    }

    /// The condition at `settled`, after a late event entered the window that ends there. If it
    /// holds now, the late window's own evaluation tells of it.
    fn rebase(&mut self, settled: i64, it: &Correlation) {
        let Some(watch) = watch(it) else { return };
        let sweep = Sweep::start(watch, &self.entries, settled, self.base);
        let holds = sweep.holds(watch, settled);
        if holds && self.base == ARMED {
            let rise = Rise::of(it, &self.entries, sweep.from, sweep.to, settled);
            self.base = rise.first.time + it.span;
        } else if !holds && settled >= self.base {
            self.base = ARMED;
        }
    }

    pub fn late(&self, of: &MatchRef<'_>, is_gone: bool, step: &mut Step<'_>) {
        step.stats.late += 1;
        let span = step.it.span;
        let time = of.time.as_millis().clamp(i64::MIN / 4, i64::MAX / 4);
        let limit = self.settled.max(step.watermark);
        let (until, read_from) = if step.it.is_closing() {
            closing::late_range(self, time, limit, span)
        } else {
            // At one timespan later it decides whether the condition held the moment before.
            (limit.min(time + span), time - 2 * span)
        };
        let at = Timestamp::from_millis;
        step.actions.push(Action::Late(LateWindow {
            correlation: step.it.namespace,
            group: self.key.clone(),
            arrivals: vec![(of.to_match(&self.key), is_gone)],
            from: of.time,
            until: at(until),
            read_from: at(read_from),
        }));
    }

    pub fn bound(&self, bound: BoundKind, limit: usize, at: i64, step: &mut Step<'_>) {
        step.actions.push(Action::BoundReached(BoundReached {
            correlation: step.it.namespace,
            group: Some(self.key.clone()),
            bound,
            limit,
            at: Timestamp::from_millis(at),
        }));
    }
}

fn watch(it: &Correlation) -> Option<Watch<'_>> {
    match &it.rise {
        Condition::Crossing(lower) => Some(Watch { it, lower }),
        Condition::Closing(_) => None,
    }
}
