use aurora_messages::{Done, ErrorBody, Sources, TokenCreated, TokenRequest};
use aurora_model::SourceName;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named};
use crate::refusal::Refusal;
use crate::state::Shared;

const NAME_CHARS: usize = 128;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Source, Read), routes!(list))
        .on(permission!(Source, TokenCreate), routes!(create_token))
        .on(permission!(Source, TokenRevoke), routes!(revoke_token))
}

#[utoipa::path(get, path = "/sources", tag = "sources", operation_id = "list_sources",
    responses((status = 200, body = Sources)))]
async fn list(State(shared): State<Shared>) -> Result<Json<Sources>, Refusal> {
    Ok(Json(shared.site.sources(&shared.scope).await?))
}

/// Makes a token for pushing over HTTP; it is shown this once.
#[utoipa::path(post, path = "/sources/{name}/tokens", tag = "sources",
    operation_id = "create_token", params(("name" = String, Path)), request_body = TokenRequest,
    responses((status = 201, body = TokenCreated), (status = 422, body = ErrorBody)))]
async fn create_token(
    State(shared): State<Shared>,
    caller: Caller,
    Named(source): Named<SourceName>,
    Body(body): Body<TokenRequest>,
) -> Result<(StatusCode, Json<TokenCreated>), Refusal> {
    at_most("the name", source.as_str(), NAME_CHARS)?;
    at_most("the label", &body.label, NAME_CHARS)?;
    let context = caller.context(&shared.scope, &body.label, "makes a token");
    let created = shared.site.create_token(&context, &source, &body).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

#[utoipa::path(delete, path = "/sources/{name}/tokens/{id}", tag = "sources",
    operation_id = "revoke_token", params(("name" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn revoke_token(
    State(shared): State<Shared>,
    caller: Caller,
    Named((source, id)): Named<(SourceName, String)>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "revokes a token");
    shared.site.revoke_token(&context, &source, &id).await?;
    Ok(Json(Done {}))
}
