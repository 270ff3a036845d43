use aurora_messages::{
    DemoReport, DemoStart, DemoWiped, ErrorBody, ImportJob, ImportRequest, Imports,
};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::{Caller, Local};
use crate::extract::{Body, Named};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Import, Read), routes!(list))
        .on(permission!(Import, Start), routes!(start))
        .on(permission!(Import, Read), routes!(show))
        .on(permission!(Import, Cancel), routes!(cancel))
        .on(permission!(Demo, Start), routes!(start_demo))
        .on(permission!(Demo, Wipe), routes!(wipe_demo))
}

#[utoipa::path(get, path = "/imports", tag = "imports", operation_id = "list_imports",
    responses((status = 200, body = Imports)))]
async fn list(State(shared): State<Shared>) -> Result<Json<Imports>, Refusal> {
    Ok(Json(shared.site.imports(&shared.scope).await?))
}

/// Reads a file of this machine. Only for the local operator.
#[utoipa::path(post, path = "/imports", tag = "imports", operation_id = "start_import",
    request_body = ImportRequest,
    responses((status = 202, body = ImportJob), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn start(
    State(shared): State<Shared>,
    Local(caller): Local,
    Body(body): Body<ImportRequest>,
) -> Result<(StatusCode, Json<ImportJob>), Refusal> {
    if !body.path.starts_with('/') {
        return Err(Refusal::invalid("the path must be absolute"));
    }
    let context = caller.context(&shared.scope, "", "imports a file");
    Ok((
        StatusCode::ACCEPTED,
        Json(shared.site.start_import(&context, &body).await?),
    ))
}

#[utoipa::path(get, path = "/imports/{id}", tag = "imports", operation_id = "show_import",
    params(("id" = String, Path)),
    responses((status = 200, body = ImportJob), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(id): Named<String>,
) -> Result<Json<ImportJob>, Refusal> {
    Ok(Json(shared.site.import(&shared.scope, &id).await?))
}

/// Stops an import; what it handed over stays.
#[utoipa::path(post, path = "/imports/{id}/cancel", tag = "imports",
    operation_id = "cancel_import", params(("id" = String, Path)),
    responses((status = 200, body = ImportJob), (status = 404, body = ErrorBody)))]
async fn cancel(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<ImportJob>, Refusal> {
    let context = caller.context(&shared.scope, "", "cancels it");
    Ok(Json(shared.site.cancel_import(&context, &id).await?))
}

/// Replays the demonstration.
#[utoipa::path(post, path = "/demo", tag = "imports", operation_id = "start_demo",
    request_body = DemoStart, responses((status = 202, body = DemoReport)))]
async fn start_demo(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<DemoStart>,
) -> Result<(StatusCode, Json<DemoReport>), Refusal> {
    if body
        .speed
        .is_some_and(|speed| !speed.is_finite() || speed < 0.0)
    {
        return Err(Refusal::invalid("the speed must be 0 or more"));
    }
    let context = caller.context(&shared.scope, "", "plays the demonstration");
    Ok((
        StatusCode::ACCEPTED,
        Json(shared.site.start_demo(&context, body).await?),
    ))
}

/// Removes everything the demonstration brought.
#[utoipa::path(delete, path = "/demo", tag = "imports", operation_id = "wipe_demo",
    responses((status = 200, body = DemoWiped)))]
async fn wipe_demo(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<DemoWiped>, Refusal> {
    let context = caller.context(&shared.scope, "", "wipes the demonstration");
    Ok(Json(shared.site.wipe_demo(&context).await?))
}
