use aurora_messages::{DecisionLog, DecisionQuery, LedgerReport};
use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Params;
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(ledger))
        .routes(routes!(decisions))
}

/// Both ledgers, per source and in all.
#[utoipa::path(get, path = "/ledger", tag = "ledger", operation_id = "ledger",
    responses((status = 200, body = LedgerReport)))]
async fn ledger(State(shared): State<Shared>) -> Result<Json<LedgerReport>, Refusal> {
    Ok(Json(shared.site.ledger(&shared.scope).await?))
}

/// Who decided what, in order.
#[utoipa::path(get, path = "/decisions", tag = "ledger", operation_id = "decisions",
    params(DecisionQuery), responses((status = 200, body = DecisionLog)))]
async fn decisions(
    State(shared): State<Shared>,
    Params(query): Params<DecisionQuery>,
) -> Result<Json<DecisionLog>, Refusal> {
    Ok(Json(shared.site.decisions(&shared.scope, &query).await?))
}
