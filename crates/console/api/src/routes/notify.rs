use aurora_messages::{ErrorBody, NotifyChannels, NotifyTested};
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
        .on(permission!(Notify, Read), routes!(list))
        .on(permission!(Notify, Test), routes!(test))
}

/// The ways by which people are told of alerts, and how they do.
#[utoipa::path(get, path = "/notify", tag = "notifications", operation_id = "list_channels",
    responses((status = 200, body = NotifyChannels)))]
async fn list(State(shared): State<Shared>) -> Result<Json<NotifyChannels>, Refusal> {
    Ok(Json(shared.site.notify_channels(&shared.scope).await?))
}

/// Sends a message that says it is a test, now.
#[utoipa::path(post, path = "/notify/{channel}/test", tag = "notifications",
    operation_id = "test_channel", params(("channel" = String, Path)),
    responses((status = 200, body = NotifyTested), (status = 404, body = ErrorBody)))]
async fn test(
    State(shared): State<Shared>,
    caller: Caller,
    Named(channel): Named<String>,
) -> Result<Json<NotifyTested>, Refusal> {
    let context = caller.context(&shared.scope, "", "tests notifications");
    let tested = shared.site.test_notification(&context, &channel).await?;
    Ok(Json(tested))
}
