use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use crate::codec::{self, Part};
use crate::group::Group;
use crate::input::MatchRef;
use crate::key::Namespace;
use crate::measure::Hashed;
use crate::plan::{Correlation, Plan};
use crate::progress::Progress;
use crate::restore::Restore;
use crate::rule::{Removed, Rule};
use crate::{Action, Error, Input};

/// The windows of one shard: those of some groups of every correlation.
#[derive(Debug, Default)]
pub struct Shard {
    pub(crate) progress: Progress,
    is_progress_touched: bool,
    rules: HashMap<Namespace, Rule, BuildHasherDefault<Hashed>>,
    /// Keys of correlations that are no more.
    pub(crate) orphans: Vec<Vec<u8>>,
    /// Counts since the shard was made.
    seen: Stats,
}

/// How much a shard holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub groups: usize,
    /// Events in windows.
    pub events: usize,
    /// Bytes in memory, about.
    pub bytes: usize,
    /// Matches that had been seen before, since the shard was made.
    pub duplicates: u64,
    /// Matches later than allowed, since the shard was made.
    pub late: u64,
    /// Inputs that the plan knows no correlation for, or that lack the value it looks at, since the
    /// shard was made.
    pub strays: u64,
}

/// Key, and value; `None` where the key is to be removed.
pub type Touched = (Vec<u8>, Option<Vec<u8>>);

impl Shard {
    /// One without any state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one input, in the order of the shard's log. The same inputs give the same actions and
    /// the same state, whatever was restored in between.
    pub fn apply(&mut self, plan: &Plan, input: &Input) -> Vec<Action> {
        let mut actions = Vec::new();
        match input {
            Input::Match(it) => self.take(plan, &it.view(), false, &mut actions),
            Input::Withdraw(it) => self.take(plan, &it.view(), true, &mut actions),
            Input::Watermark { source, time } => {
                self.is_progress_touched = true;
                if self.progress.advance(*source, time.as_millis()) {
                    self.advance(plan, &mut actions);
                }
            }
            Input::Idle { source } => {
                self.is_progress_touched = true;
                if self.progress.idle(*source) {
                    self.advance(plan, &mut actions);
                }
            }
        }
        actions
    }

    /// [`Input::Match`], of a match that is borrowed.
    pub fn add(&mut self, plan: &Plan, of: &MatchRef<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        self.take(plan, of, false, &mut actions);
        actions
    }

    /// [`Input::Withdraw`], of a match that is borrowed.
    pub fn withdraw(&mut self, plan: &Plan, of: &MatchRef<'_>) -> Vec<Action> {
        let mut actions = Vec::new();
        self.take(plan, of, true, &mut actions);
        actions
    }

    fn take(&mut self, plan: &Plan, of: &MatchRef<'_>, is_gone: bool, actions: &mut Vec<Action>) {
        let Some(it) = plan.find(of.correlation) else {
            self.seen.strays += 1;
            return;
        };
        let watermark = self.progress.watermark(it);
        let rule = self.rules.entry(it.namespace);
        let rule = rule.or_insert_with(|| Rule::new(it));
        if !rule.take(it, of, is_gone, watermark, actions, &mut self.seen) {
            self.seen.strays += 1;
        }
    }

    fn advance(&mut self, plan: &Plan, actions: &mut Vec<Action>) {
        for it in plan.correlations() {
            let watermark = self.progress.watermark(it);
            if let Some(rule) = self.rules.get_mut(&it.namespace) {
                rule.advance(it, watermark, actions, &mut self.seen);
            }
        }
    }

    /// Every key that changed since the last call, once.
    pub fn touched(&mut self) -> Vec<Touched> {
        let mut out = Vec::new();
        if std::mem::take(&mut self.is_progress_touched) {
            let value = codec::write_progress(&self.progress);
            out.push((codec::PROGRESS.to_vec(), Some(value)));
        }
        out.extend(self.orphans.drain(..).map(|key| (key, None)));
        let mut rules: Vec<&mut Rule> = self.rules.values_mut().collect();
        rules.sort_unstable_by_key(|rule| rule.namespace);
        for rule in rules {
            touched_of(rule, &mut out);
        }
        out
    }

