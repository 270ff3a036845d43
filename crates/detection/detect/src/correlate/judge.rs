//! Beside the stream: windows that late events reach into are judged again, and windows of rules
//! that are new are filled, both from stored events.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_correlation::{GroupKey, LateWindow, Match, Namespace, reevaluate};
use aurora_events::TimeRange;
use aurora_ids::{Derive, Id128};
use aurora_model::{BatchId, Context, MatchEntry, Scope, Shard, SourceName, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use tokio::sync::watch;
use tracing::{info, warn};

use super::handoff::{LATE, Sorted, feed, late_shard};
use super::outgoing::{KeptLate, contribution, outgoing};
use super::service::Parts;
use super::snapshot::rebuilt_slot;
use super::stored::{self, MAX_ROWS, Matches};
use crate::Error;
use crate::queue::Queue;
use crate::rule_handle::InForce;
use crate::sharing::Part;

/// Between two looks at what came late; a burst is then judged once.
const EVERY: Duration = Duration::from_secs(1);
/// So many are judged soon, whatever streams in.
const FEW: u64 = 16;
/// While events stream in, more than a few late windows wait so long for more of their kind.
const PATIENCE: Duration = Duration::from_secs(30);
/// While events stream in, it rests after judging so many times as long as that took: a long import
/// that comes out of order would else have its windows read from the store again and again.
const REST: u32 = 4;
/// Windows of one group that are so near one another are read together.
const GAP: Duration = Duration::from_secs(600);
/// Late windows judged at a time.
const AT_ONCE: usize = 20_000;
/// The namespaces whose windows are filled.
const FILLED: &str = "correlate/namespaces";

/// Whose windows are filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    All,
    /// Those of the judge's part.
    Own,
}

#[derive(Debug)]
pub(super) struct Judge {
    part: Part,
    parts: Parts,
    queue: Queue,
    /// While events stream in, or after a failure, nothing is judged before that; by the clock's running
    /// time.
    rests_until: Duration,
    /// When something that waits was first seen, by the same time.
    waits_since: Option<Duration>,
    /// How much the streams held when it was last seen.
    seen: Option<u64>,
    /// Stored events could not be read: asking at once again would only keep the store busy.
    failed: bool,
}

/// Late windows of one correlation.
#[derive(Default)]
struct Docket {
    windows: Vec<(LateWindow, SourceName)>,
    slots: Vec<String>,
}

impl Judge {
    pub(super) fn new(part: Part, parts: Parts, queue: Queue) -> Self {
        Self {
            part,
            parts,
            queue,
            rests_until: Duration::ZERO,
            waits_since: None,
            seen: None,
            failed: false,
        }
    }

