//! Detection engineering: why, what would have been, how it is, what changed.

use aurora_messages::{
    BacktestJob, BacktestRequest, CoverageQuery, ErrorBody, ExplainCorrelation, ExplainRequest,
    RuleHealthQuery, RuleImportReport, RuleReload, RuleReloadReport, RuleRevert, RuleVersionDetail,
    RuleVersionPage, RuleVersionQuery,
};
use aurora_model::RuleId;
use aurora_model::engineering::{CorrelationExplanation, Coverage, Explanation, HealthReport};
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

/// Longer reasons are no reasons.
const REASON_CHARS: usize = 2_000;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Rule, Test), routes!(explain))
        .on(permission!(Rule, Test), routes!(correlation))
        .on(permission!(Rule, Test), routes!(start_backtest))
        .on(permission!(Rule, Test), routes!(backtest, cancel_backtest))
        .on(permission!(Rule, Read), routes!(health))
        .on(permission!(Rule, Read), routes!(coverage))
        .on(permission!(Rule, Read), routes!(pending))
        .on(permission!(Rule, Reload), routes!(reload))
        .on(permission!(Rule, Read), routes!(all_versions))
        .on(permission!(Rule, Read), routes!(versions))
        .on(permission!(Rule, Read), routes!(version))
        .on(permission!(Rule, Revert), routes!(revert))
}

/// Says which parts of a rule's condition hold for an event, and which do not.
#[utoipa::path(post, path = "/rules/explain", tag = "rules", operation_id = "explain_rule",
    request_body = ExplainRequest,
    responses((status = 200, body = Explanation), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn explain(
    State(shared): State<Shared>,
    Body(body): Body<ExplainRequest>,
) -> Result<Json<Explanation>, Refusal> {
    if body.rule.is_some() == body.text.is_some() {
        return Err(Refusal::invalid("give either `rule` or `text`"));
    }
    let given = [body.uid.is_some(), body.event.is_some(), body.raw.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(Refusal::invalid("give one of `uid`, `event` and `raw`"));
    }
    let explanation = shared.site.explain_rule(&shared.scope, &body).await?;
    Ok(Json(explanation))
}

/// Says which rules of a correlation hit, into which groups, and how near each came to the condition.
#[utoipa::path(post, path = "/rules/explain/correlation", tag = "rules",
    operation_id = "explain_correlation", request_body = ExplainCorrelation,
    responses((status = 200, body = CorrelationExplanation), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn correlation(
    State(shared): State<Shared>,
    Body(body): Body<ExplainCorrelation>,
) -> Result<Json<CorrelationExplanation>, Refusal> {
    if body.since.is_some() && !body.events.is_empty() {
        return Err(Refusal::invalid("give either `events` or `since`"));
    }
    if body.events.len() > ExplainCorrelation::MAX_EVENTS {
        let text = format!("give at most {} events", ExplainCorrelation::MAX_EVENTS);
        return Err(Refusal::invalid(text));
    }
    let explanation = shared
        .site
        .explain_correlation(&shared.scope, &body)
        .await?;
    Ok(Json(explanation))
}

/// Begins to run rules over stored events.
#[utoipa::path(post, path = "/rules/backtests", tag = "rules", operation_id = "start_backtest",
    request_body = BacktestRequest,
    responses((status = 200, body = BacktestJob), (status = 422, body = ErrorBody)))]
async fn start_backtest(
    State(shared): State<Shared>,
    Body(body): Body<BacktestRequest>,
) -> Result<Json<BacktestJob>, Refusal> {
    if body.rules.is_empty() && body.files.is_empty() {
        return Err(Refusal::invalid("give `rules`, `files`, or both"));
    }
    if body.until.is_some_and(|until| until <= body.since) {
        return Err(Refusal::invalid("`until` must be later than `since`"));
    }
    let job = shared.site.start_backtest(&shared.scope, &body).await?;
    Ok(Json(job))
}

/// How far it is, and its report when it is done.
#[utoipa::path(get, path = "/rules/backtests/{id}", tag = "rules", operation_id = "show_backtest",
    params(("id" = String, Path)),
    responses((status = 200, body = BacktestJob), (status = 404, body = ErrorBody)))]
async fn backtest(
    State(shared): State<Shared>,
    Named(id): Named<String>,
) -> Result<Json<BacktestJob>, Refusal> {
    Ok(Json(shared.site.backtest(&shared.scope, &id).await?))
}

/// Ends it early.
#[utoipa::path(delete, path = "/rules/backtests/{id}", tag = "rules",
    operation_id = "cancel_backtest", params(("id" = String, Path)),
    responses((status = 200, body = BacktestJob), (status = 404, body = ErrorBody)))]
