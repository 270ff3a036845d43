//! How the rules in force are: broken, noisy, slow, without events, silent.
//!
//! It is computed when it is asked for, from four things that somebody else reads: the problems of the
//! rule set, what is on record about each rule's alerts and about the bounds that its windows reached,
//! and some recent events of each logsource.
//! `docs/rules.md` says what each word means and where its bounds are.

mod bounds;
mod measure;
mod reach;

use std::collections::HashMap;

use aurora_clock::Timestamp;
use aurora_model::engineering::{HealthProblem, HealthReport, ReachedBound, RuleHealth, Trouble};
use aurora_model::{RuleId, Severity};
use aurora_rules::{LoadedCorrelation, LoadedRule, RuleSet};
use serde_json::Value;

pub use bounds::{Reached, by_rule};
use measure::Measured;

/// Closed alerts from which a share of false ones is told.
const JUDGED: u64 = 5;
/// The part of false positives from which a rule is noisy.
const FALSE: f64 = 0.5;
/// The part of all alerts from which a rule is noisy, and the alerts of its own that it takes.
const SHARE: f64 = 0.25;
const SHARE_ALERTS: u64 = 20;
/// Slow is this many times the median, and never less than so many microseconds.
const TIMES: f64 = 20.0;
const SLOW_US: f64 = 100.0;
/// Events of a logsource without which nothing is said about missing fields.
const ENOUGH: usize = 20;

/// What is on record about a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Matches, the suppressed ones among them.
    pub fires: u64,
    pub alerts: u64,
    pub last_fired: Option<Timestamp>,
    pub judged: u64,
    pub false_positives: u64,
}

/// Recent events that may be of one logsource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recent {
    pub events: Vec<Value>,
    /// There were more than these.
    pub more: bool,
}

/// What the report is made from.
#[derive(Debug)]
pub struct Facts<'f> {
    pub set: &'f RuleSet,
    pub at: Timestamp,
    /// How far back `recent` looked.
    pub days: u32,
    pub records: &'f HashMap<RuleId, Record>,
    /// By the logsource's text.
    pub recent: &'f HashMap<String, Recent>,
    /// Of these days, from [`by_rule`].
    pub bounds: &'f HashMap<RuleId, Vec<ReachedBound>>,
}

/// The worst rules first.
pub fn examine(facts: &Facts<'_>) -> HealthReport {
    let measured: Vec<Measured> = facts
        .set
        .rules()
        .iter()
        .map(|rule| measure::measure(facts, rule))
        .collect();
    let costs = measured.iter().filter_map(|one| one.cost_us).collect();
    let median = median(costs);
    let all: u64 = facts.records.values().map(|record| record.alerts).sum();
    let mut rules: Vec<RuleHealth> = facts.set.problems().iter().map(broken).collect();
    let loaded = facts.set.rules().iter().zip(&measured);
    rules.extend(loaded.map(|(rule, measured)| health(facts, rule, measured, median, all)));
    let correlations = facts.set.correlations().iter();
    rules.extend(correlations.map(|it| correlation(facts, it, &measured, all)));
    rules.sort_by(|a, b| {
        let rank = |rule: &RuleHealth| {
            let worst = rule.worst().map_or(usize::MAX, |kind| kind as usize);
            (worst, std::cmp::Reverse(rule.fires))
        };
        (rank(a), &a.title).cmp(&(rank(b), &b.title))
    });
    HealthReport {
        at: facts.at,
        days: facts.days,
        sampled: facts.recent.values().map(|r| r.events.len() as u64).sum(),
        rules,
    }
}

fn broken(problem: &aurora_rules::Problem) -> RuleHealth {
    RuleHealth {
        rule: None,
        title: String::new(),
        severity: Severity::Unknown,
        file: format!("{}:{}", problem.file, problem.line),
        fires: 0,
        alerts: 0,
        last_fired: None,
        judged: 0,
        false_positives: 0,
        share: 0.0,
        cost_us: None,
        bounds: Vec::new(),
        problems: vec![HealthProblem {
            kind: Trouble::Broken,
            text: problem.reason.clone(),
        }],
    }
}

