//! The pure heart: matches in, alerts and counts out.
//!
//! Grouping is a layer above the alert id: a match whose rule and first entity equal those of an
//! open alert seen within the window joins it; any other match opens an alert with its own id.

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::{Derive, Id128};
use aurora_model::{
    Alert, AlertId, AlertStatus, Correlated, Disposition, Entity, EventUid, GroupValue, MatchId,
    MatchedField, RuleId, Scope, SourceName, Suppression, TraceContext,
};
pub use aurora_rules::RuleFacts;

/// One rule matching one event, or a correlation's window firing.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub rule: RuleFacts,
    /// For a window, the event that made it fire.
    pub event: EventUid,
    pub time: Timestamp,
    /// When the site received the record, where one event made the match and says so.
    pub received: Option<Timestamp>,
    pub source: SourceName,
    pub entities: Vec<Entity>,
    pub matched: Vec<MatchedField>,
    pub trace: TraceContext,
    pub window: Option<Window>,
}

/// What fired of a correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// See [`Window::id_of`].
    pub id: MatchId,
    /// What the correlator calls it.
    pub name: Id128,
    pub group: Vec<GroupValue>,
    /// Contributing events, oldest first; of many only some.
    pub evidence: Vec<EventUid>,
    /// How many contributed.
    pub events: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    pub arrival: Arrival,
    pub approximate: bool,
}

/// When the events came that made a window fire, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    InTime,
    /// Later than allowed; the alert is new.
    Late,
    /// Out of order: the alert of the window named so is in truth this one.
    Amends(Id128),
    /// Out of order: there was nothing to alert about in the window named so.
    Withdraws(Id128),
}

/// What became of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Opened(AlertId),
    Joined(AlertId),
    Hidden(aurora_model::suppression::SuppressionId),
    /// An alert that was counted before has other evidence now.
    Amended(AlertId),
}

/// An alert as the records store has it; version 0 is one that is new.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub alert: Alert,
    pub version: u64,
    /// It differs from what the store has.
    pub dirty: bool,
}

/// What the heart knows and changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Every open alert of the group keys that were asked for.
    pub open: BTreeMap<String, Vec<Held>>,
    /// Active suppressions; `hidden` grows here.
    pub suppressions: Vec<(Suppression, u64)>,
    /// How long after its last match an open alert still takes new ones.
    pub window: Duration,
}

impl Window {
    /// `H(site identity, tenant, rule, group, first contributing event)`: the id of a correlation's
    /// match, and of the alert that it opens.
    pub fn id_of<'g>(
        scope: &Scope,
        rule: &RuleId,
        group: impl IntoIterator<Item = &'g str>,
        first: EventUid,
    ) -> MatchId {
        let mut hash = Derive::new("aurora.alert.v1")
            .part(scope.site.0.as_bytes())
            .part(scope.tenant.as_str())
            .part(&rule.0);
        for value in group {
            hash.push(value);
        }
        hash.push(first.0.as_bytes());
        MatchId(hash.finish())
    }
}

impl Hit {
    pub fn match_id(&self) -> MatchId {
        match &self.window {
            Some(window) => window.id,
            None => MatchId::derive(&self.rule.id, &self.rule.revision, &[self.event]),
        }
    }

    /// The alert that it opens, if it opens one.
    pub fn alert_id(&self) -> AlertId {
        self.match_id().into()
    }

    /// The window whose alert it changes, when it asks for none of its own.
    pub fn changes(&self) -> Option<Id128> {
        match self.window.as_ref()?.arrival {
            Arrival::Amends(was) | Arrival::Withdraws(was) => Some(was),
            Arrival::InTime | Arrival::Late => None,
        }
    }

    fn is_late(&self) -> bool {
        let arrival = self.window.as_ref().map(|window| window.arrival);
        arrival == Some(Arrival::Late)
    }

    pub fn group_key(&self) -> String {
        let mut key = self.rule.id.to_string();
        if let Some(group) = crate::indicators::group(&self.rule) {
            key.push('|');
            key.push_str(group);
        }
        match (&self.window, self.entities.first()) {
            (Some(window), _) => {
                for part in &window.group {
                    key.push('|');
                    key.push_str(&part.value);
                }
            }
            (None, Some(entity)) => {
                key.push('|');
                key.push_str(&entity.value);
            }
            (None, None) => {}
        }
        key
    }

