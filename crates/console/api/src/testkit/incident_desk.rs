//! A site without incidents, where one entity is known.

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_messages::{
    Close, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, IncidentDetail,
    IncidentPage, IncidentQuery, IncidentRow, SetEntity, WriteNote,
};
use aurora_model::{Actor, Asset, Context, Entity, EntityKind, IncidentId, Scope};

use super::FakeSite;
use crate::IncidentDesk;
use crate::site::{Error, Result};

#[async_trait]
impl IncidentDesk for FakeSite {
    async fn incidents(&self, _: &Scope, _: &Actor, _: &IncidentQuery) -> Result<IncidentPage> {
        Ok(IncidentPage::default())
    }

    async fn incident(&self, _: &Scope, id: IncidentId) -> Result<IncidentDetail> {
        Err(Error::not_found("incident", id))
    }

    async fn own_incident(&self, _: &Context, id: IncidentId) -> Result<IncidentRow> {
        Err(Error::not_found("incident", id))
    }

    async fn release_incident(&self, _: &Context, id: IncidentId) -> Result<IncidentRow> {
        Err(Error::not_found("incident", id))
    }

    async fn close_incident(&self, _: &Context, id: IncidentId, _: &Close) -> Result<IncidentRow> {
        Err(Error::not_found("incident", id))
    }

    async fn reopen_incident(&self, _: &Context, id: IncidentId) -> Result<IncidentRow> {
        Err(Error::not_found("incident", id))
    }

    async fn note_incident(
        &self,
        _: &Context,
        id: IncidentId,
        _: &WriteNote,
    ) -> Result<IncidentRow> {
        Err(Error::not_found("incident", id))
    }

    async fn entities(&self, _: &Scope, _: &EntityQuery) -> Result<EntityPage> {
        Ok(EntityPage {
            entities: vec![row("ws1")],
            total: 1,
        })
    }

    async fn entity(&self, _: &Scope, name: &EntityName) -> Result<EntityDetail> {
        let known = row(&name.value);
        Ok(EntityDetail {
            entity: known.entity.clone(),
            known: Some(known),
            notes: Vec::new(),
            alerts: Vec::new(),
            alerts_total: 0,
            incidents: Vec::new(),
            query: format!("device.hostname:{}", name.value),
            events: Vec::new(),
            events_missing: None,
            history: Vec::new(),
        })
    }

    async fn set_entity(&self, _: &Context, set: &SetEntity) -> Result<EntityRow> {
        let mut row = row(&set.value);
        row.owner.clone_from(&set.owner);
        Ok(row)
    }
}

fn row(value: &str) -> EntityRow {
    let (kind, value) = (EntityKind::Host, value.to_owned());
    let at = Timestamp::from_millis(0);
    EntityRow::from(&Asset::new(&Entity { kind, value }, at, at))
}
