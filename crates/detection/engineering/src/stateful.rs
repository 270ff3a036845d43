//! Correlations over events that are given in order of time, through the very windows that a site runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{Action, Alert, AlertKey, Bounds, Input, Shard};
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
    shard: Shard,
    /// Firings that may still be amended or withdrawn, by their moment.
    pending: BTreeMap<(Timestamp, AlertKey), Firing>,
    now: Timestamp,
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
            shard: Shard::new(),
            pending: BTreeMap::new(),
            now: Timestamp::from_millis(i64::MIN),
        })
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
                self.apply(Input::Match(found), tag);
            }
        }
        self.apply(Input::Watermark { source: 0, time }, tag);
    }

    /// No more events come: windows that wait for their end are judged.
    pub fn end(&mut self, tag: u64) {
        let time = self.now.plus(END);
        self.apply(Input::Watermark { source: 0, time }, tag);
        self.now = time;
    }

    /// What fired and stays so, in order of time.
    pub fn settled(&mut self) -> Vec<Firing> {
        let border = (
            self.now.minus(SETTLED),
            AlertKey(aurora_ids::Id128::from_bytes([0; 16])),
        );
        let open = self.pending.split_off(&border);
        std::mem::replace(&mut self.pending, open)
            .into_values()
            .collect()
    }

    fn apply(&mut self, input: Input, tag: u64) {
        let mut open = vec![input];
        while let Some(input) = open.pop() {
            for action in self.shard.apply(self.program.plan(), &input) {
                open.extend(self.program.plan().chain(&action));
                self.note(action, tag);
            }
        }
    }

    fn note(&mut self, action: Action, tag: u64) {
        match action {
            Action::Fired(alert) => self.keep(&alert, tag),
            Action::Amended { was, alert } => {
                self.pending.remove(&(was.at, was.key));
                self.keep(&alert, tag);
            }
            Action::Withdrawn(was) => drop(self.pending.remove(&(was.at, was.key))),
            // Nothing is late when events come in order, and a bound is told by `approximate`.
            Action::Late(_) | Action::BoundReached(_) => {}
        }
    }

    fn keep(&mut self, alert: &Alert, tag: u64) {
        let Some(correlation) = self.program.plan().find(alert.correlation) else {
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
