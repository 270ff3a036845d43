//! Samples of what detection engineers are told.

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_messages::{
    BacktestJob, BacktestRequest, BacktestState, CoverageQuery, ExplainCorrelation, ExplainRequest,
    RuleHealthQuery, RuleImportReport, RuleReloadReport, RuleRevert, RuleVersionDetail,
    RuleVersionPage, RuleVersionQuery,
};
use aurora_model::engineering::{
    Backtest, CorrelationExplanation, Coverage, Explanation, HealthProblem, HealthReport,
    ReachedBound, RuleHealth, RuleVersion, Trouble, VersionChange,
};
use aurora_model::{Actor, Context, RuleId, Scope, Severity};

use super::FakeSite;
use crate::RuleDesk;
use crate::site::{Error, Result};

#[async_trait]
impl RuleDesk for FakeSite {
    async fn explain_rule(&self, _: &Scope, request: &ExplainRequest) -> Result<Explanation> {
        let rule = request.rule.clone().unwrap_or_else(|| RuleId("r1".into()));
        Ok(Explanation {
            rule,
            title: "A rule".to_owned(),
            matched: false,
            logsource: "category=process_creation".to_owned(),
            covered: true,
            event: "class_uid=1007".to_owned(),
            conditions: Vec::new(),
            steps: Vec::new(),
        })
    }

    async fn explain_correlation(
        &self,
        _: &Scope,
        request: &ExplainCorrelation,
    ) -> Result<CorrelationExplanation> {
        if request.rule.0 != "c1" {
            return Err(Error::not_found("correlation", &request.rule));
        }
        Ok(CorrelationExplanation {
            rule: request.rule.clone(),
            title: "A correlation".to_owned(),
            fired: false,
            kind: "event_count".to_owned(),
            condition: "gte: 10".to_owned(),
            fields: Vec::new(),
            timespan_ms: 300_000,
            group_by: vec!["User".to_owned()],
            events: request.events.len() as u64,
            members: Vec::new(),
            groups: Vec::new(),
            groups_total: 0,
        })
    }

    async fn start_backtest(&self, _: &Scope, request: &BacktestRequest) -> Result<BacktestJob> {
        Ok(job(request.since))
    }

    async fn backtest(&self, _: &Scope, id: &str) -> Result<BacktestJob> {
        if id == "b1" {
            Ok(job(Timestamp::from_millis(0)))
        } else {
            Err(Error::not_found("backtest", id))
        }
    }

    async fn cancel_backtest(&self, scope: &Scope, id: &str) -> Result<BacktestJob> {
        self.backtest(scope, id).await
    }

    async fn rule_health(&self, _: &Scope, query: &RuleHealthQuery) -> Result<HealthReport> {
        Ok(HealthReport {
            at: self.clock.now(),
            days: query.days(),
            sampled: 12_400,
            rules: health(self.clock.now()),
        })
    }

    async fn rule_coverage(&self, _: &Scope, _: &CoverageQuery) -> Result<Coverage> {
        Ok(Coverage::default())
    }

    async fn rule_versions(
        &self,
        _: &Scope,
        rule: Option<&RuleId>,
        _: &RuleVersionQuery,
    ) -> Result<RuleVersionPage> {
        let version = version(rule.cloned().unwrap_or_else(|| RuleId("r1".into())), 1);
        Ok(RuleVersionPage {
            versions: vec![version],
            total: 1,
        })
    }

    async fn rule_version(&self, _: &Scope, rule: &RuleId, n: u32) -> Result<RuleVersionDetail> {
        Ok(RuleVersionDetail {
            version: version(rule.clone(), n),
            text: Some(format!("title: version {n}\n")),
        })
    }

    async fn revert_rule(
        &self,
        _: &Context,
        _: &RuleId,
        _: &RuleRevert,
    ) -> Result<RuleImportReport> {
        Ok(RuleImportReport {
            updated: 1,
            ..RuleImportReport::default()
        })
    }

    async fn pending_rules(&self, _: &Scope) -> Result<RuleReloadReport> {
        Ok(RuleReloadReport::default())
    }

    async fn reload_rules(&self, _: &Context) -> Result<RuleReloadReport> {
        Ok(RuleReloadReport::default())
    }
}

fn job(since: Timestamp) -> BacktestJob {
    BacktestJob {
        id: "b1".to_owned(),
        state: BacktestState::Done,
        started_at: since,
        total: 0,
        read: 0,
        problem: None,
        report: Some(Backtest {
            since,
            until: since,
            ..Backtest::default()
        }),
    }
}

fn version(rule: RuleId, version: u32) -> RuleVersion {
    RuleVersion {
        rule,
        version,
        change: VersionChange::Added,
        title: "A rule".to_owned(),
        author: "AuroraSOC".to_owned(),
        file: "shipped/a.yml".to_owned(),
        before: None,
        after: Some("0123456789abcdef0123456789abcdef".to_owned()),
        at: Timestamp::from_millis(0),
        actor: Actor::Service("node".to_owned()),
        reason: "the site started".to_owned(),
    }
}

/// A rule for each kind of trouble, and one without.
fn health(now: Timestamp) -> Vec<RuleHealth> {
    let troubles = Trouble::ALL.into_iter().map(Some).chain([None]);
    let rule = |(index, trouble): (usize, Option<Trouble>)| {
        let fires = match trouble {
            Some(Trouble::Noisy) => 4_200,
            None | Some(Trouble::BoundReached | Trouble::Slow) => 12,
            _ => 0,
        };
        let problem = trouble.map(|kind| HealthProblem {
            kind,
            text: format!("it is {}, as a sample of what is said", kind.word()),
        });
        let bound = (trouble == Some(Trouble::BoundReached)).then(|| ReachedBound {
            bound: "groups".to_owned(),
            limit: 10_000,
            times: 3,
            first: now,
            last: now,
            groups: Vec::new(),
        });
        RuleHealth {
            rule: (trouble != Some(Trouble::Broken)).then(|| RuleId(format!("sample-{index}"))),
            title: format!("Sample rule {index} \u{202e}with hostile text"),
            severity: Severity::High,
            file: format!("windows/sample_{index}.yml"),
            fires,
            alerts: fires / 4,
            last_fired: (fires > 0).then_some(now),
            judged: fires / 40,
            false_positives: fires / 50,
            share: f64::from(u32::try_from(fires).unwrap_or(0)) / 5_000.0,
            cost_us: (fires > 0).then_some(3.5),
            bounds: bound.into_iter().collect(),
            problems: problem.into_iter().collect(),
        }
    };
    troubles.enumerate().map(rule).collect()
}
