use crate::spec::{Comparison, Condition, Kind, RuleExpr, Spec};

/// What decides whether a window fires.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rise {
    /// Watched as the window slides.
    Crossing(Lower),
    /// Judged when the window is complete.
    Closing(Condition),
}

/// A lower bound in the form that is quickest to check.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lower {
    /// At least so many events, values, bases or steps; 1 or more.
    Count(u64),
    /// A sum or mean in millionths.
    Fixed { threshold: i128, strict: bool },
    /// A percentile.
    Rank {
        percent: f64,
        threshold: f64,
        strict: bool,
    },
    /// An expression over bases without `not`.
    Bases(RuleExpr),
}

impl Rise {
    /// Of a spec that was checked.
    pub fn of(spec: &Spec) -> Self {
        let everything = Condition::Figure(vec![(Comparison::Gte, spec.bases.len() as f64)]);
        let condition = spec.condition.clone().unwrap_or(everything);
        match &condition {
            Condition::Bases(expr) if expr.is_monotone() => {
                Self::Crossing(Lower::Bases(expr.clone()))
            }
            Condition::Bases(_) => Self::Closing(condition),
            Condition::Figure(bounds) => match strongest(bounds) {
                Some((threshold, strict)) => Self::Crossing(lower(spec.kind, threshold, strict)),
                None => Self::Closing(condition),
            },
        }
    }
}

/// The one lower bound that implies the others; `None` when there are other bounds too.
fn strongest(bounds: &[(Comparison, f64)]) -> Option<(f64, bool)> {
    let mut found: Option<(f64, bool)> = None;
    for (comparison, threshold) in bounds {
        let bound = match comparison {
            Comparison::Gt => (*threshold, true),
            Comparison::Gte => (*threshold, false),
            _ => return None,
        };
        let is_stronger = |old: (f64, bool)| bound.0 > old.0 || bound.0 == old.0 && bound.1;
        if found.is_none_or(is_stronger) {
            found = Some(bound);
        }
    }
    found
}

fn lower(kind: Kind, threshold: f64, strict: bool) -> Lower {
    match kind {
        Kind::ValueSum | Kind::ValueAvg => Lower::Fixed {
            threshold: fixed(threshold),
            strict,
        },
        Kind::ValuePercentile(percent) => Lower::Rank {
            percent,
            threshold,
            strict,
        },
        Kind::ValueMedian => Lower::Rank {
            percent: 50.0,
            threshold,
            strict,
        },
        _ => Lower::Count(whole(threshold, strict)),
    }
}

/// The smallest count from 1 on that is over the threshold.
fn whole(threshold: f64, strict: bool) -> u64 {
    let least = if strict {
        threshold.floor() + 1.0
    } else {
        threshold.ceil()
    };
    // The cast saturates: a threshold beyond any count is never reached.
    (least.max(1.0)) as u64
}

/// Millionths, so that sums are exact whatever the order in which events come.
pub(crate) fn fixed(value: f64) -> i128 {
    const LARGEST: f64 = 1e30;
    (value * 1e6).round().clamp(-LARGEST, LARGEST) as i128
}

/// How many of so many values may be below the nearest-rank percentile: one less than its rank.
pub(crate) fn below_rank(percent: f64, values: u64) -> u64 {
    let rank = (percent / 100.0 * values as f64).ceil();
    (rank.max(1.0) as u64).min(values.max(1)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole() {
        assert_eq!(whole(10.0, false), 10);
        assert_eq!(whole(10.0, true), 11);
        assert_eq!(whole(9.5, false), 10);
        assert_eq!(whole(9.5, true), 10);
        assert_eq!(whole(-3.0, false), 1);
        assert_eq!(whole(f64::MAX, false), u64::MAX);
    }

    #[test]
    fn the_strongest_bound_is_kept() {
        use Comparison::{Gt, Gte, Lt};
        assert_eq!(strongest(&[(Gt, 3.0), (Gte, 4.0)]), Some((4.0, false)));
        assert_eq!(strongest(&[(Gte, 3.0), (Gt, 3.0)]), Some((3.0, true)));
        assert_eq!(strongest(&[(Gte, 3.0), (Lt, 9.0)]), None);
    }

    #[test]
    fn the_median_of_four_is_the_second() {
        assert_eq!(below_rank(50.0, 4), 1);
        assert_eq!(below_rank(50.0, 5), 2);
        assert_eq!(below_rank(0.0, 5), 0);
        assert_eq!(below_rank(100.0, 5), 4);
    }
}
