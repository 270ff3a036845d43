use aurora_messages::{ErrorBody, Histogram, HistogramRequest, Hunt, HuntAnswer, SchemaQuery};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::emit;
use crate::extract::{Body, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const QUERY_CHARS: usize = 16_384;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Event, Search), routes!(hunt))
        .on(permission!(Event, Search), routes!(histogram))
}

/// Asks the event store.
#[utoipa::path(post, path = "/hunt", tag = "hunt", operation_id = "hunt", params(SchemaQuery),
    request_body = Hunt, responses((status = 200, body = HuntAnswer), (status = 422, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn hunt(
    State(shared): State<Shared>,
    Params(query): Params<SchemaQuery>,
    Body(body): Body<Hunt>,
) -> Result<Json<HuntAnswer>, Refusal> {
    at_most("the query", &body.query, QUERY_CHARS)?;
    let mut answer = shared.site.hunt(&shared.scope, &body).await?;
    emit::hunt(&mut answer, query.schema.unwrap_or_default());
    Ok(Json(answer))
}

/// How many events match, over time.
#[utoipa::path(post, path = "/hunt/histogram", tag = "hunt", operation_id = "histogram",
    request_body = HistogramRequest,
    responses((status = 200, body = Histogram), (status = 422, body = ErrorBody)))]
async fn histogram(
    State(shared): State<Shared>,
    Body(body): Body<HistogramRequest>,
) -> Result<Json<Histogram>, Refusal> {
    at_most("the query", &body.query, QUERY_CHARS)?;
    if body.until <= body.since {
        return Err(Refusal::invalid("the time range is empty"));
    }
    Ok(Json(shared.site.histogram(&shared.scope, &body).await?))
}