    fn evidence(&self) -> Vec<EventUid> {
        match &self.window {
            Some(window) => window.evidence.clone(),
            None => vec![self.event],
        }
    }

    fn first(&self) -> Timestamp {
        self.window
            .as_ref()
            .map_or(self.time, |window| window.first)
    }

    fn correlated(&self) -> Option<Correlated> {
        self.window.as_ref().map(|window| Correlated {
            window: window.name,
            group: window.group.clone(),
            events: window.events,
            first: window.first,
            last: window.last,
            late: window.arrival == Arrival::Late,
            amended: false,
            withdrawn: false,
            approximate: window.approximate,
        })
    }
}

/// Decides one match and changes `state` accordingly.
pub fn decide(state: &mut State, hit: &Hit, now: Timestamp) -> Fate {
    if let Some(fate) = change(state, hit, now) {
        return fate;
    }
    if let Some(id) = hide(state, hit, now) {
        return Fate::Hidden(id);
    }
    let window = state.window;
    let group = state.open.entry(hit.group_key()).or_default();
    // Of several that would take it the first one does: which one is held in memory by chance
    // must not decide, or a restart would group otherwise.
    let takers = group
        .iter_mut()
        .filter(|held| takes(&held.alert, hit, window));
    if let Some(held) = takers.min_by_key(|held| (held.alert.first_seen, held.alert.id)) {
        join(&mut held.alert, hit, now);
        held.dirty = true;
        return Fate::Joined(held.alert.id);
    }
    let alert = open(hit, now);
    let id = alert.id;
    group.push(Held {
        alert,
        version: 0,
        dirty: true,
    });
    Fate::Opened(id)
}

impl State {
    /// Everything that must be written.
    pub fn dirty(&self) -> impl Iterator<Item = &Held> {
        self.open.values().flatten().filter(|held| held.dirty)
    }

    /// The group of every alert that is new.
    pub fn opened(&self) -> impl Iterator<Item = &str> {
        let new = self.dirty().filter(|held| held.version == 0);
        new.map(|held| held.alert.group_key.as_str())
    }

    /// The store has accepted everything that was dirty.
    pub fn settle(&mut self) {
        let held = self.open.values_mut().flatten();
        for held in held.filter(|held| held.dirty) {
            held.dirty = false;
            held.version += 1;
        }
    }

    /// Forgets what was decided since the store last accepted it.
    pub fn forget(&mut self) {
        self.open.clear();
    }
}

/// What a window does to an alert that is there already, whatever its status. An alert that a
/// window asks for again, as after its rule was edited, is not opened twice.
fn change(state: &mut State, hit: &Hit, now: Timestamp) -> Option<Fate> {
    let window = hit.window.as_ref()?;
    let (id, changes) = (hit.alert_id(), hit.changes());
    let is_meant = |alert: &Alert| match changes {
        Some(was) => alert.correlated.as_ref().is_some_and(|it| it.window == was),
        None => alert.id == id,
    };
    let key = hit.group_key();
    let group = state.open.get(&key).map_or(&[][..], Vec::as_slice);
    let Some(place) = group.iter().position(|held| is_meant(&held.alert)) else {
        changes?;
        return is_told(state, hit, group, now).then_some(Fate::Amended(id));
    };
    let held = state.open.get_mut(&key)?.get_mut(place)?;
    held.dirty = true;
    held.alert.updated_at = now;
    match window.arrival {
        Arrival::Withdraws(_) => withdraw(&mut held.alert),
        Arrival::InTime | Arrival::Late | Arrival::Amends(_) => amend(&mut held.alert, hit),
    }
    Some(Fate::Amended(held.alert.id))
}

/// Whether people know already of a window that changes, although no alert is its own: it joined
/// another alert, or a suppression hides it. Where neither is so it was never said: of late events, one
/// may be stored while the other is not yet heard of, and what is judged again then seems to have
/// held before.
fn is_told(state: &State, hit: &Hit, group: &[Held], now: Timestamp) -> bool {
    let arrival = hit.window.as_ref().map(|window| window.arrival);
    let joined = |held: &Held| takes(&held.alert, hit, state.window);
    matches!(arrival, Some(Arrival::Withdraws(_)))
        || group.iter().any(joined)
        || covering(state, hit, now).is_some()
}

