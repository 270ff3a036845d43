use aurora_messages::{
    DeadLetterDetail, DeadLetterPage, DeadLetterQuery, ErrorBody, Replay, ReplayReport,
};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(DeadLetter, Read), routes!(list))
        .on(permission!(DeadLetter, Replay), routes!(replay))
        .on(permission!(DeadLetter, Read), routes!(show))
}

/// Records that became no event, newest first.
#[utoipa::path(get, path = "/dead-letters", tag = "dead letters", operation_id = "list_dead_letters",
    params(DeadLetterQuery), responses((status = 200, body = DeadLetterPage)))]
async fn list(
    State(shared): State<Shared>,
    Params(query): Params<DeadLetterQuery>,
) -> Result<Json<DeadLetterPage>, Refusal> {
    Ok(Json(shared.site.dead_letters(&shared.scope, &query).await?))
}

#[utoipa::path(get, path = "/dead-letters/{id}", tag = "dead letters",
    operation_id = "show_dead_letter", params(("id" = String, Path)),
    responses((status = 200, body = DeadLetterDetail), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(id): Named<String>,
) -> Result<Json<DeadLetterDetail>, Refusal> {
    Ok(Json(shared.site.dead_letter(&shared.scope, &id).await?))
}

/// Sends records through the parsers again.
#[utoipa::path(post, path = "/dead-letters/replay", tag = "dead letters",
    operation_id = "replay_dead_letters", request_body = Replay,
    responses((status = 200, body = ReplayReport)))]
async fn replay(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<Replay>,
) -> Result<Json<ReplayReport>, Refusal> {
    let context = caller.context(&shared.scope, &body.because, "tries them again");
    Ok(Json(
        shared.site.replay_dead_letters(&context, &body).await?,
    ))
}
