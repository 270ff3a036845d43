use aurora_messages::{AuditErase, DecisionLog, DecisionQuery, Done, ErrorBody, LedgerReport};
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

const REASON_CHARS: usize = 500;
/// Decisions that one decision erases; what it says is one record.
const MOST: usize = 200;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Ledger, Read), routes!(ledger))
        .on(permission!(Decision, Read), routes!(decisions))
        .on(permission!(Audit, Erase), routes!(erase))
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

/// Takes records of decisions out of the audit log, for good.
#[utoipa::path(post, path = "/audit/erase", tag = "ledger", operation_id = "erase_audit",
    request_body = AuditErase,
    responses((status = 200, body = Done), (status = 422, body = ErrorBody)))]
async fn erase(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<AuditErase>,
) -> Result<Json<Done>, Refusal> {
    at_most("the reason", &body.reason, REASON_CHARS)?;
    if body.reason.trim().is_empty() {
        return Err(Refusal::invalid("say why: the reason stays on record"));
    }
    if body.numbers.is_empty() || body.numbers.len() > MOST {
        let text = format!("name 1 to {MOST} decisions, not {}", body.numbers.len());
        return Err(Refusal::invalid(text));
    }
    let context = caller.context(&shared.scope, &body.reason, "");
    shared.site.erase_audit(&context, &body.numbers).await?;
    Ok(Json(Done {}))
}