fn health(
    facts: &Facts<'_>,
    rule: &LoadedRule,
    measured: &Measured,
    median: f64,
    all: u64,
) -> RuleHealth {
    let record = facts.records.get(&rule.id).copied().unwrap_or_default();
    let share = share(record, all);
    let mut problems: Vec<HealthProblem> = noise(facts, record, share).into_iter().collect();
    let mut say = |kind, text: String| problems.push(HealthProblem { kind, text });
    // What has fired can, whatever the newest events look like.
    let unreachable = measured.unreachable.as_ref();
    if let Some(fields) = unreachable.filter(|_| record.fires == 0) {
        let names: Vec<String> = fields.iter().map(|name| format!("`{name}`")).collect();
        say(
            Trouble::Broken,
            format!(
                "it cannot fire: none of {} events of its logsource has {}",
                measured.covered,
                names.join(" or ")
            ),
        );
    }
    if let Some(cost) = measured
        .cost_us
        .filter(|c| *c >= (median * TIMES).max(SLOW_US))
    {
        let text = format!("{cost:.0} µs for an event, the median rule needs {median:.1} µs");
        say(Trouble::Slow, text);
    }
    if measured.source_missing {
        let text = format!("no event of {} in {} days", rule.rule.logsource, facts.days);
        say(Trouble::SourceMissing, text);
    } else if record.fires == 0
        && rule.alerts()
        && problems.iter().all(|p| p.kind != Trouble::Broken)
    {
        let text = "its events come, and it has no match on record".to_owned();
        problems.push(HealthProblem {
            kind: Trouble::NeverFired,
            text,
        });
    }
    problems.sort_by_key(|problem| problem.kind);
    RuleHealth {
        rule: Some(rule.id.clone()),
        title: rule.rule.header.title.clone(),
        severity: rule.severity,
        file: rule.file.to_string(),
        fires: record.fires,
        alerts: record.alerts,
        last_fired: record.last_fired,
        judged: record.judged,
        false_positives: record.false_positives,
        share,
        cost_us: measured.cost_us,
        bounds: Vec::new(),
        problems,
    }
}

#[allow(clippy::cast_precision_loss)]
fn share(record: Record, all: u64) -> f64 {
    if all == 0 {
        0.0
    } else {
        record.alerts as f64 / all as f64
    }
}

#[allow(clippy::cast_precision_loss)]
fn noise(facts: &Facts<'_>, record: Record, share: f64) -> Option<HealthProblem> {
    let several = facts.set.rules().len() + facts.set.correlations().len() > 1;
    let wrong = record.false_positives as f64 >= FALSE * record.judged as f64;
    let text = if record.judged >= JUDGED && wrong {
        format!(
            "{} of {} judged alerts were false positives",
            record.false_positives, record.judged
        )
    } else if record.alerts >= SHARE_ALERTS && share >= SHARE && several {
        format!("{:.0} % of all alerts are its own", share * 100.0)
    } else {
        return None;
    };
    let kind = Trouble::Noisy;
    Some(HealthProblem { kind, text })
}

/// A correlation has the sources of the rules that feed it.
fn correlation(
    facts: &Facts<'_>,
    it: &LoadedCorrelation,
    measured: &[Measured],
    all: u64,
) -> RuleHealth {
    let record = facts.records.get(&it.id).copied().unwrap_or_default();
    let share = share(record, all);
    let mut problems: Vec<HealthProblem> = noise(facts, record, share).into_iter().collect();
    let bounds = facts.bounds.get(&it.id).cloned().unwrap_or_default();
    problems.extend(bounds.iter().map(bounds::problem));
    let feeding = it.rules(facts.set);
    if feeding.iter().all(|at| measured[*at].source_missing) {
        problems.push(HealthProblem {
            kind: Trouble::SourceMissing,
            text: format!(
                "no event came in {} days for any of the rules that feed it",
                facts.days
            ),
        });
    } else if record.fires == 0 {
        problems.push(HealthProblem {
            kind: Trouble::NeverFired,
            text: "its events come, and it has no firing on record".to_owned(),
        });
    }
    RuleHealth {
        rule: Some(it.id.clone()),
        title: it.correlation.header.title.clone(),
        severity: it.severity,
        file: it.file.to_string(),
        fires: record.fires,
        alerts: record.alerts,
        last_fired: record.last_fired,
        judged: record.judged,
        false_positives: record.false_positives,
        share,
        cost_us: None,
        bounds,
        problems,
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}
