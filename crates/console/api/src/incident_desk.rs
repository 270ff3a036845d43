use async_trait::async_trait;
use aurora_messages::{
    Close, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, IncidentDetail,
    IncidentPage, IncidentQuery, IncidentRow, SetEntity, WriteNote,
};
use aurora_model::{Actor, Context, IncidentId, Scope};

use crate::site::Result;

/// What people ask of incidents and entities. A part of [`crate::Site`].
///
/// The id of an incident that has become part of another leads to that one, in every method.
#[async_trait]
pub trait IncidentDesk: Send + Sync {
    /// `reader` tells whose incidents are "mine" in the default view.
    async fn incidents(
        &self,
        scope: &Scope,
        reader: &Actor,
        query: &IncidentQuery,
    ) -> Result<IncidentPage>;

    async fn incident(&self, scope: &Scope, id: IncidentId) -> Result<IncidentDetail>;

    /// The context's actor becomes the owner, also of somebody else's incident.
    /// [`crate::site::Error::Conflict`] when it is closed.
    async fn own_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow>;

    async fn release_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow>;

    /// Its alerts stay as they are; each has a life of its own.
    async fn close_incident(
        &self,
        context: &Context,
        id: IncidentId,
        close: &Close,
    ) -> Result<IncidentRow>;

    async fn reopen_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow>;

    async fn note_incident(
        &self,
        context: &Context,
        id: IncidentId,
        note: &WriteNote,
    ) -> Result<IncidentRow>;

    async fn entities(&self, scope: &Scope, query: &EntityQuery) -> Result<EntityPage>;

    /// [`crate::site::Error::NotFound`] when nothing knows it, [`crate::site::Error::Invalid`] when
    /// several kinds have one of this value and none was named. Events that cannot be looked for
    /// now are absent with the reason.
    async fn entity(&self, scope: &Scope, name: &EntityName) -> Result<EntityDetail>;

    async fn set_entity(&self, context: &Context, set: &SetEntity) -> Result<EntityRow>;
}
