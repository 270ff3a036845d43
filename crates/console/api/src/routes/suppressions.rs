use std::time::Duration;

use aurora_messages::{
    ErrorBody, LiftSuppression, Suppress, SuppressionInfo, SuppressionPreview,
    SuppressionPreviewRequest, SuppressionQuery, Suppressions,
};
use aurora_model::suppression::SuppressionId;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const REASON_CHARS: usize = 4_000;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Suppression, Read), routes!(list))
        .on(permission!(Suppression, Create), routes!(create))
        .on(permission!(Suppression, Preview), routes!(preview))
        .on(permission!(Suppression, Lift), routes!(lift))
}

#[utoipa::path(get, path = "/suppressions", tag = "suppressions", operation_id = "list_suppressions",
    params(SuppressionQuery), responses((status = 200, body = Suppressions)))]
async fn list(
    State(shared): State<Shared>,
    Params(query): Params<SuppressionQuery>,
) -> Result<Json<Suppressions>, Refusal> {
    Ok(Json(shared.site.suppressions(&shared.scope, query).await?))
}

/// What a suppression would have hidden.
#[utoipa::path(post, path = "/suppressions/preview", tag = "suppressions",
    operation_id = "preview_suppression", request_body = SuppressionPreviewRequest,
    responses((status = 200, body = SuppressionPreview)))]
async fn preview(
    State(shared): State<Shared>,
    Body(body): Body<SuppressionPreviewRequest>,
) -> Result<Json<SuppressionPreview>, Refusal> {
    Ok(Json(
        shared
            .site
            .preview_suppression(&shared.scope, &body)
            .await?,
    ))
}

/// Keeps later matches out of the queue until an expiry, for a reason.
#[utoipa::path(post, path = "/suppressions", tag = "suppressions", operation_id = "suppress",
    request_body = Suppress,
    responses((status = 201, body = SuppressionInfo), (status = 422, body = ErrorBody)))]
async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<Suppress>,
) -> Result<(StatusCode, Json<SuppressionInfo>), Refusal> {
    check(&shared, &body)?;
    let context = caller.context(&shared.scope, &body.reason, "");
    Ok((
        StatusCode::CREATED,
        Json(shared.site.suppress(&context, &body).await?),
    ))
}

fn check(shared: &Shared, body: &Suppress) -> Result<(), Refusal> {
    if body.reason.trim().is_empty() {
        return Err(Refusal::invalid("a suppression needs a reason"));
    }
    at_most("the reason", &body.reason, REASON_CHARS)?;
    let now = shared.clock.now();
    if body.until <= now {
        return Err(Refusal::invalid("the expiry has passed"));
    }
    if body.until > now.plus(Duration::from_secs(Suppress::MAX_DAYS * 86_400)) {
        let limit = Suppress::MAX_DAYS;
        return Err(Refusal::invalid(format!(
            "the expiry is more than {limit} days ahead"
        )));
    }
    Ok(())
}

/// Ends a suppression before its expiry.
#[utoipa::path(post, path = "/suppressions/{id}/lift", tag = "suppressions",
    operation_id = "lift_suppression", params(("id" = String, Path)),
    request_body = LiftSuppression,
    responses((status = 200, body = SuppressionInfo), (status = 404, body = ErrorBody)))]
async fn lift(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<SuppressionId>,
    Body(body): Body<LiftSuppression>,
) -> Result<Json<SuppressionInfo>, Refusal> {
    at_most("the reason", &body.reason, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "lifts it");
    Ok(Json(shared.site.lift_suppression(&context, id).await?))
}
