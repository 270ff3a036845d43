//! Entities: those of the alerts, and what people say of them.

use std::collections::BTreeMap;

use aurora_messages::{
    AlertRow, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, IncidentRow, SetEntity,
};
use aurora_model::{
    Alert, AlertStatus, Asset, Context, Entity, EntityKind, Note, Severity, SourceName,
};

use super::FakeSite;
use super::site::State;
use crate::site::Result;

/// What people said, by kind and value.
pub(super) type Known = BTreeMap<(EntityKind, String), Asset>;

impl FakeSite {
    pub(super) fn list_entities(&self, query: &EntityQuery) -> EntityPage {
        let state = self.state();
        let mut seen: BTreeMap<(EntityKind, String), Entity> = BTreeMap::new();
        for entity in state.alerts().flat_map(|alert| &alert.entities) {
            let kept = !matches!(
                entity.kind,
                EntityKind::Process | EntityKind::File | EntityKind::Hash
            );
            if kept {
                seen.insert((entity.kind, entity.value.clone()), entity.clone());
            }
        }
        let rows = seen
            .values()
            .map(|entity| EntityRow::from(&state.asset(entity)));
        let mut rows: Vec<EntityRow> = rows.filter(|row| wanted(row, query)).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.risk), row.entity.value.clone()));
        EntityPage {
            total: rows.len() as u64,
            entities: rows
                .into_iter()
                .skip(query.offset())
                .take(query.limit())
                .collect(),
        }
    }

    pub(super) fn one_entity(&self, name: &EntityName) -> EntityDetail {
        let state = self.state();
        let entity = Entity {
            kind: name.kind.unwrap_or(EntityKind::Host),
            value: name.value.clone(),
        };
        let asset = state.asset(&entity);
        let mut alerts: Vec<&Alert> = state.about(&entity).collect();
        alerts.sort_by_key(|alert| std::cmp::Reverse(alert.last_seen));
        let of_it = |row: &&aurora_model::Incident| {
            let mut entities = row.story.entities.iter();
            entities.any(|found| found.entity == entity)
        };
        EntityDetail {
            known: Some(EntityRow::from(&asset)),
            notes: asset.notes,
            alerts_total: alerts.len() as u64,
            alerts: alerts
                .iter()
                .take(50)
                .map(|alert| AlertRow::from(*alert))
                .collect(),
            incidents: state
                .incidents
                .values()
                .filter(of_it)
                .map(IncidentRow::from)
                .collect(),
            query: format!("device.hostname:{}", name.value),
            events: state.events_of(&entity),
            events_missing: None,
            history: state.decided(&entity.value),
            entity,
        }
    }

    pub(super) fn change_entity(&self, context: &Context, set: &SetEntity) -> Result<EntityRow> {
        let now = self.clock.now();
        let mut state = self.state();
        let entity = Entity {
            kind: set.kind.unwrap_or(EntityKind::Host),
            value: set.value.clone(),
        };
        let mut asset = state.asset(&entity);
        if let Some(owner) = &set.owner {
            asset.owner = Some(owner.clone()).filter(|owner| !owner.is_empty());
        }
        asset.criticality = set.criticality.unwrap_or(asset.criticality);
        if let Some(text) = &set.note {
            asset.notes.push(Note {
                at: now,
                author: context.actor.name().to_owned(),
                text: text.clone(),
            });
        }
        let row = EntityRow::from(&asset);
        state
            .known
            .insert((entity.kind, entity.value.clone()), asset);
        state.record(context, now, "entity.set", &entity.value);
        Ok(row)
    }
}

impl State {
    fn about<'s>(&'s self, entity: &'s Entity) -> impl Iterator<Item = &'s Alert> {
        self.alerts()
            .filter(|alert| alert.entities.contains(entity))
    }

    /// What is known of it, with what its alerts say now.
    fn asset(&self, entity: &Entity) -> Asset {
        let first = self.about(entity).map(|alert| alert.first_seen).min();
        let last = self.about(entity).map(|alert| alert.last_seen).max();
        let at = last.unwrap_or_default();
        let known = self.known.get(&(entity.kind, entity.value.clone()));
        let mut asset = known.cloned().unwrap_or_else(|| Asset::new(entity, at, at));
        let open = || {
            self.about(entity)
                .filter(|a| a.status != AlertStatus::Closed)
        };
        asset.first_seen = first.unwrap_or(at);
        asset.last_seen = at;
        asset.sources = vec![SourceName::new("windows")];
        asset.open_alerts = u32::try_from(open().count()).unwrap_or(u32::MAX);
        asset.risk = open().map(|alert| risk(alert.severity)).max().unwrap_or(0);
        asset
    }
}

fn risk(severity: Severity) -> u8 {
    match severity {
        Severity::Fatal | Severity::Critical => 90,
        Severity::High => 70,
        Severity::Medium => 40,
        Severity::Low => 20,
        _ => 5,
    }
}

fn wanted(row: &EntityRow, query: &EntityQuery) -> bool {
    let has = |text: &String| {
        let value = row.entity.value.to_lowercase();
        value.contains(&text.to_lowercase())
    };
    query.kind.is_none_or(|kind| row.entity.kind == kind)
        && query
            .criticality
            .is_none_or(|least| row.criticality == least)
        && query
            .owner
            .as_ref()
            .is_none_or(|owner| row.owner.as_ref() == Some(owner))
        && query.risk.is_none_or(|least| row.risk >= least)
        && query.text.as_ref().is_none_or(has)
}