    pub(super) async fn run(
        mut self,
        mut swapped: watch::Receiver<u64>,
        shutdown: Shutdown,
    ) -> Result<(), Error> {
        let mut timer = tokio::time::interval(EVERY);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // Windows of new rules are filled once for all parts.
        if self.part.is_first() {
            swapped.mark_changed();
        }
        let mut is_rebuilt = self.is_rebuilt().await?;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                _ = timer.tick() => {}
            }
            if self.part.is_first() && swapped.has_changed().unwrap_or(false) {
                swapped.mark_unchanged();
                // The event store's absence is no reason to stop: it is asked again.
                if !tell(self.fill(&shutdown).await)? {
                    swapped.mark_changed();
                }
            }
            if is_rebuilt {
                is_rebuilt = !tell(self.fill_own(&shutdown).await)?;
            }
            tell(self.judge().await)?;
        }
    }

    /// Whether the part's windows began anew, without their snapshot.
    async fn is_rebuilt(&self) -> Result<bool, Error> {
        let (records, scope) = (&self.parts.records, &self.parts.scope);
        let found = records.slot(scope, &rebuilt_slot(self.part)).await?;
        Ok(found.is_some())
    }

    /// Fills the windows of this part alone, of every correlation.
    async fn fill_own(&mut self, shutdown: &Shutdown) -> Result<(), Error> {
        let (parts, force) = (self.parts.clone(), self.parts.rules.in_force());
        stored::caught_up(&parts).await?;
        for correlation in force.program.plan().correlations() {
            if shutdown.is_cancelled() {
                return Ok(());
            }
            let namespace = correlation.namespace();
            self.fill_one(&force, namespace, Fill::Own).await?;
        }
        let context = Context::service(parts.scope.clone(), "correlate", "windows filled");
        let done = Change::progress().remove_slot(&rebuilt_slot(self.part));
        let done = self.queue.hold.on(done);
        parts.records.commit(&context, done).await?;
        Ok(())
    }

    /// Judges what came late since the last time.
    async fn judge(&mut self) -> Result<(), Error> {
        let (records, scope) = (self.parts.records.clone(), self.parts.scope.clone());
        let waiting = unjudged(records.as_ref(), &scope).await?;
        if waiting == 0 {
            (self.waits_since, self.seen) = (None, None);
            return Ok(());
        }
        let looked = self.parts.clock.elapsed();
        let since = *self.waits_since.get_or_insert(looked);
        let patience = if waiting > FEW {
            PATIENCE
        } else {
            Duration::ZERO
        };
        let ripe = looked >= self.rests_until.max(since + patience);
        let rests = self.failed && looked < self.rests_until;
        if rests || !self.is_quiet().await? && !ripe {
            return Ok(());
        }
        let mut kept = records.slots(&scope, LATE).await?;
        kept.retain(|(key, _)| late_shard(key).is_none_or(|shard| self.part.has(shard)));
        if kept.is_empty() {
            return Ok(());
        }
        stored::caught_up(&self.parts).await?;
        let force = self.parts.rules.in_force();
        let started = self.parts.clock.elapsed();
        let judged = self.judge_all(&force, dockets(kept)?).await;
        let ended = self.parts.clock.elapsed();
        self.rests_until = ended + ended.saturating_sub(started) * REST;
        self.failed = judged.is_err();
        if !self.failed {
            self.waits_since = None;
        }
        judged
    }

    async fn judge_all(
        &mut self,
        force: &InForce,
        dockets: BTreeMap<Namespace, Docket>,
    ) -> Result<(), Error> {
        for (namespace, docket) in dockets {
            self.judge_one(force, namespace, docket).await?;
        }
        Ok(())
    }

    /// Whether neither events nor matches were published since the last look.
    async fn is_quiet(&mut self) -> Result<bool, Error> {
        let mut held = 0;
        for stream in [Stream::Events, Stream::Matches] {
            held += self.parts.bus.stream(stream).await?.last_seq;
        }
        Ok(self.seen.replace(held) == Some(held))
    }

    async fn judge_one(
        &mut self,
        force: &InForce,
        namespace: Namespace,
        docket: Docket,
    ) -> Result<(), Error> {
        let mut sorted = Sorted::default();
        let ranges = docket.ranges();
        let first = ranges.iter().map(|range| range.from).min();
        let mut found = Matches::of(force, namespace, &ranges);
        let mut groups: BTreeMap<GroupKey, Vec<Match>> = BTreeMap::new();
        for (late, _) in &docket.windows {
            groups.insert(late.group.clone(), Vec::new());
        }
        while let Some(some) = found.next(&self.parts).await? {
            // Only of groups that are judged, so that memory does not grow with the others.
            for it in some {
                if let Some(events) = groups.get_mut(&it.group) {
                    events.push(it);
                }
            }
        }
        if found.cut {
            warn!(
                ?namespace,
                rows = MAX_ROWS,
                "too many events to judge late windows from all of them"
            );
            let from = first.unwrap_or_default();
            sorted.cut(force.program.facts(namespace), MAX_ROWS, from);
        }
        for (late, source) in &docket.windows {
            let events = groups.get(&late.group).map_or(&[][..], Vec::as_slice);
            for action in reevaluate(force.program.plan(), late, events) {
                for out in outgoing(&force.program, &action, source) {
                    sorted.take(&self.parts.scope, None, &out);
                }
            }
        }
        info!(
            windows = docket.windows.len(),
            events = found.rows,
            "late events were judged"
        );
        sorted.done = docket.slots;
        sorted.hand_on(&mut self.queue, &BTreeMap::new()).await?;
        Ok(())
    }

    /// Fills the windows of correlations that are new, or that were edited.
    async fn fill(&mut self, shutdown: &Shutdown) -> Result<(), Error> {
        let (parts, force) = (self.parts.clone(), self.parts.rules.in_force());
        let kept = parts.records.slot(&parts.scope, FILLED).await?;
        let filled: BTreeSet<Id128> = kept
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let all = force.program.plan().correlations().iter();
        let all: BTreeSet<Id128> = all.map(|it| it.namespace().0).collect();
        if all == filled {
            return Ok(());
        }
        let new: Vec<Namespace> = all.difference(&filled).copied().map(Namespace).collect();
        if !new.is_empty() {
            stored::caught_up(&parts).await?;
            if parts.events.info(&parts.scope).await?.rows > 0 {
                for namespace in new {
                    if shutdown.is_cancelled() {
                        return Ok(());
                    }
                    self.fill_one(&force, namespace, Fill::All).await?;
                }
            }
        }
        let context = Context::service(parts.scope.clone(), "correlate", "windows filled");
        let names = serde_json::to_vec(&all).expect("ids are plain data");
        let change = self.queue.hold.on(Change::progress().slot(FILLED, names));
        parts.records.commit(&context, change).await?;
        Ok(())
    }

    /// Publishes the stored matches of the correlation's newest window, once more; those that are
    /// in the window already are known by their events.
    async fn fill_one(
        &mut self,
        force: &InForce,
        namespace: Namespace,
        fill: Fill,
    ) -> Result<(), Error> {
        let (Some(it), Some(facts)) = (
            force.program.plan().find(namespace),
            force.program.facts(namespace),
        ) else {
            return Ok(());
        };
        let now = self.parts.clock.now();
        let range = TimeRange {
            from: now.minus(it.spec().timespan + force.program.limits().lateness),
            until: now.plus(force.program.limits().future),
        };
        let mut found = Matches::of(force, namespace, &[range]);
        let source = SourceName::new("event store");
        let mut count = 0;
        while let Some(some) = found.next(&self.parts).await? {
            let mut messages = Vec::with_capacity(some.len());
            for one in some {
                let base = it.spec().bases.get(usize::from(one.base));
                let Some(rule) = base.map(|base| &base.rule) else {
                    continue;
                };
                let entry = contribution(&facts.rule.id, rule, &source, one);
                let shard = Shard::of_group(&facts.rule.id.0, &entry.group);
                if fill == Fill::Own && !self.part.has(shard) {
                    continue;
                }
                let mut message = feed(&self.parts.scope, shard, &MatchEntry::Match(entry));
                if fill == Fill::Own {
                    // The bus may know it from when windows were filled that are gone.
                    let again =
                        Derive::new("aurora.matches.refill.v1").part(message.id.0.as_bytes());
                    let again = again.number(self.queue.hold.epoch());
                    message.id = BatchId(again.finish());
                }
                messages.push(message);
            }
            count += messages.len();
            self.queue.publish(Stream::Matches, messages).await?;
        }
        if found.cut {
            let mut sorted = Sorted::default();
            sorted.cut(Some(facts), MAX_ROWS, range.from);
            sorted.hand_on(&mut self.queue, &BTreeMap::new()).await?;
        }
        info!(
            rule = %facts.rule.id, events = found.rows, matches = count, cut = found.cut,
            "a correlation is new, or began anew; its window was filled from stored events"
        );
        Ok(())
    }
}

