//! What is said about rules rather than by them: why one fires, what it would have found, what it
//! covers, what changed in it, how it is. Detection makes these values, the API shows them as they are.

mod backtest;
mod coverage;
mod diff;
mod explain;
mod health;
mod version;
mod windows;

pub use backtest::{
    Backtest, BacktestRule, Cost, DayCount, EntityCount, Judged, OtherRule, Overlap, Precision,
    Sample,
};
pub use coverage::{Coverage, RuleName, TacticCoverage, TechniqueCoverage};
pub use diff::{ChangedRule, Edit, RuleDiff};
pub use explain::{ExplainNode, Explanation, FieldSeen, NodeKind, Step, ValueSeen};
pub use health::{HealthProblem, HealthReport, ReachedBound, RuleHealth, Trouble};
pub use version::{RuleVersion, VersionChange};
pub use windows::{
    CorrelationExplanation, GroupWindow, LackingField, MemberHits, WindowFiring, WindowHit,
};
