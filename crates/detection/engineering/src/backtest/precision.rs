use std::collections::BTreeMap;

use aurora_model::Disposition;
use aurora_model::engineering::{Judged, Overlap, Precision};

/// The 97.5th percentile of the normal distribution: two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The Wilson score interval of a proportion at 95 % (E. B. Wilson, 1927): lower and upper bound of
/// the rate at which `right` of `right + wrong` came out. Unlike the plain interval it says something
/// sensible about three out of three.
#[allow(clippy::cast_precision_loss)] // more than 2^53 judged alerts are not to be feared
pub fn wilson(right: u64, wrong: u64) -> Option<(f64, f64)> {
    let judged = right.checked_add(wrong).filter(|n| *n > 0)? as f64;
    let rate = right as f64 / judged;
    let z2 = Z * Z;
    let middle = rate + z2 / (2.0 * judged);
    let spread = Z * (rate * (1.0 - rate) / judged + z2 / (4.0 * judged * judged)).sqrt();
    let whole = 1.0 + z2 / judged;
    let low = ((middle - spread) / whole).clamp(0.0, rate);
    let high = ((middle + spread) / whole).clamp(rate, 1.0);
    Some((low, high))
}

/// From this rule's own alerts where people judged any, else from those of other rules on the same
/// events.
pub(super) fn precision(overlap: &Overlap) -> Option<Precision> {
    let own = judged(&[&overlap.closed_as]);
    if let Some(precision) = estimate(Judged::ThisRule, own) {
        return Some(precision);
    }
    let others: Vec<_> = overlap.other_rules.iter().map(|o| &o.closed_as).collect();
    estimate(Judged::OtherRules, judged(&others))
}

#[allow(clippy::cast_precision_loss)]
fn estimate(judged_by: Judged, (right, wrong): (u64, u64)) -> Option<Precision> {
    let (low, high) = wilson(right, wrong)?;
    Some(Precision {
        judged_by,
        right,
        wrong,
        estimate: right as f64 / (right + wrong) as f64,
        low,
        high,
    })
}

/// How many were right and how many wrong. Duplicates and tests say nothing.
fn judged(closed: &[&BTreeMap<String, u64>]) -> (u64, u64) {
    let (mut right, mut wrong) = (0, 0);
    for (word, count) in closed.iter().flat_map(|counts| counts.iter()) {
        match word.parse::<Disposition>() {
            Ok(Disposition::TruePositive | Disposition::BenignTruePositive) => right += count,
            Ok(Disposition::FalsePositiveRule | Disposition::FalsePositiveData) => wrong += count,
            Ok(Disposition::Duplicate | Disposition::Test) | Err(_) => {}
        }
    }
    (right, wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// Against published tables of the interval, to three places and a half.
    #[test]
    fn the_interval_is_wilsons() {
        let check = |right, wrong, low: f64, high: f64| {
            let (l, h) = wilson(right, wrong).unwrap();
            assert!(
                (l - low).abs() < 5e-4 && (h - high).abs() < 5e-4,
                "{right}+{wrong}: {l} {h}"
            );
        };
        check(8, 2, 0.490, 0.943);
        check(3, 0, 0.4385, 1.0);
        check(0, 10, 0.0, 0.2775);
        check(50, 50, 0.404, 0.596);
        assert_eq!(wilson(0, 0), None);
    }

    proptest! {
        #[test]
        fn the_estimate_lies_within(right in 0_u64..10_000, wrong in 0_u64..10_000) {
            prop_assume!(right + wrong > 0);
            let (low, high) = wilson(right, wrong).unwrap();
            #[allow(clippy::cast_precision_loss)]
            let rate = right as f64 / (right + wrong) as f64;
            prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        }
    }
}