    /// The shard whose keys these are, in any order. Keys of correlations that the plan does not
    /// have are removed by the next [`Shard::touched`].
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::Newer`], whatever the bytes are.
    pub fn restore(
        plan: &Plan,
        keys: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Result<Self, Error> {
        let mut keys: Vec<(Vec<u8>, Vec<u8>)> = keys.into_iter().collect();
        keys.sort();
        let mut restore = Restore::new(plan);
        for (key, value) in keys {
            restore.put(&key, &value)?;
        }
        restore.finish()
    }

    pub(crate) fn rule(&mut self, it: &Correlation) -> &mut Rule {
        let rule = self.rules.entry(it.namespace);
        rule.or_insert_with(|| Rule::new(it))
    }

    /// Gives up the windows of correlations that the plan no longer has; their keys are removed by
    /// the next [`Shard::touched`].
    pub fn retain(&mut self, plan: &Plan) {
        let orphans = &mut self.orphans;
        self.rules.retain(|namespace, rule| {
            let stays = plan.find(*namespace).is_some();
            if !stays {
                orphans.push(namespace.0.as_bytes().to_vec());
                orphans.extend(rule.groups().flat_map(|group| keys_of(*namespace, group)));
                let removed = rule.drain_touched(&mut |_| {});
                orphans.extend(
                    removed
                        .iter()
                        .flat_map(|it| keys_of_removed(*namespace, it)),
                );
            }
            stays
        });
        self.orphans.sort_unstable();
        self.orphans.dedup();
    }

    /// The progress at which some group is looked at next; `None` when there is none.
    pub(crate) fn due(&self, plan: &Plan) -> Option<i64> {
        let rules = self.rules.values();
        let dues = rules.filter_map(|rule| {
            let it = plan.find(rule.namespace)?;
            Some(rule.due()?.saturating_add(it.lateness))
        });
        dues.min()
    }

    /// The time up to which all sources have been seen; `None` before the first.
    pub fn progress(&self) -> Option<aurora_clock::Timestamp> {
        let reached = self.progress.reached()?;
        Some(aurora_clock::Timestamp::from_millis(reached))
    }

    pub fn stats(&self) -> Stats {
        let rules = || self.rules.values();
        Stats {
            groups: rules().map(Rule::count).sum(),
            events: rules()
                .flat_map(Rule::groups)
                .map(|group| group.entries.len())
                .sum(),
            bytes: rules().map(Rule::bytes).sum(),
            ..self.seen
        }
    }
}

fn touched_of(rule: &mut Rule, out: &mut Vec<Touched>) {
    let (namespace, kind) = (rule.namespace, rule.kind);
    if std::mem::take(&mut rule.is_full_touched) {
        let value = codec::write_rule(rule.is_full);
        out.push((namespace.0.as_bytes().to_vec(), Some(value)));
    }
    let start = out.len();
    let mut gone: Vec<Vec<u8>> = Vec::new();
    let removed = rule.drain_touched(&mut |group| {
        let head = codec::write_head(group, kind);
        out.push((codec::key(namespace, &group.id, Part::Head), Some(head)));
        for (name, range) in group.chunks.drain_dirty() {
            let value = codec::write_chunk(group, kind, range);
            out.push((
                codec::key(namespace, &group.id, Part::Chunk(name)),
                Some(value),
            ));
        }
        let id = group.id;
        let chunks = group.chunks.drain_gone().into_iter().map(Part::Chunk);
        gone.extend(chunks.map(|part| codec::key(namespace, &id, part)));
        if let Some(sketch) = group.sketch.as_mut() {
            for (index, bucket) in sketch.drain_dirty() {
                let value = codec::write_bucket(bucket);
                out.push((codec::key(namespace, &id, Part::Bucket(index)), Some(value)));
            }
            let buckets = sketch.drain_gone().into_iter().map(Part::Bucket);
            gone.extend(buckets.map(|part| codec::key(namespace, &id, part)));
        }
    });
    gone.extend(removed.iter().flat_map(|it| keys_of_removed(namespace, it)));
    if gone.is_empty() {
        return;
    }
    // A group may have gone and come again since the last call.
    gone.sort_unstable();
    gone.dedup();
    let written: HashSet<&[u8]> = out[start..].iter().map(|(key, _)| key.as_slice()).collect();
    gone.retain(|key| !written.contains(key.as_slice()));
    out.extend(gone.into_iter().map(|key| (key, None)));
}

fn keys_of(namespace: Namespace, group: &Group) -> Vec<Vec<u8>> {
    let chunks = group.chunks.names().map(Part::Chunk);
    let sketch = group.sketch.as_ref();
    let buckets = sketch.into_iter().flat_map(|sketch| sketch.names());
    std::iter::once(Part::Head)
        .chain(chunks)
        .chain(buckets.map(Part::Bucket))
        .map(|part| codec::key(namespace, &group.id, part))
        .collect()
}

fn keys_of_removed(namespace: Namespace, it: &Removed) -> Vec<Vec<u8>> {
    std::iter::once(Part::Head)
        .chain(it.chunks.iter().copied().map(Part::Chunk))
        .chain(it.buckets.iter().copied().map(Part::Bucket))
        .map(|part| codec::key(namespace, &it.id, part))
        .collect()
}
