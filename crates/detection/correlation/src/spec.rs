use std::time::Duration;

use aurora_model::RuleId;

use crate::{Bounds, Error};

/// One correlation as plain data: references resolved, aliases applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    pub id: RuleId,
    /// Changes whenever the rule or one of its base rules does; state of another revision is not
    /// this one's.
    pub revision: String,
    pub kind: Kind,
    /// What is correlated, in the order of the rule's `rules`.
    pub bases: Vec<Base>,
    /// The names of the group's values, as the rule has them (an alias where it is one). Empty:
    /// all matches are one group.
    pub group_by: Vec<String>,
    /// `None` for temporal kinds means all bases.
    pub condition: Option<Condition>,
    pub timespan: Duration,
    pub bounds: Bounds,
}

/// One referenced rule, or another correlation, whose alerts are then the matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    pub rule: RuleId,
    /// The field of this base's events for each of [`Spec::group_by`], in the same order.
    pub group_by: Vec<String>,
    /// The fields whose values are looked at: one or more for `value_count` (together one value),
    /// one for the other value kinds, else none.
    pub value: Vec<String>,
}

/// What is measured over the events of a window `(t - timespan, t]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Events; one that matched several bases counts once.
    EventCount,
    /// Distinct values, compared byte for byte.
    ValueCount,
    /// Bases that matched.
    Temporal,
    /// How many bases matched one after another in the order of `bases`, from the first one on.
    /// Of events with one time, those of earlier bases come first, so that sources with whole
    /// seconds are not a matter of luck.
    TemporalOrdered,
    /// Sum, to six decimals, exact whatever the order of arrival.
    ValueSum,
    /// Mean of the same.
    ValueAvg,
    /// Nearest rank: the smallest value such that at least this percentage (0 to 100) of the
    /// window's values are not greater.
    ValuePercentile(f64),
    /// The percentile 50, as the specification has it.
    ValueMedian,
}

/// When the figure of a window is an alert.
///
/// Lower bounds alone (`gt`, `gte`, or an expression over bases without `not`) are watched as the
/// window slides: an alert at each event time at which the condition holds after it did not. It is
/// armed again at a moment at which the condition does not hold and the first contributing event of
/// its last alert has left the window.
///
/// Any other condition is about a window that is complete: `lt 5` holds at the first event of every
/// burst. Windows then begin at a group's first event that is in no earlier window, last one
/// timespan, and are judged when the watermark has passed their end.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All must hold.
    Figure(Vec<(Comparison, f64)>),
    /// For `temporal`: which bases matched.
    Bases(RuleExpr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Neq,
}

/// An expression over which bases matched; indices are into [`Spec::bases`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleExpr {
    Base(u16),
    And(Vec<RuleExpr>),
    Or(Vec<RuleExpr>),
    Not(Box<RuleExpr>),
}

/// More bases than this are refused.
pub(crate) const MAX_BASES: usize = 256;

impl Spec {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let fail = |reason: String| {
            Err(Error::Invalid {
                id: self.id.0.clone(),
                reason,
            })
        };
        if self.bases.is_empty() || self.bases.len() > MAX_BASES {
            return fail(format!("it needs 1 to {MAX_BASES} rules to correlate"));
        }
        let span = self.timespan.as_millis();
        if span == 0 || span > 366 * 86_400_000 {
            return fail("its timespan must be between 1 ms and 366 days".to_owned());
        }
        for base in &self.bases {
            if base.group_by.len() != self.group_by.len() {
                return fail(format!(
                    "`{}` needs a field for each group-by name",
                    base.rule
                ));
            }
            if !self.kind.takes(base.value.len()) {
                return fail(format!(
                    "`{}` has a wrong number of value fields",
                    base.rule
                ));
            }
        }
        if let Kind::ValuePercentile(p) = self.kind
            && !(0.0..=100.0).contains(&p)
        {
            return fail(format!("percentile {p} is not between 0 and 100"));
        }
        match &self.condition {
            None if self.kind.is_temporal() => Ok(()),
            None => fail("it has no condition".to_owned()),
            Some(Condition::Figure(bounds)) if bounds.is_empty() => {
                fail("its condition is empty".to_owned())
            }
            Some(Condition::Figure(bounds)) if bounds.iter().any(|(_, at)| !at.is_finite()) => {
                fail("a threshold is no number".to_owned())
            }
            Some(Condition::Bases(_)) if self.kind != Kind::Temporal => {
                fail("only `temporal` takes an expression over rules".to_owned())
            }
            Some(Condition::Bases(expr)) if !expr.is_within(self.bases.len()) => {
                fail("its expression names a rule that it does not correlate".to_owned())
            }
            Some(_) => Ok(()),
        }
    }
}

impl Kind {
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// Whether values are numbers.
    pub fn is_numeric(self) -> bool {
        !self.is_temporal() && !matches!(self, Self::EventCount | Self::ValueCount)
    }

    fn takes(self, fields: usize) -> bool {
        match self {
            Self::ValueCount => fields >= 1,
            _ if self.is_numeric() => fields == 1,
            _ => fields == 0,
        }
    }
}

impl Comparison {
    pub(crate) fn holds(self, figure: f64, threshold: f64) -> bool {
        match self {
            Self::Gt => figure > threshold,
            Self::Gte => figure >= threshold,
            Self::Lt => figure < threshold,
            Self::Lte => figure <= threshold,
            Self::Eq => figure == threshold,
            Self::Neq => figure != threshold,
        }
    }
}

impl RuleExpr {
    pub(crate) fn holds(&self, matched: &dyn Fn(u16) -> bool) -> bool {
        match self {
            Self::Base(index) => matched(*index),
            Self::And(parts) => parts.iter().all(|part| part.holds(matched)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(matched)),
            Self::Not(part) => !part.holds(matched),
        }
    }

    /// Whether more matches can never make it false.
    pub(crate) fn is_monotone(&self) -> bool {
        match self {
            Self::Base(_) => true,
            Self::And(parts) | Self::Or(parts) => parts.iter().all(Self::is_monotone),
            Self::Not(_) => false,
        }
    }

    fn is_within(&self, bases: usize) -> bool {
        match self {
            Self::Base(index) => usize::from(*index) < bases,
            Self::And(parts) | Self::Or(parts) => {
                !parts.is_empty() && parts.iter().all(|part| part.is_within(bases))
            }
            Self::Not(part) => part.is_within(bases),
        }
    }
}
