//! Rule sets: a folder of Sigma rules made ready for OCSF events.
//!
//! What it is: [`load`] reads a folder and never lets one bad rule stop the others; a [`RuleSet`]
//! knows which events each rule is about and where its field names stand in them, and
//! [`RuleSet::evaluate`]s; filters are put on their rules, and the references of correlations
//! followed ([`RuleSet::correlations`]); [`lint`] tells an author what looks wrong. The facts behind it are the
//! tables under `content/sigma/` and `content/parsers/windows/`. What it is not: it keeps no state,
//! makes no alerts and decides no suppression; that is the detection service.
//!
//! Start reading at [`RuleSet`], then `event.rs`.

mod attack;
mod compiled;
mod correlation;
mod error;
mod event;
mod explain;
mod facts;
mod fields;
mod filter;
pub mod flat;
mod keywords;
pub mod lint;
mod load;
mod logsource;
mod mapping;
mod ocsf;
mod prefilter;
mod problem;
mod program;
mod routes;
mod rule;
mod ruleset;
mod table;
mod values;
mod windows;

pub use correlation::{CorrelationBase, LoadedCorrelation, Member};
pub use error::Error;
pub use event::OcsfEvent;
pub use explain::Probe;
pub use facts::Facts;
pub use filter::LoadedFilter;
pub use load::{SourceFiles, load};
pub use mapping::Mapping;
pub use problem::{Problem, ProblemKind};
pub use program::{CorrelationFacts, Limits, Program, Refused};
pub use rule::{LoadedRule, RuleFacts};
pub use ruleset::{Fired, Options, RuleMatch, RuleSet};
pub use values::{FieldNames, FieldReader};
