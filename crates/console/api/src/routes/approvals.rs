//! What waits for approval, and windows of broken glass.

use aurora_approvals::{Approval, ApprovalId, BreakGlass, Party};
use aurora_messages::{
    ApprovalInfo, ApprovalQuery, Approvals, Approve, Assert, BreakGlassInfo, BreakGlassWindows,
    Challenge, Deny, ErrorBody, GivenApproval, OpenBreakGlass,
};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const REASON_CHARS: usize = 2_000;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Approval, Read), routes!(list))
        .on(permission!(Approval, Read), routes!(show))
        .on(permission!(Approval, Assert), routes!(challenge))
        .on(permission!(Approval, Assert), routes!(assert))
        .on(permission!(Approval, Decide), routes!(approve))
        .on(permission!(Approval, Decide), routes!(deny))
        .on(permission!(Approval, Cancel), routes!(cancel))
        .on(permission!(Approval, Read), routes!(windows))
        .on(permission!(BreakGlass, Open), routes!(open))
        .on(permission!(BreakGlass, End), routes!(end))
}

/// What waits for approval, newest first.
#[utoipa::path(get, path = "/approvals", tag = "approvals", operation_id = "list_approvals",
    params(ApprovalQuery), responses((status = 200, body = Approvals)))]
async fn list(
    State(shared): State<Shared>,
    Params(query): Params<ApprovalQuery>,
) -> Result<Json<Approvals>, Refusal> {
    let all = shared.approvals.list(&shared.scope, query.all).await?;
    let approvals = all.into_iter().map(|approval| info(&shared, approval));
    Ok(Json(Approvals {
        approvals: approvals.collect(),
    }))
}

/// One with its exact arguments and what it would touch.
#[utoipa::path(get, path = "/approvals/{id}", tag = "approvals", operation_id = "show_approval",
    params(("id" = String, Path)),
    responses((status = 200, body = ApprovalInfo), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(id): Named<ApprovalId>,
) -> Result<Json<ApprovalInfo>, Refusal> {
    let approval = shared.approvals.get(&shared.scope, id).await?;
    Ok(Json(info(&shared, approval)))
}

/// What the caller must answer to prove who they are, for this and nothing else.
#[utoipa::path(post, path = "/approvals/{id}/challenge", tag = "approvals",
    operation_id = "challenge_approval", params(("id" = String, Path)),
    responses((status = 200, body = Challenge), (status = 404, body = ErrorBody)))]
async fn challenge(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<ApprovalId>,
) -> Result<Json<Challenge>, Refusal> {
    let approvals = &shared.approvals;
    let challenge = approvals.challenge(&shared.scope, &caller.principal, id);
    Ok(Json(Challenge {
        challenge: challenge.await?,
    }))
}

/// The asker proves who they are.
#[utoipa::path(post, path = "/approvals/{id}/assert", tag = "approvals",
    operation_id = "assert_approval", params(("id" = String, Path)), request_body = Assert,
    responses((status = 200, body = ApprovalInfo), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn assert(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<ApprovalId>,
    Body(body): Body<Assert>,
) -> Result<Json<ApprovalInfo>, Refusal> {
    let context = caller.context(&shared.scope, "", "proves who they are");
    let who = &caller.principal;
    let approval = shared.approvals.assert(&context, who, id, &body.assertion);
    Ok(Json(info(&shared, approval.await?)))
}

/// Agrees to exactly this, as another person who may do it.
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "approvals",
    operation_id = "approve", params(("id" = String, Path)), request_body = Approve,
    responses((status = 200, body = ApprovalInfo), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn approve(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<ApprovalId>,
    Body(body): Body<Approve>,
) -> Result<Json<ApprovalInfo>, Refusal> {
    at_most("the note", &body.note, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &body.note, "approves it");
    let assertion = body.assertion.unwrap_or(Value::Null);
    let who = &caller.principal;
    let approval = shared.approvals.approve(&context, who, id, &assertion);
    Ok(Json(info(&shared, approval.await?)))
}

/// Says no. One no is enough.
#[utoipa::path(post, path = "/approvals/{id}/deny", tag = "approvals", operation_id = "deny",
    params(("id" = String, Path)), request_body = Deny,
    responses((status = 200, body = ApprovalInfo), (status = 409, body = ErrorBody)))]
