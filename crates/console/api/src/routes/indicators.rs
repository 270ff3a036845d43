use aurora_messages::{
    Done, ErrorBody, IndicatorAnswer, IndicatorCheck, IndicatorImport, IndicatorImportReport,
    IndicatorQuery, IndicatorRemoval, IndicatorSetDetail, IndicatorSets,
};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const REASON_CHARS: usize = 2_000;
/// Longer texts are no value of any kind.
const VALUE_CHARS: usize = 8_192;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Indicator, Read), routes!(list))
        .on(permission!(Indicator, Import), routes!(import))
        .on(permission!(Indicator, Check), routes!(check))
        .on(permission!(Indicator, Read), routes!(show))
        .on(permission!(Indicator, Remove), routes!(remove))
}

/// The sets of all sources, and an import that runs.
#[utoipa::path(get, path = "/indicators", tag = "indicators", operation_id = "list_indicator_sets",
    responses((status = 200, body = IndicatorSets)))]
async fn list(State(shared): State<Shared>) -> Result<Json<IndicatorSets>, Refusal> {
    Ok(Json(shared.site.indicator_sets(&shared.scope).await?))
}

/// Makes a source's set from feeds' files and puts it in force in place of the one before.
#[utoipa::path(post, path = "/indicators/import", tag = "indicators",
    operation_id = "import_indicators", request_body = IndicatorImport,
    responses((status = 200, body = IndicatorImportReport), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 503, body = ErrorBody)))]
async fn import(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<IndicatorImport>,
) -> Result<Json<IndicatorImportReport>, Refusal> {
    examine(&caller, &body)?;
    let context = caller.context(&shared.scope, &body.reason, "imports indicators");
    let report = shared.site.import_indicators(&context, &body).await?;
    Ok(Json(report))
}

/// A path is read with the site's rights, so only its own user may name one.
fn examine(caller: &Caller, body: &IndicatorImport) -> Result<(), Refusal> {
    if !IndicatorImport::is_source(&body.source) {
        let limit = IndicatorImport::SOURCE_CHARS;
        return Err(Refusal::invalid(format!(
            "a source's name is 1 to {limit} of a-z, 0-9, `.`, `-` and `_`, and neither `import` nor `check`"
        )));
    }
    if !body.paths.is_empty() && !caller.is_local() {
        return Err(Refusal::local_only());
    }
    if body.paths.is_empty() == body.files.is_empty() {
        return Err(Refusal::invalid("give either `paths` or `files`"));
    }
    if body.confidence.is_some_and(|confidence| confidence > 100) {
        return Err(Refusal::invalid("a confidence is 0 to 100"));
    }
    at_most("the reason", &body.reason, REASON_CHARS)
}

/// What an event with this value would match now.
#[utoipa::path(post, path = "/indicators/check", tag = "indicators",
    operation_id = "check_indicator", request_body = IndicatorCheck,
    responses((status = 200, body = IndicatorAnswer)))]
async fn check(
    State(shared): State<Shared>,
    Body(body): Body<IndicatorCheck>,
) -> Result<Json<IndicatorAnswer>, Refusal> {
    at_most("the value", &body.value, VALUE_CHARS)?;
    let answer = shared
        .site
        .check_indicator(&shared.scope, &body.value)
        .await?;
    Ok(Json(answer))
}

/// A source's set with some of its indicators.
#[utoipa::path(get, path = "/indicators/{source}", tag = "indicators",
    operation_id = "show_indicator_set", params(("source" = String, Path), IndicatorQuery),
    responses((status = 200, body = IndicatorSetDetail), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(source): Named<String>,
    Params(query): Params<IndicatorQuery>,
) -> Result<Json<IndicatorSetDetail>, Refusal> {
    let set = shared.site.indicator_set(&shared.scope, &source, query);
    Ok(Json(set.await?))
}

/// Takes a source's set out of force and forgets it.
#[utoipa::path(delete, path = "/indicators/{source}", tag = "indicators",
    operation_id = "remove_indicator_set", params(("source" = String, Path), IndicatorRemoval),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn remove(
    State(shared): State<Shared>,
    caller: Caller,
    Named(source): Named<String>,
    Params(removal): Params<IndicatorRemoval>,
) -> Result<Json<Done>, Refusal> {
    at_most("the reason", &removal.reason, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &removal.reason, "removes the indicators");
    shared.site.remove_indicators(&context, &source).await?;
    Ok(Json(Done {}))
}
