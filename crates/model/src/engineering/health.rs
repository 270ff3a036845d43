use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{GroupValue, RuleId, Severity};

/// How the rules in force are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthReport {
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    /// How far back events were looked for.
    pub days: u32,
    /// Events of these days that were put to the rules as a sample.
    pub sampled: u64,
    /// The worst first; broken rules, which have no id, among them.
    pub rules: Vec<RuleHealth>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleHealth {
    /// Absent for what could not be loaded.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub rule: Option<RuleId>,
    pub title: String,
    pub severity: Severity,
    pub file: String,
    /// Matches that became alerts, joined one or were suppressed; all that is on record.
    pub fires: u64,
    /// Matches per alert queue entry: distinct alerts.
    pub alerts: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub last_fired: Option<Timestamp>,
    /// Alerts that somebody closed as right or wrong.
    pub judged: u64,
    /// Of these, as a false positive.
    pub false_positives: u64,
    /// Its part of all alerts, 0 to 1.
    pub share: f64,
    /// Time for one event of its logsource, in microseconds, by the plain evaluator; a yardstick
    /// between rules, not what the compiled plan needs. Absent without an event to measure on.
    pub cost_us: Option<f64>,
    /// Bounds of a correlation's windows that were reached in these days, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<ReachedBound>,
    /// What is wrong, the worst first. Empty when nothing is.
    pub problems: Vec<HealthProblem>,
}

/// A bound that a correlation's windows reached: what it says of the groups concerned is an estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReachedBound {
    /// `groups`, `events` or `distinct values`.
    pub bound: String,
    pub limit: u64,
    pub times: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub first: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub last: Timestamp,
    /// The groups that reached it, the newest first, at most [`ReachedBound::GROUPS`]; none where the
    /// bound is the correlation's own. From the log: hostile text.
    pub groups: Vec<Vec<GroupValue>>,
}

impl ReachedBound {
    pub const GROUPS: usize = 5;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthProblem {
    pub kind: Trouble,
    pub text: String,
}

/// The worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// It does not compile, or events of its logsource never have its fields.
    Broken,
    /// Most of its alerts are false, or it makes a large part of all alerts.
    Noisy,
    /// Its windows held as much as they may, and it counted on by estimate.
    BoundReached,
    /// It costs many times what others do.
    Slow,
    /// No event of its logsource came for days.
    SourceMissing,
    /// Its events come and it has not fired once.
    NeverFired,
}

impl Trouble {
    pub const ALL: [Self; 6] = [
        Self::Broken,
        Self::Noisy,
        Self::BoundReached,
        Self::Slow,
        Self::SourceMissing,
        Self::NeverFired,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Noisy => "noisy",
            Self::BoundReached => "bound reached",
            Self::Slow => "slow",
            Self::SourceMissing => "source missing",
            Self::NeverFired => "never fired",
        }
    }
}

impl RuleHealth {
    pub fn worst(&self) -> Option<Trouble> {
        self.problems.iter().map(|problem| problem.kind).min()
    }
}
