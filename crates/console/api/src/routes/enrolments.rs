use aurora_messages::{Done, EnrolTokenCreated, EnrolTokenRequest, Enrolments, ErrorBody};
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

const LABEL_CHARS: usize = 128;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Enrolment, Read), routes!(list))
        .on(permission!(Enrolment, Create), routes!(create))
        .on(permission!(Enrolment, Revoke), routes!(revoke))
}

/// Hosts that have enrolled, and codes with which more may.
#[utoipa::path(get, path = "/enrolments", tag = "enrolments", operation_id = "list_enrolments",
    responses((status = 200, body = Enrolments)))]
async fn list(State(shared): State<Shared>) -> Result<Json<Enrolments>, Refusal> {
    Ok(Json(shared.site.enrolments(&shared.scope).await?))
}

/// Makes a code with which one host may enrol once; it is shown this once.
#[utoipa::path(post, path = "/enrolments", tag = "enrolments", operation_id = "create_enrol_token",
    request_body = EnrolTokenRequest,
    responses((status = 201, body = EnrolTokenCreated), (status = 422, body = ErrorBody)))]
async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<EnrolTokenRequest>,
) -> Result<(StatusCode, Json<EnrolTokenCreated>), Refusal> {
    at_most("the label", &body.label, LABEL_CHARS)?;
    at_most("the source", body.source.as_str(), LABEL_CHARS)?;
    let context = caller.context(&shared.scope, &body.label, "lets a host enrol");
    let created = shared.site.create_enrol_token(&context, &body).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Revokes a code, or denies a host: its connections end.
#[utoipa::path(delete, path = "/enrolments/{id}", tag = "enrolments",
    operation_id = "revoke_enrolment", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn revoke(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "denies a host or its code");
    shared.site.revoke_enrolment(&context, &id).await?;
    Ok(Json(Done {}))
}
