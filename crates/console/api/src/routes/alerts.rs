use aurora_messages::{
    AlertDetail, AlertPage, AlertQuery, AlertRow, Close, ErrorBody, NotShown, Own, Release, Reopen,
    SchemaQuery,
};
use aurora_model::AlertId;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::emit;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const NOTE_CHARS: usize = 4_000;
const FILTER_CHARS: usize = 512;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Alert, Read), routes!(list))
        .on(permission!(Alert, Read), routes!(not_shown))
        .on(permission!(Alert, Read), routes!(show))
        .on(permission!(Alert, Own), routes!(own))
        .on(permission!(Alert, Release), routes!(release))
        .on(permission!(Alert, Close), routes!(close))
        .on(permission!(Alert, Reopen), routes!(reopen))
}

/// The queue. Without parameters: what needs a human.
#[utoipa::path(get, path = "/alerts", tag = "alerts", operation_id = "list_alerts",
    params(AlertQuery), responses((status = 200, body = AlertPage), (status = "4XX", body = ErrorBody)))]
async fn list(
    State(shared): State<Shared>,
    caller: Caller,
    Params(query): Params<AlertQuery>,
) -> Result<Json<AlertPage>, Refusal> {
    for text in [&query.text, &query.owner].into_iter().flatten() {
        at_most("the filter", text, FILTER_CHARS)?;
    }
    Ok(Json(
        shared
            .site
            .alerts(&shared.scope, &caller.principal.actor, &query)
            .await?,
    ))
}

/// What the default view leaves out, and why.
#[utoipa::path(get, path = "/alerts/not-shown", tag = "alerts", operation_id = "not_shown",
    responses((status = 200, body = NotShown)))]
async fn not_shown(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<NotShown>, Refusal> {
    Ok(Json(
        shared
            .site
            .not_shown(&shared.scope, &caller.principal.actor)
            .await?,
    ))
}

/// One alert with its rule, evidence and history.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts", operation_id = "show_alert",
    params(("id" = String, Path), SchemaQuery),
    responses((status = 200, body = AlertDetail), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(id): Named<AlertId>,
    Params(query): Params<SchemaQuery>,
) -> Result<Json<AlertDetail>, Refusal> {
    let mut detail = shared.site.alert(&shared.scope, id).await?;
    emit::alert(&mut detail, query.schema.unwrap_or_default());
    Ok(Json(detail))
}

/// Takes the alert; the caller becomes its owner.
#[utoipa::path(post, path = "/alerts/{id}/own", tag = "alerts", operation_id = "own_alert",
    params(("id" = String, Path)), request_body = Own,
    responses((status = 200, body = AlertRow), (status = 409, body = ErrorBody)))]
async fn own(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<AlertId>,
    Body(body): Body<Own>,
) -> Result<Json<AlertRow>, Refusal> {
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "takes it");
    Ok(Json(shared.site.own_alert(&context, id).await?))
}

/// Gives the alert back to the queue.
#[utoipa::path(post, path = "/alerts/{id}/release", tag = "alerts", operation_id = "release_alert",
    params(("id" = String, Path)), request_body = Release,
    responses((status = 200, body = AlertRow), (status = 409, body = ErrorBody)))]
async fn release(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<AlertId>,
    Body(body): Body<Release>,
) -> Result<Json<AlertRow>, Refusal> {
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "gives it back");
    Ok(Json(shared.site.release_alert(&context, id).await?))
}

/// Closes the alert with a disposition.
#[utoipa::path(post, path = "/alerts/{id}/close", tag = "alerts", operation_id = "close_alert",
    params(("id" = String, Path)), request_body = Close,
    responses((status = 200, body = AlertRow), (status = 409, body = ErrorBody)))]
async fn close(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<AlertId>,
    Body(body): Body<Close>,
) -> Result<Json<AlertRow>, Refusal> {
    let note = body.note.as_deref().unwrap_or_default();
    at_most("the note", note, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, note, body.disposition.word());
    Ok(Json(shared.site.close_alert(&context, id, &body).await?))
}

/// Takes a closing back.
#[utoipa::path(post, path = "/alerts/{id}/reopen", tag = "alerts", operation_id = "reopen_alert",
    params(("id" = String, Path)), request_body = Reopen,
    responses((status = 200, body = AlertRow), (status = 409, body = ErrorBody)))]
async fn reopen(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<AlertId>,
    Body(body): Body<Reopen>,
) -> Result<Json<AlertRow>, Refusal> {
    at_most("the reason", &body.reason, NOTE_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "takes the closing back");
    Ok(Json(shared.site.reopen_alert(&context, id).await?))
}
