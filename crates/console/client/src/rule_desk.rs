//! What detection engineers ask.

use aurora_messages::{
    BacktestJob, BacktestRequest, CoverageQuery, ExplainCorrelation, ExplainRequest,
    RuleHealthQuery, RuleImportReport, RuleReload, RuleReloadReport, RuleRevert, RuleVersionDetail,
    RuleVersionPage, RuleVersionQuery,
};
use aurora_model::RuleId;
use aurora_model::engineering::{CorrelationExplanation, Coverage, Explanation, HealthReport};
use hyper::Method;

use crate::path::{path, with_query};
use crate::{Client, Error};

type Result<T> = std::result::Result<T, Error>;

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn explain_rule(&self, request: &ExplainRequest) -> Result<Explanation> {
        self.post(&path(&["rules", "explain"]), request).await
    }

    pub async fn explain_correlation(
        &self,
        request: &ExplainCorrelation,
    ) -> Result<CorrelationExplanation> {
        let path = path(&["rules", "explain", "correlation"]);
        self.post(&path, request).await
    }

    pub async fn start_backtest(&self, request: &BacktestRequest) -> Result<BacktestJob> {
        self.post(&path(&["rules", "backtests"]), request).await
    }

    pub async fn backtest(&self, id: &str) -> Result<BacktestJob> {
        self.get(&path(&["rules", "backtests", id])).await
    }

    pub async fn cancel_backtest(&self, id: &str) -> Result<BacktestJob> {
        self.bare(Method::DELETE, &path(&["rules", "backtests", id]))
            .await
    }

    pub async fn rule_health(&self, query: &RuleHealthQuery) -> Result<HealthReport> {
        self.get(&with_query(&["rules", "health"], query)).await
    }

    pub async fn rule_coverage(&self, query: &CoverageQuery) -> Result<Coverage> {
        self.get(&with_query(&["rules", "coverage"], query)).await
    }

    /// The latest changes of any rule.
    pub async fn rule_changes(&self, query: &RuleVersionQuery) -> Result<RuleVersionPage> {
        self.get(&with_query(&["rules", "versions"], query)).await
    }

    pub async fn rule_versions(
        &self,
        rule: &RuleId,
        query: &RuleVersionQuery,
    ) -> Result<RuleVersionPage> {
        let target = with_query(&["rules", &rule.0, "versions"], query);
        self.get(&target).await
    }

    pub async fn rule_version(&self, rule: &RuleId, version: u32) -> Result<RuleVersionDetail> {
        let target = path(&["rules", &rule.0, "versions", &version.to_string()]);
        self.get(&target).await
    }

    pub async fn revert_rule(
        &self,
        rule: &RuleId,
        revert: &RuleRevert,
    ) -> Result<RuleImportReport> {
        self.post(&path(&["rules", &rule.0, "revert"]), revert)
            .await
    }

    pub async fn pending_rules(&self) -> Result<RuleReloadReport> {
        self.get(&path(&["rules", "pending"])).await
    }

    pub async fn reload_rules(&self, reload: &RuleReload) -> Result<RuleReloadReport> {
        self.post(&path(&["rules", "reload"]), reload).await
    }
}
