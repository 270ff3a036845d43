//! What an incident's alerts say together: stages, entities, risk and confidence, with reasons.

use std::collections::{BTreeMap, BTreeSet};

use aurora_clock::Timestamp;
use aurora_model::{
    AlertId, Criticality, Entity, EntityKind, Incident, IncidentEntity, Member, Reason, Score,
    Severity, Stage, Story,
};

use super::Options;
use super::fact::{Day, Fact, Standing, Who, fuller};
use super::links::{Key, Span, runs};
use super::score::{self, Points};
use super::tactics::Tactic;
use super::weight::{self, Level};

/// One alert of an incident.
pub(super) struct Part<'a> {
    pub fact: &'a Fact,
    /// Hosts that it is about by an address of theirs.
    pub derived: &'a BTreeMap<Who, Who>,
    pub keys: &'a [Key],
}

/// What the alerts themselves do not say.
pub(super) struct Surroundings<'a> {
    pub options: &'a Options,
    pub level: &'a dyn Fn(&Who, Day) -> Level,
    pub criticality: &'a dyn Fn(&Who) -> Criticality,
}

/// Beyond these, what would fall apart without one entity is not worked out.
const EXAMINED_ALERTS: usize = 200;
const EXAMINED_ENTITIES: usize = 24;

/// `parts` are in order of time.
pub(super) fn tell(parts: &[Part<'_>], around: &Surroundings<'_>) -> Story {
    let joints = joints(parts, around.options);
    let stages = stages(parts);
    let entities = entities(parts, &joints, around);
    let counting = || parts.iter().filter(|part| counts(part.fact));
    let count =
        |test: fn(&Fact) -> bool| parts.iter().filter(|part| test(part.fact)).count() as u64;
    let mut story = Story {
        severity: counting()
            .map(|part| part.fact.severity)
            .max()
            .unwrap_or(Severity::Informational),
        furthest: furthest(&stages).map(|tactic| tactic.id().to_owned()),
        stages,
        members: members(parts, &joints),
        alerts: parts.len() as u64,
        open: count(|fact| fact.standing() == Standing::Open),
        set_aside: count(|fact| fact.standing() == Standing::SetAside),
        matches: parts.iter().map(|part| part.fact.matches).sum(),
        first_seen: parts
            .first()
            .map_or_else(Timestamp::default, |p| p.fact.first),
        last_seen: parts
            .iter()
            .map(|part| part.fact.last)
            .max()
            .unwrap_or_default(),
        ..Story::default()
    };
    story.title = title(parts, &story, &entities);
    risk(&mut story, parts, &entities);
    confidence(&mut story, parts, &joints, around.options);
    story
        .reasons
        .sort_by_key(|reason| (reason.about, -reason.points.abs()));
    story.entities = entities;
    story.entities.truncate(Incident::MAX_ENTITIES);
    story
}

fn counts(fact: &Fact) -> bool {
    fact.standing() != Standing::SetAside
}

/// For each key that joins, the alerts that it joins.
struct Joints<'a> {
    runs: Vec<(&'a Key, Vec<Vec<AlertId>>)>,
    /// What joins each alert.
    by_alert: BTreeMap<AlertId, BTreeSet<&'a Who>>,
    /// How many alerts each entity that joins alone joins.
    alone: BTreeMap<&'a Who, usize>,
}

fn joints<'a>(parts: &'a [Part<'a>], options: &Options) -> Joints<'a> {
    let mut keys: BTreeMap<&Key, Vec<(AlertId, Span)>> = BTreeMap::new();
    for part in parts {
        for key in part.keys {
            let span = (part.fact.first, part.fact.last);
            keys.entry(key).or_default().push((part.fact.alert, span));
        }
    }
    let mut joints = Joints {
        runs: Vec::new(),
        by_alert: BTreeMap::new(),
        alone: BTreeMap::new(),
    };
    for (key, alerts) in keys {
        let mut runs = runs(alerts.into_iter(), options.gap);
        runs.retain(|run| run.len() > 1);
        for alert in runs.iter().flatten() {
            joints
                .by_alert
                .entry(*alert)
                .or_default()
                .extend(key.entities());
        }
        let joined: usize = runs.iter().map(Vec::len).sum();
        if let (Key::One(who), 1..) = (key, joined) {
            joints.alone.insert(who, joined);
        }
        if joined > 0 {
            joints.runs.push((key, runs));
        }
    }
    joints
}

impl Joints<'_> {
    /// How many incidents `parts` would be without what `who` joins.
    fn pieces_without(&self, parts: &[Part<'_>], who: &Who) -> usize {
        let places = parts
            .iter()
            .zip(0..)
            .map(|(part, at)| (part.fact.alert, at));
        let place: BTreeMap<AlertId, usize> = places.collect();
        let mut parents: Vec<usize> = (0..parts.len()).collect();
        let kept = self
            .runs
            .iter()
            .filter(|(key, _)| !key.entities().any(|w| w == who));
        for run in kept.flat_map(|(_, runs)| runs) {
            for pair in run.windows(2) {
                let one = root(&mut parents, place[&pair[0]]);
                let other = root(&mut parents, place[&pair[1]]);
                parents[one] = other;
            }
        }
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for at in 0..parts.len() {
            *sizes.entry(root(&mut parents, at)).or_default() += 1;
        }
        sizes.values().filter(|size| **size > 1).count()
    }
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

fn stages(parts: &[Part<'_>]) -> Vec<Stage> {
    let mut found: BTreeMap<Tactic, (Timestamp, Timestamp, u32)> = BTreeMap::new();
    for part in parts.iter().filter(|part| counts(part.fact)) {
        for tactic in &part.fact.tactics {
            let seen = found
                .entry(*tactic)
                .or_insert((part.fact.first, part.fact.last, 0));
            seen.0 = seen.0.min(part.fact.first);
            seen.1 = seen.1.max(part.fact.last);
            seen.2 += 1;
        }
    }
    let mut stages: Vec<_> = found.into_iter().collect();
    stages.sort_by_key(|(tactic, (first, ..))| (*first, *tactic));
    let stage = |(tactic, (first_seen, last_seen, alerts)): (Tactic, _)| Stage {
        tactic: tactic.id().to_owned(),
        name: tactic.name().to_owned(),
        first_seen,
        last_seen,
        alerts,
    };
    stages.into_iter().map(stage).collect()
}

fn furthest(stages: &[Stage]) -> Option<Tactic> {
    stages
        .iter()
        .filter_map(|stage| Tactic::of(&stage.tactic))
        .max()
}

fn members(parts: &[Part<'_>], joints: &Joints<'_>) -> Vec<Member> {
    let kept = parts.iter().take(Incident::MAX_MEMBERS);
    let member = |part: &Part<'_>| {
        let fact = part.fact;
        let written = |who: &&Who| Entity {
            kind: who.kind,
            value: fact
                .about
                .get(*who)
                .map_or(&*who.key, String::as_str)
                .to_owned(),
        };
        let joined_by = joints.by_alert.get(&fact.alert);
        Member {
            alert: fact.alert,
            rule: fact.rule.clone(),
            title: fact.title.clone(),
            severity: fact.severity,
            status: fact.status,
            disposition: fact.disposition,
            source: fact.source.clone(),
            matches: fact.matches,
            first_seen: fact.first,
            last_seen: fact.last,
            tactics: fact
                .tactics
                .iter()
                .map(|tactic| tactic.id().to_owned())
                .collect(),
            joined_by: joined_by.into_iter().flatten().map(written).collect(),
        }
    };
    kept.map(member).collect()
}

/// What the alerts say of one entity.
#[derive(Default)]
struct Role<'a> {
    facts: Vec<&'a Fact>,
    written: &'a str,
    level: Level,
    /// The address by which an alert is about it.
    by: Option<&'a Who>,
}

fn entities(
    parts: &[Part<'_>],
    joints: &Joints<'_>,
    around: &Surroundings<'_>,
) -> Vec<IncidentEntity> {
    let mut roles: BTreeMap<&Who, Role<'_>> = BTreeMap::new();
    for part in parts {
        let day = part.fact.day();
        for (who, written) in &part.fact.about {
            let role = roles.entry(who).or_default();
            role.facts.push(part.fact);
            if fuller(written, role.written) {
                role.written = written;
            }
            role.level = role.level.max((around.level)(who, day));
        }
        for (host, address) in part.derived {
            let role = roles.entry(host).or_default();
            role.facts.push(part.fact);
            role.by = role.by.or(Some(address));
        }
    }
    let mut entities: Vec<IncidentEntity> = roles
        .into_iter()
        .map(|(who, role)| role.told(who, joints.alone.contains_key(who), around))
        .collect();
    entities.sort_by(|one, other| {
        let order = |e: &IncidentEntity| (std::cmp::Reverse(e.risk), std::cmp::Reverse(e.alerts));
        (order(one), &one.entity).cmp(&(order(other), &other.entity))
    });
    entities
}

impl Role<'_> {
    fn told(self, who: &Who, joins: bool, around: &Surroundings<'_>) -> IncidentEntity {
        let criticality = (around.criticality)(who);
        let common = weight::reason(who, self.level, around.options);
        let owned = self
            .by
            .map(|address| format!("{} is its address", address.key));
        let written = if self.written.is_empty() {
            &who.key
        } else {
            self.written
        };
        IncidentEntity {
            entity: Entity {
                kind: who.kind,
                value: written.to_owned(),
            },
            risk: score::entity_risk(self.facts.iter().copied(), criticality),
            alerts: u32::try_from(self.facts.len()).unwrap_or(u32::MAX),
            criticality,
            joins,
            reason: common.or(owned),
        }
    }
}

fn is_place(entity: &IncidentEntity) -> bool {
    matches!(
        entity.entity.kind,
        EntityKind::Host | EntityKind::Device | EntityKind::Account
    )
}

fn title(parts: &[Part<'_>], story: &Story, entities: &[IncidentEntity]) -> String {
    let what = furthest(&story.stages).map_or_else(
        || {
            let worst = parts.iter().max_by_key(|part| part.fact.severity);
            worst.map_or_else(String::new, |part| part.fact.title.clone())
        },
        |tactic| tactic.name().to_owned(),
    );
    let places = entities.iter().filter(|entity| is_place(entity)).count();
    let place = entities.iter().find(|entity| is_place(entity));
    let Some(subject) = place.or_else(|| entities.iter().find(|entity| entity.joins)) else {
        return what;
    };
    let subject = &subject.entity.value;
    match places.saturating_sub(1) {
        0 => format!("{what} on {subject}"),
        1 => format!("{what} on {subject} and one more place"),
        more => format!("{what} on {subject} and {more} more places"),
    }
}

fn risk(story: &mut Story, parts: &[Part<'_>], entities: &[IncidentEntity]) {
    let mut risk = Points::default();
    let rules = score::by_rule(parts.iter().map(|part| part.fact));
    let fired = rules.values().filter(|points| **points > 0).count();
    for points in rules.into_values() {
        risk.grow(points);
    }
    let mut told = 0_u8;
    let mut reasons = Vec::new();
    let mut note = |risk: Points, text: String| {
        let points = i32::from(risk.value()) - i32::from(told);
        told = risk.value();
        reasons.push(Reason {
            about: Score::Risk,
            points,
            text,
        });
    };
    let rules = if fired == 1 {
        "rule"
    } else {
        "different rules"
    };
    note(
        risk,
        format!("{fired} {rules} fired, the worst is {}", story.severity),
    );
    if risk.value() > 0 {
        if let Some(tactic) = furthest(&story.stages).filter(|tactic| tactic.is_late()) {
            risk.grow(20);
            note(risk, format!("it has come as far as {}", tactic.name()));
        }
        let worth = entities
            .iter()
            .filter(|entity| is_place(entity) || entity.joins);
        let rated = worth.max_by_key(|e| (e.criticality, std::cmp::Reverse(&e.entity)));
        if let Some(rated) = rated.filter(|rated| rated.criticality != Criticality::Normal) {
            score::rate(&mut risk, rated.criticality);
            let (value, word) = (&rated.entity.value, rated.criticality.word());
            note(risk, format!("{value} is rated {word}"));
        }
    }
    story.risk = risk.value();
    story.reasons.append(&mut reasons);
}

fn confidence(story: &mut Story, parts: &[Part<'_>], joints: &Joints<'_>, options: &Options) {
    let mut sum: i32 = 30;
    let mut reasons = Vec::new();
    let mut note = |points: i32, text: String| {
        sum += points;
        reasons.push(Reason {
            about: Score::Confidence,
            points,
            text,
        });
    };
    let minutes = options.gap.as_secs() / 60;
    note(
        0,
        format!("30 to begin with: what they share was seen at most {minutes} minutes apart"),
    );
    let mut joining: Vec<(&Who, usize)> = joints.alone.iter().map(|(w, n)| (*w, *n)).collect();
    joining.sort_by_key(|(who, alerts)| (std::cmp::Reverse(*alerts), *who));
    match joining.as_slice() {
        [] => note(-10, "no entity joins them alone".to_owned()),
        [one] => note(10, format!("one entity joins them: {}", named(&[*one]))),
        [_, ..] => {
            let points = if joining.len() == 2 { 20 } else { 25 };
            let first = named(&joining[..joining.len().min(3)]);
            note(
                points,
                format!("{} entities join them: {first}", joining.len()),
            );
        }
    }
    let tactics = i32::try_from(story.stages.len()).unwrap_or(i32::MAX);
    if tactics > 1 {
        let text = format!("{tactics} tactics of the kill chain");
        note((5 * (tactics - 1)).min(20), text);
    }
    let sources: BTreeSet<&str> = parts.iter().map(|p| p.fact.source.as_str()).collect();
    if sources.len() > 1 {
        let names: Vec<&str> = sources.iter().copied().take(4).collect();
        let points = if sources.len() == 2 { 10 } else { 15 };
        let text = format!("{} sources saw it: {}", sources.len(), names.join(", "));
        note(points, text);
    }
    if tactics > 2 && in_order(&story.stages) {
        note(10, "its stages come in the order of an attack".to_owned());
    }
    let confirmed = parts
        .iter()
        .filter(|p| p.fact.standing() == Standing::Confirmed)
        .count();
    if confirmed > 0 {
        note(
            20,
            format!("{confirmed} of its alerts were judged true positive"),
        );
    }
    let rules: BTreeSet<_> = parts.iter().map(|part| &part.fact.rule).collect();
    if rules.len() == 1 {
        note(-20, "all alerts come from one rule".to_owned());
    }
    if story.set_aside > 0 {
        let share = (30 * story.set_aside).div_ceil(story.alerts.max(1));
        let text = format!(
            "{} of {} alerts were judged false, a duplicate or a test",
            story.set_aside, story.alerts
        );
        note(-i32::try_from(share).unwrap_or(30), text);
    }
    if let Some((who, pieces)) = bridge(parts, joints, &joining) {
        let text = format!(
            "without {} {} it would be {pieces} incidents",
            who.kind.word(),
            who.key
        );
        note(-10, text);
    }
    story.confidence = u8::try_from(sum.clamp(0, 100)).unwrap_or(100);
    story.reasons.append(&mut reasons);
}

fn named(joining: &[(&Who, usize)]) -> String {
    let one = |(who, alerts): &(&Who, usize)| {
        format!("{} {} ({alerts} alerts)", who.kind.word(), who.key)
    };
    joining.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Whether of all pairs of stages more stand in the order of the kill chain than against it.
fn in_order(stages: &[Stage]) -> bool {
    let tactics: Vec<Tactic> = stages
        .iter()
        .filter_map(|s| Tactic::of(&s.tactic))
        .collect();
    let mut balance = 0_i64;
    for (place, one) in tactics.iter().enumerate() {
        for other in &tactics[place + 1..] {
            balance += if one < other { 1 } else { -1 };
        }
    }
    balance > 0
}

/// The entity without which most pieces would be left, when that leaves pieces of two and more.
fn bridge<'a>(
    parts: &[Part<'_>],
    joints: &Joints<'_>,
    joining: &[(&'a Who, usize)],
) -> Option<(&'a Who, usize)> {
    // With one entity only there is nothing else that could hold it together.
    if parts.len() > EXAMINED_ALERTS || joining.len() < 2 {
        return None;
    }
    let examined = joining.iter().take(EXAMINED_ENTITIES);
    let pieces = examined.map(|(who, _)| (*who, joints.pieces_without(parts, who)));
    pieces
        .filter(|(_, pieces)| *pieces > 1)
        .max_by_key(|(who, pieces)| (*pieces, std::cmp::Reverse(*who)))
}
