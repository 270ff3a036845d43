//! Incidents, and the entities that they are about.

use aurora_messages::{
    Close, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, ErrorBody, IncidentDetail,
    IncidentPage, IncidentQuery, IncidentRow, Own, Release, Reopen, SetEntity, WriteNote,
};
use aurora_model::IncidentId;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const NOTE_CHARS: usize = 4_000;
const NAME_CHARS: usize = 1_024;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Incident, Read), routes!(list))
        .on(permission!(Incident, Read), routes!(show))
        .on(permission!(Incident, Own), routes!(own))
        .on(permission!(Incident, Release), routes!(release))
        .on(permission!(Incident, Close), routes!(close))
        .on(permission!(Incident, Reopen), routes!(reopen))
        .on(permission!(Incident, Note), routes!(note))
        .on(permission!(Entity, Read), routes!(entities))
        .on(permission!(Entity, Read), routes!(entity))
        .on(permission!(Entity, Set), routes!(set_entity))
}

/// Incidents. Without parameters: those that need a human, by falling risk.
#[utoipa::path(get, path = "/incidents", tag = "incidents", operation_id = "list_incidents",
    params(IncidentQuery),
    responses((status = 200, body = IncidentPage), (status = "4XX", body = ErrorBody)))]
async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Params(query): Params<IncidentQuery>,
) -> Result<Json<IncidentPage>, Refusal> {
    for text in [&query.text, &query.owner].into_iter().flatten() {
        at_most("the filter", text, NAME_CHARS)?;
    }
    let page = shared
        .site
        .incidents(&shared.scope, &caller.principal.actor, &query);
    Ok(Json(page.await?))
}

/// One incident with its stages, alerts, entities and reasons.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents", operation_id = "show_incident",
    params(("id" = String, Path)),
    responses((status = 200, body = IncidentDetail), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(id): Named<IncidentId>,
) -> Result<Json<IncidentDetail>, Refusal> {
    Ok(Json(shared.site.incident(&shared.scope, id).await?))
}

/// Takes the incident; the caller becomes its owner.
#[utoipa::path(post, path = "/incidents/{id}/own", tag = "incidents",
    operation_id = "own_incident", params(("id" = String, Path)), request_body = Own,
    responses((status = 200, body = IncidentRow), (status = 409, body = ErrorBody)))]
async fn own(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<IncidentId>,
    Body(body): Body<Own>,
) -> Result<Json<IncidentRow>, Refusal> {
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "takes it");
    Ok(Json(shared.site.own_incident(&context, id).await?))
}

/// Gives the incident back.
#[utoipa::path(post, path = "/incidents/{id}/release", tag = "incidents",
    operation_id = "release_incident", params(("id" = String, Path)), request_body = Release,
    responses((status = 200, body = IncidentRow), (status = 409, body = ErrorBody)))]
async fn release(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<IncidentId>,
    Body(body): Body<Release>,
) -> Result<Json<IncidentRow>, Refusal> {
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "gives it back");
    Ok(Json(shared.site.release_incident(&context, id).await?))
}

/// Closes the incident with a disposition; its alerts stay as they are.
#[utoipa::path(post, path = "/incidents/{id}/close", tag = "incidents",
    operation_id = "close_incident", params(("id" = String, Path)), request_body = Close,
    responses((status = 200, body = IncidentRow), (status = 409, body = ErrorBody)))]
async fn close(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<IncidentId>,
    Body(body): Body<Close>,
) -> Result<Json<IncidentRow>, Refusal> {
    let note = body.note.as_deref().unwrap_or_default();
    at_most("the note", note, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, note, body.disposition.word());
    Ok(Json(shared.site.close_incident(&context, id, &body).await?))
}

/// Takes a closing back.
#[utoipa::path(post, path = "/incidents/{id}/reopen", tag = "incidents",
    operation_id = "reopen_incident", params(("id" = String, Path)), request_body = Reopen,
    responses((status = 200, body = IncidentRow), (status = 409, body = ErrorBody)))]
async fn reopen(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<IncidentId>,
    Body(body): Body<Reopen>,
) -> Result<Json<IncidentRow>, Refusal> {
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "takes the closing back");
    Ok(Json(shared.site.reopen_incident(&context, id).await?))
}

/// Adds a note.
#[utoipa::path(post, path = "/incidents/{id}/notes", tag = "incidents",
    operation_id = "note_incident", params(("id" = String, Path)), request_body = WriteNote,
    responses((status = 200, body = IncidentRow), (status = 404, body = ErrorBody)))]
async fn note(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<IncidentId>,
    Body(body): Body<WriteNote>,
) -> Result<Json<IncidentRow>, Refusal> {
    at_most("the note", &body.text, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.text, "writes a note");
    Ok(Json(shared.site.note_incident(&context, id, &body).await?))
}

/// Hosts, users, addresses, devices and accounts, the riskiest first.
#[utoipa::path(get, path = "/entities", tag = "entities", operation_id = "list_entities",
    params(EntityQuery),
    responses((status = 200, body = EntityPage), (status = "4XX", body = ErrorBody)))]
async fn entities(
    State(shared): State<Shared>,
    Params(query): Params<EntityQuery>,
) -> Result<Json<EntityPage>, Refusal> {
    for text in [&query.text, &query.owner].into_iter().flatten() {
        at_most("the filter", text, NAME_CHARS)?;
    }
    Ok(Json(shared.site.entities(&shared.scope, &query).await?))
}

/// One entity with its alerts, incidents and newest events.
#[utoipa::path(get, path = "/entities/one", tag = "entities", operation_id = "show_entity",
    params(EntityName),
    responses((status = 200, body = EntityDetail), (status = 404, body = ErrorBody)))]
async fn entity(
    State(shared): State<Shared>,
    Params(name): Params<EntityName>,
) -> Result<Json<EntityDetail>, Refusal> {
    at_most("the value", &name.value, NAME_CHARS)?;
    Ok(Json(shared.site.entity(&shared.scope, &name).await?))
}

/// Says owner, criticality or a note of an entity.
#[utoipa::path(post, path = "/entities/one", tag = "entities", operation_id = "set_entity",
    request_body = SetEntity,
    responses((status = 200, body = EntityRow), (status = "4XX", body = ErrorBody)))]
async fn set_entity(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<SetEntity>,
) -> Result<Json<EntityRow>, Refusal> {
    at_most("the value", &body.value, NAME_CHARS)?;
    at_most(
        "the owner",
        body.owner.as_deref().unwrap_or_default(),
        NAME_CHARS,
    )?;
    at_most(
        "the note",
        body.note.as_deref().unwrap_or_default(),
        NOTE_CHARS,
    )?;
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "says what is known of it");
    Ok(Json(shared.site.set_entity(&context, &body).await?))
}
