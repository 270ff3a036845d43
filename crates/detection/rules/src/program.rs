//! The correlations of a rule set, compiled: what their windows are, what feeds them, and what
//! their alerts say.

use std::collections::HashMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_correlation::{
    Base, Bounds, Comparison, Condition, Error, Kind, Match, Namespace, Plan, RuleExpr, Spec,
};
use aurora_model::{EventUid, RuleId, SHARDS};
use aurora_sigma::{CorrelationCondition, CorrelationKind, Expr};
use serde_json::Value;

use crate::{
    CorrelationBase, FieldNames, LoadedCorrelation, LoadedRule, Member, RuleFacts, RuleSet,
};

/// How much correlations may hold, and how long they wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How much later than the newest event of its source an event may come.
    pub lateness: Duration,
    /// An event that claims to be further in the future is dated by its arrival.
    pub future: Duration,
    pub bounds: Bounds,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lateness: Plan::LATENESS,
            future: Duration::from_secs(300),
            bounds: Bounds::default(),
        }
    }
}

/// The correlations in force. Made once for a rule set.
#[derive(Debug)]
pub struct Program {
    plan: Plan,
    limits: Limits,
    refused: Vec<Refused>,
    facts: HashMap<Namespace, CorrelationFacts>,
    names: HashMap<RuleId, FieldNames>,
}

/// What alerts of a correlation say of it.
#[derive(Debug)]
pub struct CorrelationFacts {
    pub rule: RuleFacts,
    /// Whether it alerts for itself.
    pub alerts: bool,
    pub group_by: Vec<String>,
}

/// Why a correlation is not in force; those that build on it are not either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `None` when nothing could be compiled.
    pub rule: Option<RuleId>,
    pub reason: String,
}

impl Program {
    /// Correlations that cannot be compiled are left out ([`Program::refused`]); so are those that build on them.
    pub fn of(rules: &RuleSet, limits: Limits) -> Self {
        let mut specs: Vec<Spec> = rules
            .correlations()
            .iter()
            .map(|it| spec(rules, it, limits.bounds))
            .collect();
        let mut refused = Vec::new();
        let plan = loop {
            match Plan::new(specs.clone(), limits.lateness) {
                Ok(plan) => break plan,
                Err(failed) => refused.push(leave_out(&mut specs, &failed)),
            }
        };
        let facts = rules.correlations().iter().map(|it| {
            let namespace = Namespace::of(&it.id, &it.revision);
            (namespace, CorrelationFacts::of(it))
        });
        let fed = |rule: &&LoadedRule| !plan.feeds(&rule.id).is_empty();
        let names = rules.rules().iter().filter(fed);
        Self {
            names: names
                .map(|rule| (rule.id.clone(), rules.names(rule)))
                .collect(),
            facts: facts.collect(),
            plan,
            limits,
            refused,
        }
    }

    /// Correlations that could not be compiled, and why.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub fn is_empty(&self) -> bool {
        self.plan.correlations().is_empty()
    }

    /// The windows that it is made of.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What alerts of the correlation say of it; `None` for one that is not in the set.
    pub fn facts(&self, namespace: Namespace) -> Option<&CorrelationFacts> {
        self.facts.get(&namespace)
    }

    /// When an event happened, as far as it is believed.
    pub fn believed(&self, claimed: Timestamp, arrival: Timestamp) -> Timestamp {
        if claimed > arrival.plus(self.limits.future) {
            arrival
        } else {
            claimed
        }
    }

    /// What an event that a rule matched is to every correlation that the rule feeds.
    pub fn matches(
        &self,
        rules: &RuleSet,
        rule: &LoadedRule,
        event: &Value,
        uid: EventUid,
        (time, claimed): (Timestamp, Timestamp),
    ) -> Vec<Match> {
        let (feeds, names) = (self.plan.feeds(&rule.id), self.names.get(&rule.id));
        let Some(names) = names.filter(|_| !feeds.is_empty()) else {
            return Vec::new();
        };
        let reader = rules.reader(event);
        let fill = |feed: &aurora_correlation::Feed| {
            let fields = feed.group_by.iter().chain(&feed.value);
            let texts: Vec<(&String, Option<String>)> = fields
                .map(|field| (field, reader.text(names, field)))
                .collect();
            feed.fill(uid, time, claimed, &|wanted| {
                let found = texts.iter().find(|(field, _)| *field == wanted);
                found.and_then(|(_, text)| text.as_deref())
            })
        };
        feeds.iter().filter_map(fill).collect()
    }
}

