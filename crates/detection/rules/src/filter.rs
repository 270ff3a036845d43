//! Filters of a set: conditions put on rules when they are loaded.

use std::sync::Arc;

use aurora_model::RuleId;
use aurora_sigma::{Detection, Expr, Filter, FilterRules, Selection};

use crate::correlation::{Known, LoadedCorrelation, Member, Refused};
use crate::logsource::Key;
use crate::problem::ProblemKind;
use crate::rule::{LoadedRule, own_text};

/// A filter, and the rules that carry its condition now.
#[derive(Clone, Debug)]
pub struct LoadedFilter {
    /// The filter's own id; its revision when it has none.
    pub id: RuleId,
    /// Hash of its text: 32 lower-case hex digits. Part of the revision of every rule it filters.
    pub revision: String,
    /// Relative to the rule folder.
    pub file: Arc<str>,
    /// As its author wrote it.
    pub text: Arc<str>,
    pub filter: Filter,
    /// Indices into [`crate::RuleSet::rules`], in ascending order.
    pub rules: Vec<usize>,
}

impl LoadedFilter {
    pub(crate) fn new(file: Arc<str>, file_text: &str, filter: Filter) -> Self {
        let text = own_text(file_text, &filter.inherited, filter.at.line);
        let revision = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        Self {
            id: RuleId(filter.id.clone().unwrap_or_else(|| revision.clone())),
            revision,
            file,
            text: text.into(),
            filter,
            rules: Vec::new(),
        }
    }
}

/// Puts every filter on its rules, in the order given. A reference that leads nowhere is refused
/// and the filter's others still hold.
pub(crate) fn apply(
    rules: &mut [LoadedRule],
    correlations: &[LoadedCorrelation],
    filters: &mut [LoadedFilter],
) -> Vec<Refused> {
    let mut refused = Vec::new();
    {
        let known = Known::new(rules, correlations);
        for loaded in filters.iter_mut() {
            loaded.rules = targets(rules, &known, &loaded.filter, &mut refused);
        }
    }
    for loaded in filters.iter() {
        for at in &loaded.rules {
            put(&mut rules[*at], loaded);
        }
    }
    refused
}

fn targets(
    rules: &[LoadedRule],
    known: &Known<'_>,
    filter: &Filter,
    refused: &mut Vec<Refused>,
) -> Vec<usize> {
    let wide = Key::of(&filter.logsource);
    let covered = |at: &usize| wide.covers(&Key::of(&rules[*at].rule.logsource));
    let named = match &filter.rules {
        FilterRules::Any => return (0..rules.len()).filter(covered).collect(),
        FilterRules::Named(named) => named,
    };
    let mut targets = Vec::new();
    for reference in named {
        match known.find(reference) {
            Ok(Member::Rule(at)) if covered(&at) => targets.push(at),
            Ok(Member::Rule(at)) => refused.push(Refused {
                kind: ProblemKind::Unresolved,
                at: reference.at.clone(),
                reason: format!(
                    "the filter is for {}, and `{}` is of {}: widen the filter's logsource",
                    filter.logsource, reference.text, rules[at].rule.logsource
                ),
            }),
            Ok(Member::Correlation(_)) => refused.push(Refused {
                kind: ProblemKind::Unresolved,
                at: reference.at.clone(),
                reason: format!(
                    "`{}` is a correlation: name the rules it refers to",
                    reference.text
                ),
            }),
            Err(no) => refused.push(no),
        }
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// `(rule) and (filter)`, for each of the rule's conditions.
fn put(rule: &mut LoadedRule, loaded: &LoadedFilter) {
    let filter = &loaded.filter;
    let detection = &mut rule.rule.detection;
    let offset = detection.selections.len();
    let selections = filter.detection.selections.iter();
    detection
        .selections
        .extend(selections.map(|selection| Selection {
            name: format!("{}: {}", filter.title, selection.name),
            ..selection.clone()
        }));
    let condition = condition(&filter.detection, offset);
    for own in &mut detection.conditions {
        *own = Expr::And(vec![own.clone(), condition.clone()]);
    }
    rule.filters.push(loaded.id.clone());
    let both = format!("{}\n{}", rule.revision, loaded.revision);
    rule.revision = blake3::hash(both.as_bytes()).to_hex()[..32].to_owned();
}

/// The filter's conditions as one, over selections that begin at `offset`.
fn condition(detection: &Detection, offset: usize) -> Expr {
    let mut moved: Vec<Expr> = detection
        .conditions
        .iter()
        .map(|expr| shifted(expr, offset))
        .collect();
    if moved.len() == 1 {
        moved.remove(0)
    } else {
        Expr::Or(moved)
    }
}

fn shifted(expr: &Expr, offset: usize) -> Expr {
    let all = |terms: &[Expr]| terms.iter().map(|term| shifted(term, offset)).collect();
    match expr {
        Expr::Selection(index) => Expr::Selection(index + offset),
        Expr::Not(inner) => Expr::Not(Box::new(shifted(inner, offset))),
        Expr::And(terms) => Expr::And(all(terms)),
        Expr::Or(terms) => Expr::Or(all(terms)),
    }
}
