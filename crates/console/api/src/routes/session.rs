use aurora_messages::{Done, ErrorBody, LinkCreated, LinkRequest, SessionInfo};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::login;
use crate::auth::{self, Caller, Local};
use crate::extract::Body;
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(show, end))
        .routes(routes!(create_link))
}

/// Who the caller is.
#[utoipa::path(get, path = "/session", tag = "session", operation_id = "session",
    responses((status = 200, body = SessionInfo), (status = 401, body = ErrorBody)))]
async fn show(State(shared): State<Shared>, caller: Caller) -> Json<SessionInfo> {
    Json(SessionInfo {
        actor: caller.actor,
        auth: caller.auth,
        site: shared.scope.site,
        site_name: shared.site_name.clone(),
        version: shared.version.clone(),
        expires_at: caller.expires_at,
    })
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", operation_id = "end_session",
    responses((status = 200, body = Done)))]
async fn end(State(shared): State<Shared>, headers: HeaderMap) -> Result<Response, Refusal> {
    let name = shared.cookie_name();
    if let Some(token) = auth::cookie(&headers, &name) {
        shared.sessions.end(token).await?;
    }
    let gone = login::set_cookie(&shared, "", 0);
    Ok(([(header::SET_COOKIE, gone)], Json(Done {})).into_response())
}

/// Makes a one-time link into the console. Only for the local operator.
#[utoipa::path(post, path = "/links", tag = "session", operation_id = "create_link",
    request_body = LinkRequest,
    responses((status = 201, body = LinkCreated), (status = 403, body = ErrorBody)))]
async fn create_link(
    State(shared): State<Shared>,
    Local(caller): Local,
    Body(_): Body<LinkRequest>,
) -> Result<(StatusCode, Json<LinkCreated>), Refusal> {
    let context = caller.context(&shared.scope, "", "asks for a link into the console");
    let issued = shared.sessions.issue_link(&context).await?;
    Ok((StatusCode::CREATED, Json(login::link(&shared, issued))))
}
