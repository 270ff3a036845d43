//! Risk and confidence, in whole numbers, so that they are the same everywhere.

use std::collections::BTreeMap;

use aurora_model::{Criticality, RuleId, Severity};

use super::fact::{Fact, Standing};

/// A chance in millionths that grows with every reason and never reaches one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points {
    /// What is left of a million.
    rest: u64,
}

impl Default for Points {
    fn default() -> Self {
        Self { rest: 1_000_000 }
    }
}

impl Points {
    /// Of what is left, `percent` more is certain.
    pub fn grow(&mut self, percent: u64) {
        self.rest = self.rest * (100 - percent.min(100)) / 100;
    }

    /// `percent` of what was certain is not.
    pub fn shrink(&mut self, percent: u64) {
        let sure = 1_000_000 - self.rest;
        self.rest = 1_000_000 - sure * (100 - percent.min(100)) / 100;
    }

    /// 0 to 100, rounded.
    pub fn value(self) -> u8 {
        u8::try_from((1_000_000 - self.rest + 5_000) / 10_000).unwrap_or(100)
    }
}

/// What one rule's alert adds, in hundredths.
pub fn points(severity: Severity, standing: Standing) -> u64 {
    let full = match severity {
        Severity::Informational => 1,
        Severity::Unknown | Severity::Low => 4,
        Severity::Medium => 12,
        Severity::High => 25,
        Severity::Critical => 45,
        Severity::Fatal => 60,
    };
    match standing {
        Standing::Open => full,
        Standing::Confirmed => full + full / 2,
        Standing::Benign => full / 4,
        Standing::SetAside => 0,
    }
}

/// Every rule counts once, with its worst alert: a noisy rule is no worse than a quiet one.
pub fn by_rule<'f>(facts: impl Iterator<Item = &'f Fact>) -> BTreeMap<&'f RuleId, u64> {
    let mut worst: BTreeMap<&RuleId, u64> = BTreeMap::new();
    for fact in facts {
        let points = points(fact.severity, fact.standing());
        let entry = worst.entry(&fact.rule).or_default();
        *entry = points.max(*entry);
    }
    worst
}

/// 0 to 100, from the alerts about an entity and how much it matters.
pub fn entity_risk<'f>(facts: impl Iterator<Item = &'f Fact>, criticality: Criticality) -> u8 {
    let mut risk = Points::default();
    for points in by_rule(facts).into_values() {
        risk.grow(points);
    }
    if risk.value() > 0 {
        rate(&mut risk, criticality);
    }
    risk.value()
}

pub fn rate(risk: &mut Points, criticality: Criticality) {
    match criticality {
        Criticality::Low => risk.shrink(30),
        Criticality::Normal => {}
        Criticality::High => risk.grow(25),
        Criticality::Critical => risk.grow(50),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_add_up_and_stay_below_certainty() {
        let mut risk = Points::default();
        assert_eq!(risk.value(), 0);
        risk.grow(25);
        risk.grow(25);
        assert_eq!(risk.value(), 44);
        risk.shrink(50);
        assert_eq!(risk.value(), 22);
        (0..100).for_each(|_| risk.grow(45));
        assert_eq!(risk.value(), 100);
    }
}
