use aurora_messages::{Done, ErrorBody, LinkCreated, LinkRequest, SessionInfo};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::routes;

use super::guarded::Guarded;
use super::login::{self, Cookies as _};
use crate::auth::{Browser, Caller, Local};
use crate::extract::Body;
use crate::gate;
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Session, Read), routes!(show))
        .on(permission!(Session, End), routes!(end))
        .on(permission!(Link, Create), routes!(create_link))
}

/// Who the caller is.
#[utoipa::path(get, path = "/session", tag = "session", operation_id = "session",
    responses((status = 200, body = SessionInfo), (status = 401, body = ErrorBody)))]
async fn show(State(shared): State<Shared>, caller: Caller) -> Json<SessionInfo> {
    Json(SessionInfo {
        roles: caller
            .principal
            .roles
            .iter()
            .map(ToString::to_string)
            .collect(),
        permissions: gate::permissions(&shared, &caller),
        actor: caller.principal.actor,
        auth: caller.principal.strength,
        site: shared.scope.site,
        site_name: shared.site_name.clone(),
        version: shared.version.clone(),
        expires_at: caller.expires_at,
    })
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", operation_id = "end_session",
    responses((status = 200, body = Done)))]
async fn end(State(shared): State<Shared>, browser: Browser) -> Result<Response, Refusal> {
    if let Some(token) = &browser.visitor.shown {
        shared
            .people
            .sign_out(token.expose(), &browser.visitor)
            .await?;
    }
    let gone = shared.session_cookie("", 0);
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
    let issued = shared.people.issue_link(&context, None).await?;
    Ok((StatusCode::CREATED, Json(login::link(&shared, &issued))))
}
