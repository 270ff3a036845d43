//! Correlation rules: what several matches of other rules mean together.

mod condition;
mod read;
mod timespan;

use std::time::Duration;

use crate::condition::Expr;
use crate::error::Location;
use crate::header::Header;
use crate::number::Number;

pub(crate) use read::read;

/// A correlation rule, checked for itself; whether its references lead anywhere is for whoever has
/// the other rules.
#[derive(Clone, Debug)]
pub struct Correlation {
    pub header: Header,
    pub kind: CorrelationKind,
    /// Rules or other correlations; never empty, no two alike.
    pub rules: Vec<Reference>,
    /// Fields or aliases; without any, all matches share one window.
    pub group_by: Vec<String>,
    pub timespan: Duration,
    pub aliases: Vec<Alias>,
    pub condition: CorrelationCondition,
    /// Whether the referenced rules also alert for themselves.
    pub generate: bool,
}

/// Another rule by its `id` or `name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub at: Location,
    pub text: String,
}

/// A name in `group-by` or a condition's `field` that stands for different fields in the events of
/// different rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub name: String,
    pub at: Location,
    /// The rule, and the field in the events it matches.
    pub fields: Vec<(Reference, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CorrelationKind {
    /// How many matches.
    EventCount,
    /// How many different values of one field, or of several together.
    ValueCount,
    /// Which rules matched, in any order.
    Temporal,
    /// Which rules matched, in the order of `rules`.
    TemporalOrdered,
    ValueSum,
    ValueAvg,
    ValuePercentile,
    /// The percentile 50.
    ValueMedian,
}

/// When a window of a correlation fires.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrelationCondition {
    /// The correlation's figure within bounds. For the temporal kinds the figure is the number of
    /// different rules that matched.
    Threshold(Threshold),
    /// Which rules matched; indices are into `rules`.
    Rules(Expr),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Fields or aliases whose values are looked at: several only for `value_count`, none for
    /// kinds that look at no values.
    pub fields: Vec<String>,
    /// Which percentile, 0 to 100, for `value_percentile`.
    pub percentile: Option<f64>,
    /// One or two; all must hold.
    pub bounds: Vec<Bound>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    pub comparison: Comparison,
    pub value: Number,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Neq,
}

impl CorrelationKind {
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::EventCount, "event_count"),
        (Self::ValueCount, "value_count"),
        (Self::Temporal, "temporal"),
        (Self::TemporalOrdered, "temporal_ordered"),
        (Self::ValueSum, "value_sum"),
        (Self::ValueAvg, "value_avg"),
        (Self::ValuePercentile, "value_percentile"),
        (Self::ValueMedian, "value_median"),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }

    /// Whether it is about which rules matched rather than about a figure.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// Whether its figure is a count: whole, and 1 or more whenever a window is looked at.
    pub fn counts(self) -> bool {
        self.is_temporal() || matches!(self, Self::EventCount | Self::ValueCount)
    }

    /// Whether its condition names the field whose values it looks at.
    pub fn wants_field(self) -> bool {
        !self.is_temporal() && self != Self::EventCount
    }
}

impl Comparison {
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Gt, "gt"),
        (Self::Gte, "gte"),
        (Self::Lt, "lt"),
        (Self::Lte, "lte"),
        (Self::Eq, "eq"),
        (Self::Neq, "neq"),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(comparison, _)| *comparison == self)
            .map_or("", |(_, word)| word)
    }
}

impl Bound {
    /// Whether a figure is within the bound.
    pub fn holds(&self, figure: Number) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let Some(order) = figure.compare(self.value) else {
            return false;
        };
        match self.comparison {
            Comparison::Gt => order == Greater,
            Comparison::Gte => order != Less,
            Comparison::Lt => order == Less,
            Comparison::Lte => order != Greater,
            Comparison::Eq => order == Equal,
            Comparison::Neq => order != Equal,
        }
    }
}