async fn cancel_backtest(
    State(shared): State<Shared>,
    Named(id): Named<String>,
) -> Result<Json<BacktestJob>, Refusal> {
    let job = shared.site.cancel_backtest(&shared.scope, &id).await?;
    Ok(Json(job))
}

/// How each rule is: broken, noisy, slow, without events, silent.
#[utoipa::path(get, path = "/rules/health", tag = "rules", operation_id = "rule_health",
    params(RuleHealthQuery), responses((status = 200, body = HealthReport)))]
async fn health(
    State(shared): State<Shared>,
    Params(query): Params<RuleHealthQuery>,
) -> Result<Json<HealthReport>, Refusal> {
    Ok(Json(shared.site.rule_health(&shared.scope, &query).await?))
}

/// The rules in force by tactic and technique of ATT&CK.
#[utoipa::path(get, path = "/rules/coverage", tag = "rules", operation_id = "rule_coverage",
    params(CoverageQuery), responses((status = 200, body = Coverage)))]
async fn coverage(
    State(shared): State<Shared>,
    Params(query): Params<CoverageQuery>,
) -> Result<Json<Coverage>, Refusal> {
    Ok(Json(
        shared.site.rule_coverage(&shared.scope, &query).await?,
    ))
}

/// What a reload of the rule folders would change.
#[utoipa::path(get, path = "/rules/pending", tag = "rules", operation_id = "pending_rules",
    responses((status = 200, body = RuleReloadReport)))]
async fn pending(State(shared): State<Shared>) -> Result<Json<RuleReloadReport>, Refusal> {
    Ok(Json(shared.site.pending_rules(&shared.scope).await?))
}

/// Reads the rule folders again and puts what is there in force.
#[utoipa::path(post, path = "/rules/reload", tag = "rules", operation_id = "reload_rules",
    request_body = RuleReload, responses((status = 200, body = RuleReloadReport)))]
async fn reload(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<RuleReload>,
) -> Result<Json<RuleReloadReport>, Refusal> {
    at_most("the reason", &body.reason, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "reloads rules");
    Ok(Json(shared.site.reload_rules(&context).await?))
}

/// The latest changes of rules.
#[utoipa::path(get, path = "/rules/versions", tag = "rules", operation_id = "list_rule_versions",
    params(RuleVersionQuery), responses((status = 200, body = RuleVersionPage)))]
async fn all_versions(
    State(shared): State<Shared>,
    Params(query): Params<RuleVersionQuery>,
) -> Result<Json<RuleVersionPage>, Refusal> {
    let page = shared
        .site
        .rule_versions(&shared.scope, None, &query)
        .await?;
    Ok(Json(page))
}

/// The versions of one rule, also of one that is gone.
#[utoipa::path(get, path = "/rules/{id}/versions", tag = "rules", operation_id = "rule_history",
    params(("id" = String, Path), RuleVersionQuery),
    responses((status = 200, body = RuleVersionPage), (status = 404, body = ErrorBody)))]
async fn versions(
    State(shared): State<Shared>,
    Named(id): Named<RuleId>,
    Params(query): Params<RuleVersionQuery>,
) -> Result<Json<RuleVersionPage>, Refusal> {
    let page = shared
        .site
        .rule_versions(&shared.scope, Some(&id), &query)
        .await?;
    Ok(Json(page))
}

/// One version with its text.
#[utoipa::path(get, path = "/rules/{id}/versions/{version}", tag = "rules",
    operation_id = "show_rule_version",
    params(("id" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = RuleVersionDetail), (status = 404, body = ErrorBody)))]
async fn version(
    State(shared): State<Shared>,
    Named((id, version)): Named<(RuleId, u32)>,
) -> Result<Json<RuleVersionDetail>, Refusal> {
    let found = shared
        .site
        .rule_version(&shared.scope, &id, version)
        .await?;
    Ok(Json(found))
}

/// Puts an earlier version of an imported rule back in force.
#[utoipa::path(post, path = "/rules/{id}/revert", tag = "rules", operation_id = "revert_rule",
    params(("id" = String, Path)), request_body = RuleRevert,
    responses((status = 200, body = RuleImportReport), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn revert(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<RuleId>,
    Body(body): Body<RuleRevert>,
) -> Result<Json<RuleImportReport>, Refusal> {
    at_most("the reason", &body.reason, REASON_CHARS)?;
    let context = caller.context(&shared.scope, &body.reason, "reverts a rule");
    Ok(Json(shared.site.revert_rule(&context, &id, &body).await?))
}