impl CorrelationFacts {
    fn of(it: &LoadedCorrelation) -> Self {
        Self {
            rule: RuleFacts {
                id: it.id.clone(),
                revision: it.revision.clone(),
                title: it.correlation.header.title.clone(),
                author: it.author().to_owned(),
                severity: it.severity,
                attack: it.attack.clone(),
            },
            alerts: it.alerts(),
            group_by: it.correlation.group_by.clone(),
        }
    }
}

/// Takes out what a plan refuses and what builds on it.
fn leave_out(specs: &mut Vec<Spec>, failed: &Error) -> Refused {
    let reason = failed.to_string();
    let (Error::Invalid { id, .. } | Error::Circle { id, .. }) = failed else {
        specs.clear();
        return Refused { rule: None, reason };
    };
    let rule = RuleId(id.clone());
    let mut gone = vec![rule.clone()];
    while let Some(id) = gone.pop() {
        specs.retain(|spec| spec.id != id);
        let builds_on = |spec: &&Spec| spec.bases.iter().any(|base| base.rule == id);
        gone.extend(specs.iter().filter(builds_on).map(|spec| spec.id.clone()));
    }
    Refused {
        rule: Some(rule),
        reason,
    }
}

fn spec(rules: &RuleSet, it: &LoadedCorrelation, bounds: Bounds) -> Spec {
    let rule = &it.correlation;
    let base = |base: &CorrelationBase| Base {
        rule: match base.member {
            Member::Rule(at) => rules.rules()[at].id.clone(),
            Member::Correlation(at) => rules.correlations()[at].id.clone(),
        },
        group_by: base.group_by.clone(),
        value: base.fields.clone(),
    };
    Spec {
        id: it.id.clone(),
        revision: it.revision.clone(),
        kind: kind(rule.kind, &rule.condition),
        bases: it.bases.iter().map(base).collect(),
        group_by: rule.group_by.clone(),
        condition: condition(rule.kind, &rule.condition),
        timespan: rule.timespan,
        bounds: bounds.per_shard(usize::from(SHARDS)),
    }
}

fn kind(kind: CorrelationKind, condition: &CorrelationCondition) -> Kind {
    match kind {
        CorrelationKind::EventCount => Kind::EventCount,
        CorrelationKind::ValueCount => Kind::ValueCount,
        CorrelationKind::Temporal => Kind::Temporal,
        CorrelationKind::TemporalOrdered => Kind::TemporalOrdered,
        CorrelationKind::ValueSum => Kind::ValueSum,
        CorrelationKind::ValueAvg => Kind::ValueAvg,
        CorrelationKind::ValueMedian => Kind::ValueMedian,
        CorrelationKind::ValuePercentile => match condition {
            CorrelationCondition::Threshold(threshold) => {
                Kind::ValuePercentile(threshold.percentile.unwrap_or(50.0))
            }
            CorrelationCondition::Rules(_) => Kind::ValueMedian,
        },
    }
}

fn condition(kind: CorrelationKind, condition: &CorrelationCondition) -> Option<Condition> {
    Some(match condition {
        CorrelationCondition::Threshold(threshold) => {
            let bounds = threshold.bounds.iter();
            let bounds = bounds.map(|bound| (comparison(bound.comparison), bound.value.as_f64()));
            Condition::Figure(bounds.collect())
        }
        // Of rules in order there is only: all of them.
        CorrelationCondition::Rules(_) if kind == CorrelationKind::TemporalOrdered => return None,
        CorrelationCondition::Rules(expr) => Condition::Bases(expression(expr)),
    })
}

fn comparison(comparison: aurora_sigma::Comparison) -> Comparison {
    use aurora_sigma::Comparison as Sigma;
    match comparison {
        Sigma::Gt => Comparison::Gt,
        Sigma::Gte => Comparison::Gte,
        Sigma::Lt => Comparison::Lt,
        Sigma::Lte => Comparison::Lte,
        Sigma::Eq => Comparison::Eq,
        Sigma::Neq => Comparison::Neq,
    }
}

fn expression(expr: &Expr) -> RuleExpr {
    let all = |terms: &[Expr]| terms.iter().map(expression).collect();
    match expr {
        Expr::Selection(index) => RuleExpr::Base(u16::try_from(*index).unwrap_or(u16::MAX)),
        Expr::Not(inner) => RuleExpr::Not(Box::new(expression(inner))),
        Expr::And(terms) => RuleExpr::And(all(terms)),
        Expr::Or(terms) => RuleExpr::Or(all(terms)),
    }
}
