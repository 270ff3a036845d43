//! Sessions: one's own, and everybody's.

use aurora_messages::{Done, ErrorBody, OpenSession, SessionList};
use aurora_people::SessionRow;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::Named;
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Session, Read), routes!(own))
        .on(permission!(Session, End), routes!(end))
        .on(permission!(Session, List), routes!(everybodys))
        .on(permission!(Session, RevokeAny), routes!(revoke_any))
}

/// The caller's own sessions.
#[utoipa::path(get, path = "/sessions", tag = "session", operation_id = "list_sessions",
    responses((status = 200, body = SessionList)))]
async fn own(State(shared): State<Shared>, caller: Caller) -> Result<Json<SessionList>, Refusal> {
    let Some(name) = caller.person() else {
        return Ok(Json(SessionList::default()));
    };
    Ok(listed(&caller, shared.people.sessions(Some(&name)).await?))
}

/// Ends a session of the caller's own.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", operation_id = "revoke_session",
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn end(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Done>, Refusal> {
    let name = caller.person();
    let name = name.ok_or_else(|| Refusal::not_found(format!("there is no session `{id}`")))?;
    let context = caller.context(&shared.scope, "", "ends a session");
    shared
        .people
        .revoke_session(&context, &id, Some(&name))
        .await?;
    Ok(Json(Done {}))
}

/// Everybody's sessions.
#[utoipa::path(get, path = "/sessions/everybody", tag = "session",
    operation_id = "list_all_sessions", responses((status = 200, body = SessionList)))]
async fn everybodys(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<SessionList>, Refusal> {
    Ok(listed(&caller, shared.people.sessions(None).await?))
}

/// Ends somebody's session.
#[utoipa::path(delete, path = "/sessions/everybody/{id}", tag = "session",
    operation_id = "revoke_any_session", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn revoke_any(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "ends somebody's session");
    shared.people.revoke_session(&context, &id, None).await?;
    Ok(Json(Done {}))
}

fn listed(caller: &Caller, rows: Vec<SessionRow>) -> Json<SessionList> {
    let shown = |row: SessionRow| OpenSession {
        current: caller.session.as_ref() == Some(&row.id),
        id: row.id,
        person: row.session.person.to_string(),
        auth: row.session.auth,
        created_at: row.session.created_at,
        seen_at: row.seen_at,
        expires_at: row.session.expires_at,
        peer: row.session.peer.map(|peer| peer.to_string()),
        agent: row.session.agent,
    };
    let sessions = rows.into_iter().map(shown).collect();
    Json(SessionList { sessions })
}
