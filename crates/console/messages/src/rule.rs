use aurora_model::{MatchedField, RuleId, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::PageSize;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleSummary {
    #[schema(value_type = String)]
    pub id: RuleId,
    pub title: String,
    pub author: String,
    pub severity: Severity,
    /// Sigma's `status`: `stable`, `test`, `experimental`, …
    pub status: Option<String>,
    pub description: String,
    /// ATT&CK ids.
    pub attack: Vec<String>,
    pub references: Vec<String>,
    pub false_positives: Vec<String>,
    /// `category`, `product` and `service` as the rule writes them.
    pub logsource: String,
    pub license: Option<String>,
    /// Where it was loaded from, relative to the rule directory.
    pub file: String,
    /// Hash of its text.
    pub revision: String,
    /// Matches since the site started.
    pub matches: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuleQuery {
    /// Part of the title, id, file, author or an ATT&CK id; case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// At most 10,000; 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(maximum = 10_000)]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RulePage {
    pub rules: Vec<RuleSummary>,
    pub total: u64,
    /// Rules that were found but do not compile. They stop none of the others.
    pub broken: Vec<RuleProblem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleDetail {
    pub rule: RuleSummary,
    /// The YAML text as it was loaded.
    pub text: String,
}

/// What is wrong with a rule, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleProblem {
    pub file: String,
    /// From 1; absent when it concerns the whole file.
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub reason: String,
    /// The rule cannot run; otherwise it runs and this is advice.
    pub fatal: bool,
}

/// A rule's text under the name it was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    pub name: String,
    pub text: String,
}

/// Rules to lint or to import: given here, or read by the site from a file or directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RuleImport {
    pub files: Vec<RuleFile>,
    /// Only the local operator may name a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    pub reason: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LintReport {
    /// Rules that compile.
    pub compiled: u64,
    pub problems: Vec<RuleProblem>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleImportReport {
    pub added: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Left out; the others are in.
    pub problems: Vec<RuleProblem>,
}

/// Tries a rule on events without touching the queue. Give `rule` or `text`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleTest {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rule: Option<RuleId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// OCSF events, or raw records of a known format as `{"raw": "…"}`.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Map<String, Value>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleTestReport {
    pub matched: u64,
    /// One an event, in order.
    pub results: Vec<RuleTestResult>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleTestResult {
    pub matched: bool,
    pub fields: Vec<MatchedField>,
    /// Why the event could not be tried.
    pub problem: Option<String>,
}

impl RuleQuery {
    pub const PAGE: PageSize = PageSize::new(200, 10_000);

    pub fn limit(&self) -> usize {
        Self::PAGE.rows(self.limit)
    }

    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0) as usize
    }
}