fn amend(alert: &mut Alert, hit: &Hit) {
    let before = alert.correlated.take();
    alert.correlated = hit.correlated().map(|now| Correlated {
        late: before.is_some_and(|before| before.late),
        amended: true,
        ..now
    });
    alert.evidence = hit.evidence();
    alert.first_seen = alert.first_seen.min(hit.first());
    alert.last_seen = alert.last_seen.max(hit.time);
}

/// Whoever works on it keeps it, and reads why.
fn withdraw(alert: &mut Alert) {
    const WHY: &str = "events that came out of order show that the condition did not hold";
    if let Some(correlated) = &mut alert.correlated {
        correlated.withdrawn = true;
    }
    let note = alert.note.take();
    alert.note = Some(note.map_or_else(|| WHY.to_owned(), |note| format!("{note}\n{WHY}")));
    if alert.status == AlertStatus::New {
        alert.status = AlertStatus::Closed;
        alert.disposition = Some(Disposition::FalsePositiveData);
    }
}

/// The place of the suppression that hides the hit.
fn covering(state: &State, hit: &Hit, now: Timestamp) -> Option<usize> {
    let covers = |s: &Suppression| s.active_at(now) && s.covers(&hit.rule.id, &hit.entities);
    state.suppressions.iter().position(|(s, _)| covers(s))
}

fn hide(
    state: &mut State,
    hit: &Hit,
    now: Timestamp,
) -> Option<aurora_model::suppression::SuppressionId> {
    let place = covering(state, hit, now)?;
    let (covering, _) = state.suppressions.get_mut(place)?;
    covering.hidden += 1;
    Some(covering.id)
}

/// Compared in event time and to both sides, so that late delivery groups like timely delivery.
fn takes(alert: &Alert, hit: &Hit, window: Duration) -> bool {
    alert.status != AlertStatus::Closed
        && hit.time <= alert.last_seen.plus(window)
        && hit.time.plus(window) >= alert.first_seen
        // An alert that is said to be late stands by itself.
        && !hit.is_late()
}

fn join(alert: &mut Alert, hit: &Hit, now: Timestamp) {
    alert.count += 1;
    alert.first_seen = alert.first_seen.min(hit.first());
    alert.last_seen = alert.last_seen.max(hit.time);
    alert.updated_at = now;
    alert.related.push(hit.event);
    if alert.related.len() > Alert::MAX_RELATED {
        alert.related.remove(0);
    }
}

