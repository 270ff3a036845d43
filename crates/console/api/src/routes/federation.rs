use aurora_messages::{
    Done, ErrorBody, FederationStatus, InvitationCreated, InvitationRequest, JoinAsked, JoinMesh,
    KeyRotated, LeaveMesh, RotateKey, SiteVerified, VerifySite,
};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::Body;
use crate::refusal::Refusal;
use crate::state::Shared;

/// Characters of a label, and of a code as people type it.
const LABEL_CHARS: usize = 64;
/// Characters of an invitation.
const CODE_CHARS: usize = 2_048;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Site, Read), routes!(status))
        .on(permission!(Federation, Invite), routes!(invite))
        .on(permission!(Federation, Join), routes!(join))
        .on(permission!(Federation, Verify), routes!(verify))
        .on(permission!(Federation, Leave), routes!(leave))
        .on(permission!(Federation, Rotate), routes!(rotate))
}

/// How this site federates, with whom, and who is on the way in.
#[utoipa::path(get, path = "/federation", tag = "federation", operation_id = "federation_status",
    responses((status = 200, body = FederationStatus)))]
async fn status(State(shared): State<Shared>) -> Result<Json<FederationStatus>, Refusal> {
    Ok(Json(shared.site.federation(&shared.scope).await?))
}

/// Makes an invitation with which one site may ask to join; it is shown this once.
#[utoipa::path(post, path = "/federation/invitations", tag = "federation",
    operation_id = "invite_site", request_body = InvitationRequest,
    responses((status = 201, body = InvitationCreated), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn invite(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<InvitationRequest>,
) -> Result<(StatusCode, Json<InvitationCreated>), Refusal> {
    at_most("the label", &body.label, LABEL_CHARS)?;
    let context = caller.context(&shared.scope, "", "invites a site into the mesh");
    let created = shared.site.invite_site(&context, &body).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Asks the primary to let this site in.
#[utoipa::path(post, path = "/federation/join", tag = "federation", operation_id = "join_mesh",
    request_body = JoinMesh,
    responses((status = 200, body = JoinAsked), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn join(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<JoinMesh>,
) -> Result<Json<JoinAsked>, Refusal> {
    at_most("the invitation", &body.code, CODE_CHARS)?;
    let context = caller.context(&shared.scope, "", "joins a mesh");
    Ok(Json(shared.site.join_mesh(&context, &body).await?))
}

/// Says that the operators of both sites have compared their code.
#[utoipa::path(post, path = "/federation/verify", tag = "federation", operation_id = "verify_site",
    request_body = VerifySite,
    responses((status = 200, body = SiteVerified), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn verify(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<VerifySite>,
) -> Result<Json<SiteVerified>, Refusal> {
    at_most("the code", &body.code, LABEL_CHARS)?;
    let context = caller.context(&shared.scope, "", "has compared the codes of two sites");
    Ok(Json(shared.site.verify_site(&context, &body).await?))
}

/// Makes a new key for this site among sites; the former one counts a while longer.
#[utoipa::path(post, path = "/federation/rotate", tag = "federation", operation_id = "rotate_key",
    request_body = RotateKey,
    responses((status = 200, body = KeyRotated), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn rotate(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<RotateKey>,
) -> Result<Json<KeyRotated>, Refusal> {
    let context = caller.context(&shared.scope, "", "replaces the site's key among sites");
    Ok(Json(shared.site.rotate_key(&context, &body).await?))
}

/// Leaves the mesh; at the primary, takes a site out of it.
#[utoipa::path(post, path = "/federation/leave", tag = "federation", operation_id = "leave_mesh",
    request_body = LeaveMesh,
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn leave(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<LeaveMesh>,
) -> Result<Json<Done>, Refusal> {
    if let Some(site) = &body.site {
        at_most("the site", site, LABEL_CHARS)?;
    }
    let context = caller.context(&shared.scope, "", "leaves the mesh, or takes a site out");
    let site = body.site.as_deref();
    shared.site.leave_mesh(&context, site).await?;
    Ok(Json(Done {}))
}
