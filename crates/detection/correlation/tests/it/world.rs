//! A shard as the service runs it: alerts go back in where another correlation waits for them, keys
//! go to a store, and a second shard that is restored from that store every now and then must do
//! exactly the same.

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Action, Alert, AlertKey, Base, Bounds, Condition, GroupKey, Input, Kind, Match, Namespace,
    Plan, Shard, Spec, Value, reevaluate,
};
use aurora_ids::Id128;
use aurora_model::{EventUid, RuleId};

pub struct World {
    pub plan: Plan,
    pub shard: Shard,
    mirror: Shard,
    store: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What is published, as the desk would have it.
    pub alerts: BTreeMap<AlertKey, Alert>,
    pub actions: Vec<Action>,
    pub inputs: Vec<Input>,
    /// Everything that arrived, as the event store has it.
    pub events: Vec<Match>,
    pub is_reevaluating: bool,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            shard: Shard::new(),
            mirror: Shard::new(),
            store: BTreeMap::new(),
            alerts: BTreeMap::new(),
            actions: Vec::new(),
            inputs: Vec::new(),
            events: Vec::new(),
            is_reevaluating: false,
        }
    }

    pub fn apply(&mut self, input: Input) {
        match &input {
            Input::Match(matched) if !self.events.contains(matched) => {
                self.events.push(matched.clone());
            }
            Input::Withdraw(matched) => self.events.retain(|it| it != matched),
            _ => {}
        }
        self.inputs.push(input.clone());
        let actions = self.shard.apply(&self.plan, &input);
        let mirrored = self.mirror.apply(&self.plan, &input);
        assert_eq!(actions, mirrored, "{}", crate::same::story(self));
        for action in actions {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        let inner = self.plan.chain(&action);
        self.actions.push(action.clone());
        match action {
            Action::Fired(alert) => self.publish(alert),
            Action::Amended { was, alert } => {
                self.alerts.remove(&was.key);
                self.publish(alert);
            }
            Action::Withdrawn(was) => drop(self.alerts.remove(&was.key)),
            Action::Late(late) => {
                if self.is_reevaluating {
                    for action in reevaluate(&self.plan, &late, &self.events) {
                        self.act(action);
                    }
                }
            }
            Action::BoundReached(_) => {}
        }
        for input in inner {
            self.apply(input);
        }
    }

    fn publish(&mut self, alert: Alert) {
        self.alerts.insert(alert.key, alert);
    }

    /// Writes what changed, and compares what both shards would write.
    pub fn commit(&mut self) {
        let touched = self.shard.touched();
        let mirrored = self.mirror.touched();
        let differs = touched.iter().zip(&mirrored).find(|(one, two)| one != two);
        assert!(
            touched == mirrored,
            "{differs:02x?}\n{}",
            crate::same::story(self)
        );
        let mut keys: Vec<&Vec<u8>> = touched.iter().map(|(key, _)| key).collect();
        keys.sort();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all, "a key was written twice");
        for (key, value) in touched {
            match value {
                Some(value) => drop(self.store.insert(key, value)),
                None => drop(self.store.remove(&key)),
            }
        }
    }

    /// The mirror is lost and restored.
    pub fn crash(&mut self) {
        self.commit();
        self.inputs.push(Input::Idle { source: u32::MAX });
        self.mirror = Shard::restore(&self.plan, self.store.clone()).unwrap();
    }

    pub fn store(&self) -> &BTreeMap<Vec<u8>, Vec<u8>> {
        &self.store
    }

    /// All sources are at `time`, reached in steps of half the allowed lateness.
    pub fn reach(&mut self, sources: u32, time: i64) {
        let step = (self.plan.lateness().as_millis() as i64 / 2).max(1);
        let mut at = self.shard.progress().map_or(0, Timestamp::as_millis);
        while at < time {
            at = (at + step).min(time);
            for source in 0..sources {
                self.watermark(source, at);
            }
        }
    }

    pub fn watermark(&mut self, source: u32, time: i64) {
        let time = Timestamp::from_millis(time);
        self.apply(Input::Watermark { source, time });
    }

    pub fn sorted_alerts(&self) -> Vec<Alert> {
        sorted(self.alerts.values().cloned().collect())
    }
}

pub fn sorted(mut alerts: Vec<Alert>) -> Vec<Alert> {
    for alert in &mut alerts {
        alert.late = false;
    }
    alerts.sort_by_key(|alert| (alert.correlation, alert.group.clone(), alert.at, alert.key));
    alerts
}

pub fn uid(number: u64) -> EventUid {
    // Spread, so that order of uid is not order of arrival.
    let spread = u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    EventUid(Id128::from_bytes(spread.to_be_bytes()))
}

pub fn spec(id: &str, kind: Kind, bases: usize, span: u64, condition: Option<Condition>) -> Spec {
    let value = match kind {
        Kind::EventCount | Kind::Temporal | Kind::TemporalOrdered => vec![],
        _ => vec!["value".to_owned()],
    };
    let base = |index: usize| Base {
        rule: RuleId(format!("rule{index}")),
        group_by: vec!["user".to_owned()],
        value: value.clone(),
    };
    Spec {
        id: RuleId(id.to_owned()),
        revision: "1".to_owned(),
        kind,
        bases: (0..bases).map(base).collect(),
        group_by: vec!["user".to_owned()],
        condition,
        timespan: Duration::from_millis(span),
        bounds: Bounds::default(),
    }
}

pub fn plan(specs: Vec<Spec>, lateness: u64) -> Plan {
    Plan::new(specs, Duration::from_millis(lateness)).unwrap()
}

pub fn matched(of: Namespace, base: u16, group: &str, number: u64, time: i64) -> Match {
    Match {
        correlation: of,
        base,
        group: GroupKey::new([group]),
        uid: uid(number),
        time: Timestamp::from_millis(time),
        claimed: Timestamp::from_millis(time),
        value: Value::None,
    }
}
