use async_trait::async_trait;
use aurora_messages::{
    BacktestJob, BacktestRequest, CoverageQuery, ExplainCorrelation, ExplainRequest,
    RuleHealthQuery, RuleImportReport, RuleReloadReport, RuleRevert, RuleVersionDetail,
    RuleVersionPage, RuleVersionQuery,
};
use aurora_model::engineering::{CorrelationExplanation, Coverage, Explanation, HealthReport};
use aurora_model::{Context, RuleId, Scope};

use crate::site::Result;

/// What detection engineers ask of a site. A part of [`crate::Site`].
#[async_trait]
pub trait RuleDesk: Send + Sync {
    /// [`crate::site::Error::NotFound`] for a rule or event that the site does not have,
    /// [`crate::site::Error::Invalid`] for a text that is no rule or a record that cannot be read.
    async fn explain_rule(&self, scope: &Scope, request: &ExplainRequest) -> Result<Explanation>;

    /// [`crate::site::Error::NotFound`] for a correlation that is not in force.
    async fn explain_correlation(
        &self,
        scope: &Scope,
        request: &ExplainCorrelation,
    ) -> Result<CorrelationExplanation>;

    /// Answers as soon as the rules compile and the work has begun. It runs beside others, a few at
    /// a time; [`crate::site::Error::Unavailable`] when too many run.
    async fn start_backtest(&self, scope: &Scope, request: &BacktestRequest)
    -> Result<BacktestJob>;

    async fn backtest(&self, scope: &Scope, id: &str) -> Result<BacktestJob>;

    /// Ends it after the page that it reads; what is finished stays as it is.
    async fn cancel_backtest(&self, scope: &Scope, id: &str) -> Result<BacktestJob>;

    async fn rule_health(&self, scope: &Scope, query: &RuleHealthQuery) -> Result<HealthReport>;

    async fn rule_coverage(&self, scope: &Scope, query: &CoverageQuery) -> Result<Coverage>;

    /// Versions of one rule, or of all.
    async fn rule_versions(
        &self,
        scope: &Scope,
        rule: Option<&RuleId>,
        query: &RuleVersionQuery,
    ) -> Result<RuleVersionPage>;

    async fn rule_version(
        &self,
        scope: &Scope,
        rule: &RuleId,
        version: u32,
    ) -> Result<RuleVersionDetail>;

    /// [`crate::site::Error::Conflict`] for a rule that was not imported: its file is the truth.
    async fn revert_rule(
        &self,
        context: &Context,
        rule: &RuleId,
        revert: &RuleRevert,
    ) -> Result<RuleImportReport>;

    /// What a reload would change; changes nothing.
    async fn pending_rules(&self, scope: &Scope) -> Result<RuleReloadReport>;

    /// Reads every rule folder again and puts what is there in force, as a whole.
    async fn reload_rules(&self, context: &Context) -> Result<RuleReloadReport>;
}