async fn deny(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<ApprovalId>,
    Body(body): Body<Deny>,
) -> Result<Json<ApprovalInfo>, Refusal> {
    at_most("the reason", &body.reason, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "denies it");
    let approval = shared.approvals.deny(&context, &caller.principal, id);
    Ok(Json(info(&shared, approval.await?)))
}

/// Takes back what one asked for.
#[utoipa::path(post, path = "/approvals/{id}/cancel", tag = "approvals",
    operation_id = "cancel_approval", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalInfo), (status = 403, body = ErrorBody)))]
async fn cancel(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<ApprovalId>,
) -> Result<Json<ApprovalInfo>, Refusal> {
    let context = caller.context(&shared.scope, "", "takes it back");
    let approval = shared.approvals.cancel(&context, &caller.principal, id);
    Ok(Json(info(&shared, approval.await?)))
}

/// Who acts alone now.
#[utoipa::path(get, path = "/break-glass", tag = "approvals", operation_id = "list_break_glass",
    responses((status = 200, body = BreakGlassWindows)))]
async fn windows(State(shared): State<Shared>) -> Result<Json<BreakGlassWindows>, Refusal> {
    let open = shared.approvals.broken_glass(&shared.scope).await?;
    Ok(Json(BreakGlassWindows {
        windows: open.into_iter().map(window).collect(),
    }))
}

/// Opens a window of 60 minutes in which the caller acts alone. Another administrator agrees first.
#[utoipa::path(post, path = "/break-glass", tag = "approvals", operation_id = "open_break_glass",
    request_body = OpenBreakGlass,
    responses((status = 201, body = BreakGlassInfo), (status = 428, body = ErrorBody)))]
async fn open(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<OpenBreakGlass>,
) -> Result<(StatusCode, Json<BreakGlassInfo>), Refusal> {
    if body.reason.trim().is_empty() {
        return Err(Refusal::invalid("breaking the glass needs a reason"));
    }
    at_most("the reason", &body.reason, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "");
    let opened = shared.approvals.break_glass(&context, &caller.principal);
    Ok((StatusCode::CREATED, Json(window(opened.await?))))
}

/// Closes a window early.
#[utoipa::path(post, path = "/break-glass/{id}/end", tag = "approvals",
    operation_id = "end_break_glass", params(("id" = String, Path)),
    responses((status = 200, body = BreakGlassInfo), (status = 404, body = ErrorBody)))]
async fn end(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<BreakGlassInfo>, Refusal> {
    let context = caller.context(&shared.scope, "", "closes the window");
    let ended = shared.approvals.end_broken_glass(&context, &id).await?;
    Ok(Json(window(ended)))
}

fn info(shared: &Shared, approval: Approval) -> ApprovalInfo {
    let now = shared.clock.now();
    let lacks = approval.lacks(now);
    let given = approval.given.into_iter().map(|given| GivenApproval {
        by: given.by.actor,
        auth: given.assertion.strength,
        at: given.assertion.at,
        note: given.note,
    });
    ApprovalInfo {
        id: approval.id.to_string(),
        action: approval.action.to_string(),
        permission: approval.deed.permission.to_string(),
        object: approval.deed.object,
        arguments: approval.deed.arguments,
        blast: approval.blast.lines,
        asked_by: approval.asked_by.actor,
        reason: approval.reason,
        asked_at: approval.asked_at,
        expires_at: approval.expires_at,
        state: approval.state.as_str().to_owned(),
        lacks_step_up: lacks.step_up,
        lacks_approvers: lacks.approvers.into(),
        given: given.collect(),
        denied_by: approval.denied_by.map(|Party { actor, .. }| actor),
        policy: approval.policy,
    }
}

fn window(window: BreakGlass) -> BreakGlassInfo {
    BreakGlassInfo {
        id: window.id,
        holder: window.holder.actor,
        reason: window.reason,
        opened_at: window.opened_at,
        until: window.until,
        ended_at: window.ended_at,
        uses: window.uses,
    }
}
