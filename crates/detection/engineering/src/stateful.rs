//! Correlations over events that are given in order of time, through the very windows that a site runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Action, Alert, AlertKey, Bounds, Correlation, Input, Match, Namespace, Plan, Timeline, Told,
};
use aurora_model::{EventUid, RuleId, SHARDS};
use aurora_rules::{Limits, LoadedRule, Program, RuleSet};
use serde_json::Value;

/// Longer than any firing may still be taken back when events come in order.
const SETTLED: Duration = Duration::from_secs(3600);
/// Far enough for every window to close.
const END: Duration = Duration::from_secs(2 * 366 * 86_400);

/// The windows of a set's correlations.
pub struct Correlator {
    set: Arc<RuleSet>,
    program: Program,
    timeline: Timeline,
    told: Ledger,
    now: Timestamp,
}

/// What windows have told.
#[derive(Default)]
struct Ledger {
    /// Firings that may still be amended or withdrawn, by their moment.
    pending: BTreeMap<(Timestamp, AlertKey), Firing>,
    watched: Option<Watched>,
}

/// What comes to the windows of one correlation.
struct Watched {
    namespace: Namespace,
    /// With the tag of the event that brought it.
    matches: Vec<(Match, u64)>,
}

/// A window whose condition came to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    pub rule: RuleId,
    /// The names and values that the window's events share.
    pub group: Vec<(String, String)>,
    pub at: Timestamp,
    /// What the condition was put to: the count, the sum, ….
    pub figure: f64,
    pub events: u64,
    /// At most a hundred of them.
    pub evidence: Vec<EventUid>,
    /// Given by [`Correlator::see`]: which event brought it about.
    pub tag: u64,
}

impl Correlator {
    /// `None` when the set has no correlation.
    pub fn of(set: Arc<RuleSet>) -> Option<Self> {
        // Here one shard has all groups.
        let bounds = Bounds {
            groups: Bounds::default().groups.saturating_mul(usize::from(SHARDS)),
            ..Bounds::default()
        };
        let limits = Limits {
            bounds,
            ..Limits::default()
        };
        let program = Program::of(&set, limits);
        (!program.is_empty()).then(|| Self {
            set,
            program,
            timeline: Timeline::new(),
            told: Ledger::default(),
            now: Timestamp::from_millis(i64::MIN),
        })
    }

    /// Keeps what comes to the windows of this correlation, for those who ask why it did not fire.
    #[must_use]
    pub fn watching(mut self, id: &RuleId) -> Self {
        let compiled = self.program.plan().correlations();
        let found = compiled.iter().find(|it| it.spec().id == *id);
        self.told.watched = found.map(|it| Watched {
            namespace: it.namespace(),
            matches: Vec::new(),
        });
        self
    }

    /// What came to the watched correlation and was not taken back, with the event's tag.
    pub fn matches(&self) -> &[(Match, u64)] {
        self.told.watched.as_ref().map_or(&[], |it| &it.matches)
    }

    /// The watched correlation.
    pub fn compiled(&self) -> Option<&Correlation> {
        let watched = self.told.watched.as_ref()?;
        self.program.plan().find(watched.namespace)
    }

    /// The rules of the set that fire on the event, to the windows. Events come in order of time; `tag`
    /// comes back with what fires.
    pub fn see<'s>(
        &mut self,
        event: &Value,
        uid: EventUid,
        time: Timestamp,
        fired: impl IntoIterator<Item = &'s LoadedRule>,
        tag: u64,
    ) {
        self.now = self.now.max(time);
        let set = self.set.clone();
        for rule in fired {
            let matches = self.program.matches(&set, rule, event, uid, (time, time));
            for found in matches {
                let plan = self.program.plan();
                let mut note = |it: Told<'_>| self.told.note(plan, it, tag);
                self.timeline.apply(plan, Input::Match(found), &mut note);
            }
        }
        self.reach(time, tag);
    }

    /// No more events come: windows that wait for their end are judged.
    pub fn end(&mut self, tag: u64) {
        let time = self.now.plus(END);
        self.reach(time, tag);
        self.now = time;
    }

    /// What fired and stays so, in order of time.
    pub fn settled(&mut self) -> Vec<Firing> {
        let border = (
            self.now.minus(SETTLED),
            AlertKey(aurora_ids::Id128::from_bytes([0; 16])),
        );
        let pending = &mut self.told.pending;
        let open = pending.split_off(&border);
        std::mem::replace(pending, open).into_values().collect()
    }

    fn reach(&mut self, time: Timestamp, tag: u64) {
        let plan = self.program.plan();
        let mut note = |it: Told<'_>| self.told.note(plan, it, tag);
        self.timeline.reach(plan, time, &mut note);
    }
}

impl Ledger {
    fn note(&mut self, plan: &Plan, told: Told<'_>, tag: u64) {
        let action = match told {
            Told::Action(action) => action,
            Told::Input(input) => {
                if let Some(watched) = &mut self.watched {
                    watched.note(input, tag);
                }
                return;
            }
        };
        match action {
            Action::Fired(alert) => self.keep(plan, alert, tag),
            Action::Amended { was, alert } => {
                self.pending.remove(&(was.at, was.key));
                self.keep(plan, alert, tag);
            }
            Action::Withdrawn(was) => drop(self.pending.remove(&(was.at, was.key))),
            // Nothing is late when events come in order, and a bound is told by `approximate`.
            Action::Late(_) | Action::BoundReached(_) => {}
        }
    }

    fn keep(&mut self, plan: &Plan, alert: &Alert, tag: u64) {
        let Some(correlation) = plan.find(alert.correlation) else {
            return;
        };
        let spec = correlation.spec();
        let values = alert.group.values().map(str::to_owned);
        let firing = Firing {
            rule: spec.id.clone(),
            group: spec.group_by.iter().cloned().zip(values).collect(),
            at: alert.at,
            figure: alert.figure,
            events: alert.count,
            evidence: alert.evidence.clone(),
            tag,
        };
        self.pending.insert((alert.at, alert.key), firing);
    }
}

impl Watched {
    fn note(&mut self, input: &Input, tag: u64) {
        match input {
            Input::Match(it) if it.correlation == self.namespace => {
                self.matches.push((it.clone(), tag));
            }
            Input::Withdraw(it) => self.matches.retain(|(known, _)| known != it),
            _ => {}
        }
    }
}
