//! What people ask of incidents and entities.

use aurora_messages::{
    Close, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, IncidentDetail,
    IncidentPage, IncidentQuery, IncidentRow, Own, Release, Reopen, SetEntity, WriteNote,
};
use aurora_model::IncidentId;

use crate::path::{path, with_query};
use crate::{Client, Error};

type Result<T> = std::result::Result<T, Error>;

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn incidents(&self, query: &IncidentQuery) -> Result<IncidentPage> {
        self.get(&with_query(&["incidents"], query)).await
    }

    pub async fn incident(&self, id: IncidentId) -> Result<IncidentDetail> {
        self.get(&path(&["incidents", &id.to_string()])).await
    }

    pub async fn own_incident(&self, id: IncidentId, own: &Own) -> Result<IncidentRow> {
        self.post(&path(&["incidents", &id.to_string(), "own"]), own)
            .await
    }

    pub async fn release_incident(&self, id: IncidentId, release: &Release) -> Result<IncidentRow> {
        self.post(&path(&["incidents", &id.to_string(), "release"]), release)
            .await
    }

    pub async fn close_incident(&self, id: IncidentId, close: &Close) -> Result<IncidentRow> {
        self.post(&path(&["incidents", &id.to_string(), "close"]), close)
            .await
    }

    pub async fn reopen_incident(&self, id: IncidentId, reopen: &Reopen) -> Result<IncidentRow> {
        self.post(&path(&["incidents", &id.to_string(), "reopen"]), reopen)
            .await
    }

    pub async fn note_incident(&self, id: IncidentId, note: &WriteNote) -> Result<IncidentRow> {
        self.post(&path(&["incidents", &id.to_string(), "notes"]), note)
            .await
    }

    pub async fn entities(&self, query: &EntityQuery) -> Result<EntityPage> {
        self.get(&with_query(&["entities"], query)).await
    }

    pub async fn entity(&self, name: &EntityName) -> Result<EntityDetail> {
        self.get(&with_query(&["entities", "one"], name)).await
    }

    pub async fn set_entity(&self, set: &SetEntity) -> Result<EntityRow> {
        self.post(&path(&["entities", "one"]), set).await
    }
}
