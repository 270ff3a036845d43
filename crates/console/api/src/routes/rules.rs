use aurora_messages::{
    ErrorBody, LintReport, RuleDetail, RuleImport, RuleImportReport, RulePage, RuleQuery, RuleTest,
    RuleTestReport,
};
use aurora_model::RuleId;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Rule, Read), routes!(list))
        .on(permission!(Rule, Test), routes!(lint))
        .on(permission!(Rule, Test), routes!(test))
        .on(permission!(Rule, Import), routes!(import))
        .on(permission!(Rule, Read), routes!(show))
}

#[utoipa::path(get, path = "/rules", tag = "rules", operation_id = "list_rules",
    params(RuleQuery), responses((status = 200, body = RulePage)))]
async fn list(
    State(shared): State<Shared>,
    Params(query): Params<RuleQuery>,
) -> Result<Json<RulePage>, Refusal> {
    Ok(Json(shared.site.rules(&shared.scope, &query).await?))
}

/// One rule with its text.
#[utoipa::path(get, path = "/rules/{id}", tag = "rules", operation_id = "show_rule",
    params(("id" = String, Path)),
    responses((status = 200, body = RuleDetail), (status = 404, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    Named(id): Named<RuleId>,
) -> Result<Json<RuleDetail>, Refusal> {
    Ok(Json(shared.site.rule(&shared.scope, &id).await?))
}

/// Compiles rules and says what is wrong with them; changes nothing.
#[utoipa::path(post, path = "/rules/lint", tag = "rules", operation_id = "lint_rules",
    request_body = RuleImport, responses((status = 200, body = LintReport)))]
async fn lint(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<RuleImport>,
) -> Result<Json<LintReport>, Refusal> {
    check(&caller, &body)?;
    Ok(Json(shared.site.lint_rules(&shared.scope, &body).await?))
}

/// Tries one rule on events.
#[utoipa::path(post, path = "/rules/test", tag = "rules", operation_id = "test_rule",
    request_body = RuleTest,
    responses((status = 200, body = RuleTestReport), (status = 422, body = ErrorBody)))]
async fn test(
    State(shared): State<Shared>,
    Body(body): Body<RuleTest>,
) -> Result<Json<RuleTestReport>, Refusal> {
    if body.rule.is_some() == body.text.is_some() {
        return Err(Refusal::invalid("give either `rule` or `text`"));
    }
    Ok(Json(shared.site.test_rule(&shared.scope, &body).await?))
}

/// Adds rules or replaces those with the same id.
#[utoipa::path(post, path = "/rules/import", tag = "rules", operation_id = "import_rules",
    request_body = RuleImport,
    responses((status = 200, body = RuleImportReport), (status = 403, body = ErrorBody)))]
async fn import(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<RuleImport>,
) -> Result<Json<RuleImportReport>, Refusal> {
    check_import(&caller, &body)?;
    let context = caller.context(&shared.scope, &body.reason, "imports rules");
    Ok(Json(shared.site.import_rules(&context, &body).await?))
}

/// What is to be imported is named one way. To lint, nothing need be named: that is what is in force.
fn check_import(caller: &Caller, rules: &RuleImport) -> Result<(), Refusal> {
    if rules.path.is_none() && rules.files.is_empty() {
        return Err(Refusal::invalid("give either `path` or `files`"));
    }
    check(caller, rules)
}

/// A path is read with the site's rights, so only its own user may name one.
fn check(caller: &Caller, rules: &RuleImport) -> Result<(), Refusal> {
    if rules.path.is_some() && !caller.is_local() {
        return Err(Refusal::local_only());
    }
    if rules.path.is_some() && !rules.files.is_empty() {
        return Err(Refusal::invalid("give either `path` or `files`"));
    }
    Ok(())
}
