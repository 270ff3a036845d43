//! Incidents made of sample alerts.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::{
    Alert, AlertStatus, Criticality, Entity, EntityKind, Incident, IncidentEntity, IncidentId,
    IncidentState, Member, Reason, Scope, Score, Severity, Stage, Story,
};

/// The tactic of a technique that the sample alerts name.
const TACTICS: &[(&str, &str, &str)] = &[
    ("T1566.001", "TA0001", "Initial Access"),
    ("T1078.004", "TA0001", "Initial Access"),
    ("T1059.001", "TA0002", "Execution"),
    ("T1543.003", "TA0003", "Persistence"),
    ("T1505.003", "TA0003", "Persistence"),
    ("T1070.001", "TA0005", "Defense Evasion"),
    ("T1003.001", "TA0006", "Credential Access"),
    ("T1110.001", "TA0006", "Credential Access"),
    ("T1552.005", "TA0006", "Credential Access"),
    ("T1021.001", "TA0008", "Lateral Movement"),
    ("T1071.004", "TA0011", "Command and Control"),
];

/// What joins sample alerts into an incident; the earliest of them gives it its id.
///
/// `None` without alerts.
pub fn story(scope: &Scope, alerts: &[Alert], now: Timestamp) -> Option<Incident> {
    let mut alerts: Vec<&Alert> = alerts.iter().collect();
    alerts.sort_by_key(|alert| (alert.first_seen, alert.id));
    let earliest = alerts.first()?;
    let story = tell(&alerts);
    Some(Incident {
        id: IncidentId::of(scope, earliest.id),
        state: IncidentState::Live,
        merged_into: None,
        aliases: Vec::new(),
        status: AlertStatus::New,
        disposition: None,
        owner: None,
        notes: Vec::new(),
        created_at: now,
        updated_at: now,
        story,
    })
}

fn tell(alerts: &[&Alert]) -> Story {
    let stages = stages(alerts);
    let order = |stage: &&Stage| TACTICS.iter().position(|(_, id, _)| *id == stage.tactic);
    let furthest = stages.iter().max_by_key(order).map(|s| s.tactic.clone());
    let severity = alerts.iter().map(|a| a.severity).max();
    let entities = entities(alerts);
    let place = entities.first().map(|e| e.entity.value.clone());
    let stage = stages.iter().find(|s| Some(&s.tactic) == furthest.as_ref());
    let title = format!(
        "{} on {}",
        stage.map_or("Alerts", |stage| &stage.name),
        place.unwrap_or_default()
    );
    let count = alerts.len() as u64;
    Story {
        title,
        severity: severity.unwrap_or_default(),
        risk: u8::try_from(alerts.len() * 11).unwrap_or(u8::MAX).min(100),
        confidence: 70,
        reasons: reasons(alerts, &entities),
        stages,
        furthest,
        entities,
        members: alerts.iter().map(|alert| member(alert)).collect(),
        alerts: count,
        open: count,
        set_aside: 0,
        matches: alerts.iter().map(|alert| alert.count).sum(),
        first_seen: alerts
            .iter()
            .map(|a| a.first_seen)
            .min()
            .unwrap_or_default(),
        last_seen: alerts.iter().map(|a| a.last_seen).max().unwrap_or_default(),
    }
}

fn tactics(alert: &Alert) -> impl Iterator<Item = (&'static str, &'static str)> {
    let known = TACTICS
        .iter()
        .filter(|(technique, ..)| alert.attack.iter().any(|id| id == technique));
    known.map(|(_, id, name)| (*id, *name))
}

fn stages(alerts: &[&Alert]) -> Vec<Stage> {
    let mut found: Vec<Stage> = Vec::new();
    for alert in alerts {
        for (tactic, name) in tactics(alert) {
            if let Some(stage) = found.iter_mut().find(|stage| stage.tactic == tactic) {
                stage.last_seen = stage.last_seen.max(alert.last_seen);
                stage.alerts += 1;
                continue;
            }
            found.push(Stage {
                tactic: tactic.to_owned(),
                name: name.to_owned(),
                first_seen: alert.first_seen,
                last_seen: alert.last_seen,
                alerts: 1,
            });
        }
    }
    found
}

fn entities(alerts: &[&Alert]) -> Vec<IncidentEntity> {
    let mut counted: BTreeMap<String, (&Entity, u32)> = BTreeMap::new();
    for entity in alerts.iter().flat_map(|alert| &alert.entities) {
        let key = format!("{} {}", entity.kind.word(), entity.key());
        counted.entry(key).or_insert((entity, 0)).1 += 1;
    }
    let mut found: Vec<IncidentEntity> = counted
        .into_values()
        .map(|(entity, alerts)| IncidentEntity {
            entity: entity.clone(),
            risk: u8::try_from(alerts * 9).unwrap_or(u8::MAX).min(100),
            alerts,
            criticality: match entity.kind {
                EntityKind::Host => Criticality::High,
                _ => Criticality::Normal,
            },
            joins: alerts > 1,
            reason: (alerts == 1).then(|| "only one alert is about it".to_owned()),
        })
        .collect();
    found.sort_by_key(|entity| std::cmp::Reverse(entity.risk));
    found
}

fn member(alert: &Alert) -> Member {
    Member {
        alert: alert.id,
        rule: alert.rule.clone(),
        title: alert.title.clone(),
        severity: alert.severity,
        status: alert.status,
        disposition: alert.disposition,
        source: alert.source.clone(),
        matches: alert.count,
        first_seen: alert.first_seen,
        last_seen: alert.last_seen,
        tactics: tactics(alert).map(|(id, _)| id.to_owned()).collect(),
        joined_by: alert.entities.clone(),
    }
}

fn reasons(alerts: &[&Alert], entities: &[IncidentEntity]) -> Vec<Reason> {
    let worst = alerts.iter().map(|a| a.severity).max();
    let worst = worst.unwrap_or(Severity::Unknown).word();
    let first = entities.first().map(|e| e.entity.value.as_str());
    let say = |about, points, text: String| Reason {
        about,
        points,
        text,
    };
    vec![
        say(
            Score::Risk,
            60,
            format!("{} rules fired, the worst is {worst}", alerts.len()),
        ),
        say(
            Score::Confidence,
            40,
            format!("{} joins them", first.unwrap_or_default()),
        ),
        say(
            Score::Confidence,
            -10,
            format!("without it there would be {} incidents", alerts.len()),
        ),
    ]
}