fn open(hit: &Hit, now: Timestamp) -> Alert {
    Alert {
        id: hit.match_id().into(),
        rule: hit.rule.id.clone(),
        rule_revision: hit.rule.revision.clone(),
        title: hit.rule.title.clone(),
        author: hit.rule.author.clone(),
        severity: hit.rule.severity,
        status: AlertStatus::New,
        disposition: None,
        owner: None,
        note: None,
        entities: hit.entities.clone(),
        group_key: hit.group_key(),
        count: 1,
        first_seen: hit.first(),
        last_seen: hit.time,
        created_at: now,
        updated_at: now,
        attack: hit.rule.attack.clone(),
        source: hit.source.clone(),
        evidence: hit.evidence(),
        related: Vec::new(),
        matched: hit.matched.clone(),
        trace: hit.trace,
        correlated: hit.correlated(),
        origin: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aurora_ids::{Derive, Id128};
    use aurora_model::{EntityKind, Severity};

    const HOUR: Duration = Duration::from_secs(3600);

    fn hit(event: u64, host: &str, seconds: i64) -> Hit {
        Hit {
            rule: RuleFacts {
                id: RuleId("r1".into()),
                revision: "1".into(),
                title: "t".into(),
                author: "a".into(),
                severity: Severity::High,
                attack: vec![],
            },
            event: EventUid(Derive::new("test").number(event).finish()),
            time: Timestamp::from_millis(seconds * 1000),
            received: None,
            source: SourceName::new("windows"),
            entities: vec![Entity {
                kind: EntityKind::Host,
                value: host.into(),
            }],
            matched: vec![],
            trace: TraceContext::new(),
            window: None,
        }
    }

    fn state() -> State {
        State {
            window: HOUR,
            ..State::default()
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_millis(9_000_000)
    }

    fn windowed(event: u64, seconds: i64, arrival: Arrival) -> Hit {
        let plain = hit(event, "a", seconds);
        let name = |n: u64| Derive::new("window").number(n).finish();
        let window = Window {
            id: MatchId(name(event)),
            name: name(event),
            group: vec![],
            evidence: vec![plain.event],
            events: 1,
            first: plain.time,
            last: plain.time,
            arrival,
            approximate: false,
        };
        Hit {
            window: Some(window),
            ..plain
        }
    }

    #[test]
    fn a_change_of_what_nobody_was_told_is_told() {
        let amends = |was: u64| Arrival::Amends(Derive::new("window").number(was).finish());
        // Nothing is known of window 1: it is an alert.
        let mut state = state();
        let told = decide(&mut state, &windowed(2, 60, amends(1)), now());
        assert!(matches!(told, Fate::Opened(_)), "{told:?}");
        // Its own alert is changed.
        let told = decide(&mut state, &windowed(3, 50, amends(2)), now());
        assert!(matches!(told, Fate::Amended(_)), "{told:?}");
        // One that joined the open alert, or would, is told by it.
        let told = decide(&mut state, &windowed(5, 55, amends(4)), now());
        assert!(matches!(told, Fate::Amended(_)), "{told:?}");
        // There was nothing to take back.
        let name = Derive::new("window").number(9).finish();
        let told = decide(
            &mut state,
            &windowed(8, 99_000, Arrival::Withdraws(name)),
            now(),
        );
        assert!(matches!(told, Fate::Amended(_)), "{told:?}");
        assert_eq!(state.open.values().flatten().count(), 1);
    }

    #[test]
    fn the_same_entity_within_the_window_is_one_alert() {
        let mut state = state();
        let first = decide(&mut state, &hit(1, "a", 0), now());
        let Fate::Opened(id) = first else {
            panic!("{first:?}")
        };
        assert_eq!(
            decide(&mut state, &hit(2, "a", 60), now()),
            Fate::Joined(id)
        );
        assert!(matches!(
            decide(&mut state, &hit(3, "b", 60), now()),
            Fate::Opened(_)
        ));
        assert!(matches!(
            decide(&mut state, &hit(4, "a", 8000), now()),
            Fate::Opened(_)
        ));
    }

    #[test]
    fn which_alert_takes_a_match_does_not_depend_on_the_order_of_arrival() {
        let mut state = state();
        let Fate::Opened(late) = decide(&mut state, &hit(1, "a", 90_000), now()) else {
            panic!()
        };
        let Fate::Opened(early) = decide(&mut state, &hit(2, "a", 0), now()) else {
            panic!()
        };
        assert_eq!(state.dirty().count(), 2);
        state.settle();
        assert_eq!(
            decide(&mut state, &hit(3, "a", 90_060), now()),
            Fate::Joined(late)
        );
        assert_eq!(
            decide(&mut state, &hit(4, "a", 60), now()),
            Fate::Joined(early)
        );
    }

    #[test]
    fn a_closed_alert_takes_nothing_more() {
        let mut state = state();
        decide(&mut state, &hit(1, "a", 0), now());
        for held in state.open.values_mut().flatten() {
            held.alert.status = AlertStatus::Closed;
        }
        assert!(matches!(
            decide(&mut state, &hit(2, "a", 1), now()),
            Fate::Opened(_)
        ));
    }

    #[test]
    fn a_suppression_hides_until_it_expires_and_counts() {
        let mut state = state();
        let suppression = Suppression {
            id: Id128::random().into(),
            rule: RuleId("r1".into()),
            entity: Some(Entity {
                kind: EntityKind::Host,
                value: "a".into(),
            }),
            author: "eva".into(),
            reason: "patch day".into(),
            created_at: Timestamp::from_millis(0),
            until: now().plus(HOUR),
            lifted_at: None,
            hidden: 0,
        };
        state.suppressions.push((suppression.clone(), 1));
        let fate = decide(&mut state, &hit(1, "a", 0), now());
        assert_eq!(fate, Fate::Hidden(suppression.id));
        assert_eq!(state.suppressions[0].0.hidden, 1);
        assert!(matches!(
            decide(&mut state, &hit(2, "b", 0), now()),
            Fate::Opened(_)
        ));
        let later = now().plus(HOUR);
        assert!(matches!(
            decide(&mut state, &hit(3, "a", 0), later),
            Fate::Opened(_)
        ));
    }
}
