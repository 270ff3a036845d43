use aurora_messages::{DoctorReport, Done, ErrorBody, Health, SiteStatus};
use aurora_permissions::permission;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::Local;
use crate::extract::Named;
use crate::health::{OPEN_METRICS, code};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Site, Read), routes!(status))
        .on(permission!(Site, Diagnose), routes!(doctor))
        .on(permission!(Site, ShutDown), routes!(shutdown))
}

/// For machines that watch us; without a session, since they bring none.
pub(super) fn plain() -> Router<Shared> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/readyz/{role}", get(role_ready))
        .route("/metrics", get(metrics))
}

/// The site at a glance.
#[utoipa::path(get, path = "/status", tag = "site", operation_id = "status",
    responses((status = 200, body = SiteStatus)))]
async fn status(State(shared): State<Shared>) -> Result<Json<SiteStatus>, Refusal> {
    Ok(Json(shared.site.status(&shared.scope).await?))
}

/// Looks for what is wrong, and says how to mend it.
#[utoipa::path(get, path = "/doctor", tag = "site", operation_id = "doctor",
    responses((status = 200, body = DoctorReport)))]
async fn doctor(State(shared): State<Shared>) -> Result<Json<DoctorReport>, Refusal> {
    Ok(Json(shared.site.doctor(&shared.scope).await?))
}

/// Stops the site. Only for the local operator.
#[utoipa::path(post, path = "/shutdown", tag = "site", operation_id = "shutdown",
    responses((status = 202, body = Done), (status = 403, body = ErrorBody)))]
async fn shutdown(
    State(shared): State<Shared>,
    Local(caller): Local,
) -> Result<(StatusCode, Json<Done>), Refusal> {
    let context = caller.context(&shared.scope, "", "stops the site");
    shared.site.shut_down(&context).await?;
    Ok((StatusCode::ACCEPTED, Json(Done {})))
}

/// One line a role: `ready ingest`. 503 unless all of them serve.
async fn ready(State(shared): State<Shared>) -> Result<Response, Refusal> {
    let status = shared.site.status(&shared.scope).await?;
    let lines = status
        .roles
        .iter()
        .map(|role| format!("{} {}\n", word(role.health), role.role));
    Ok((code(status.ready()), lines.collect::<String>()).into_response())
}

async fn role_ready(
    State(shared): State<Shared>,
    Named(name): Named<String>,
) -> Result<Response, Refusal> {
    let status = shared.site.status(&shared.scope).await?;
    let role = status.roles.iter().find(|role| role.role == name);
    let role = role.ok_or_else(|| Refusal::not_found("no such role runs here"))?;
    Ok((
        code(role.health.serves()),
        format!("{}\n", word(role.health)),
    )
        .into_response())
}

async fn metrics(State(shared): State<Shared>) -> Result<Response, Refusal> {
    let text = shared.site.metrics().await?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

const fn word(health: Health) -> &'static str {
    match health {
        Health::Starting => "starting",
        Health::Ready => "ready",
        Health::Degraded => "degraded",
        Health::Down => "down",
    }
}
