use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aurora_model::RuleId;
use aurora_rules::{Limits, Program, Refused, RuleSet};
use tokio::sync::watch;
use tracing::error;

/// The rules in force, swapped as a whole, and how often each matched since the site started.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct RuleHandle {
    set: Arc<RwLock<InForce>>,
    limits: Limits,
    matches: Arc<Mutex<HashMap<RuleId, u64>>>,
    /// How often the set was swapped.
    swaps: Arc<watch::Sender<u64>>,
}

/// A set, and what was compiled from it.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) program: Arc<Program>,
}

impl InForce {
    fn of(rules: RuleSet, limits: Limits) -> Self {
        rules.compile();
        let program = Program::of(&rules, limits);
        for Refused { rule, reason } in program.refused() {
            error!(
                rule = rule.as_ref().map(|id| id.0.as_str()),
                reason, "a correlation is not in force"
            );
        }
        Self {
            program: Arc::new(program),
            rules: Arc::new(rules),
        }
    }
}

impl RuleHandle {
    pub fn new(rules: RuleSet) -> Self {
        Self::with(rules, Limits::default())
    }

    pub fn with(rules: RuleSet, limits: Limits) -> Self {
        Self {
            set: Arc::new(RwLock::new(InForce::of(rules, limits))),
            limits,
            matches: Arc::default(),
            swaps: Arc::new(watch::Sender::new(0)),
        }
    }

    pub fn current(&self) -> Arc<RuleSet> {
        self.in_force().rules
    }

    pub(crate) fn in_force(&self) -> InForce {
        self.set
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Batches already being evaluated finish with the rules they began with.
    pub fn swap(&self, rules: RuleSet) {
        // Compiled before anybody waits for the lock.
        let new = InForce::of(rules, self.limits);
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = new;
        self.swaps.send_modify(|swaps| *swaps += 1);
    }

    /// Says when the set was swapped.
    pub fn swapped(&self) -> watch::Receiver<u64> {
        self.swaps.subscribe()
    }

    /// Matches of a rule since the site started.
    pub fn matches(&self, rule: &RuleId) -> u64 {
        let matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        matches.get(rule).copied().unwrap_or(0)
    }

    pub(crate) fn count<'r>(&self, rules: impl IntoIterator<Item = &'r RuleId>) {
        let mut matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules {
            if let Some(count) = matches.get_mut(rule) {
                *count += 1;
            } else {
                matches.insert(rule.clone(), 1);
            }
        }
    }
}
