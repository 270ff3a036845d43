//! Sigma 2.1 detection rules: a parser that knows where everything stands, and an evaluator plain
//! enough to be believed.
//!
//! What it is: YAML text in, [`Rule`]s, [`Correlation`]s and [`Filter`]s out ([`parse`]), and
//! [`Rule::matches`] over any [`FieldSource`]. What it is not: it reads no file, knows no OCSF,
//! decides no logsource and keeps no state: whether a correlation's references lead anywhere, and
//! what its windows hold, is for others. The evaluator is the oracle against which a faster plan is
//! checked, so it stays simple.
//!
//! Start reading at [`parse`], then [`FieldSource`], then `eval.rs`.

mod attributes;
mod collection;
mod compile;
mod condition;
mod correlation;
mod date;
mod detection;
mod document;
mod encode;
mod error;
mod eval;
mod explain;
mod filter;
mod flat;
mod fold;
mod header;
mod matcher;
mod modifier;
mod number;
mod rule;
mod source;
mod text;
mod yaml;

pub use aurora_nearest::nearest;
pub use condition::Expr;
pub use correlation::{
    Alias, Bound, Comparison, Correlation, CorrelationCondition, CorrelationKind, Reference,
    Threshold,
};
pub use detection::{Body, Detection, Item, Link, RuleValue, Selection};
pub use document::{Document, MAX_TEXT_BYTES, Options, parse};
pub use error::{Error, Location};
pub use eval::{MAX_SHOWN_CHARS, Match, MatchedField};
pub use explain::{Explained, Part, SeenItem};
pub use filter::{Filter, FilterRules};
pub use flat::FlatJson;
pub use fold::{fold, fold_char};
pub use header::Header;
pub use matcher::{Affix, Matcher};
pub use modifier::Modifier;
pub use number::Number;
pub use rule::{Level, LogSource, Related, Rule, Status};
pub use source::{FieldSource, FieldValue, Flow, Presence, visit_json, visit_texts};
pub use text::{Shape, TextPattern};