impl Docket {
    /// Of each window, from the first event that matters to the last.
    fn ranges(&self) -> Vec<TimeRange> {
        let range = |(late, _): &(LateWindow, SourceName)| TimeRange {
            from: late.read_from,
            until: late.until.plus(Duration::from_millis(1)),
        };
        self.windows.iter().map(range).collect()
    }

    fn add(&mut self, mut late: LateWindow, source: SourceName) {
        for (known, _) in &mut self.windows {
            match known.join(late, GAP) {
                Ok(()) => return,
                Err(other) => late = *other,
            }
        }
        self.windows.push((late, source));
    }
}

/// How many windows wait to be judged again.
///
/// # Errors
/// When the records store fails.
pub async fn unjudged(records: &dyn Records, scope: &Scope) -> Result<u64, Error> {
    Ok(records.count_slots(scope, LATE).await?)
}

/// Whether it went well; an event store that is away is not the end.
fn tell(result: Result<(), Error>) -> Result<bool, Error> {
    match result {
        Ok(()) => Ok(true),
        Err(Error::Events(error)) => {
            warn!(%error, "stored events cannot be read; tried again");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn dockets(kept: Vec<(String, Vec<u8>)>) -> Result<BTreeMap<Namespace, Docket>, Error> {
    let mut dockets: BTreeMap<Namespace, Docket> = BTreeMap::new();
    for (key, bytes) in kept.into_iter().take(AT_ONCE) {
        let late: KeptLate = serde_json::from_slice(&bytes).map_err(|source| Error::Damaged {
            id: key.clone(),
            source,
        })?;
        let docket = dockets.entry(Namespace(late.namespace)).or_default();
        docket.slots.push(key);
        docket.add(late.window(), late.source);
    }
    Ok(dockets)
}
