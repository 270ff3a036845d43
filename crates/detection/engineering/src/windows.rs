//! Why a correlation fires on some events, or why it does not.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aurora_correlation::{Correlation, GroupKey, Match, Window, nearest};
use aurora_model::RuleId;
use aurora_model::engineering::{
    CorrelationExplanation, GroupWindow, LackingField, MemberHits, WindowFiring, WindowHit,
};
use aurora_rules::{CorrelationBase, FieldNames, LoadedCorrelation, LoadedRule, Member, RuleSet};
use aurora_sigma::{CorrelationCondition, Expr};
use serde_json::Value;

use crate::ordered::{Ordered, ordered};
use crate::{Correlator, Firing, subset};

/// Puts the events to the correlation, in order of time and through the very windows that a site
/// runs. `None` when the set has no such correlation.
pub fn explain_correlation(
    set: &RuleSet,
    id: &RuleId,
    events: &[Value],
) -> Option<CorrelationExplanation> {
    // Nothing that it does not depend on is asked.
    let set = Arc::new(subset(set, std::slice::from_ref(id)));
    let it = set.correlations().iter().find(|it| it.id == *id)?;
    let mut run = Run::of(&set, it)?;
    for event in ordered(events) {
        run.see(&event);
    }
    Some(run.told(events))
}

struct Run<'s> {
    set: &'s Arc<RuleSet>,
    it: &'s LoadedCorrelation,
    correlator: Correlator,
    members: Vec<MemberHits>,
    /// For members that are rules.
    names: Vec<Option<FieldNames>>,
    last: u64,
}

impl<'s> Run<'s> {
    fn of(set: &'s Arc<RuleSet>, it: &'s LoadedCorrelation) -> Option<Self> {
        let rule = |base: &CorrelationBase| match base.member {
            Member::Rule(at) => Some(set.names(&set.rules()[at])),
            Member::Correlation(_) => None,
        };
        Some(Self {
            set,
            it,
            correlator: Correlator::of(set.clone())?.watching(&it.id),
            members: it.bases.iter().map(|base| member(set, base)).collect(),
            names: it.bases.iter().map(rule).collect(),
            last: 0,
        })
    }

    fn see(&mut self, event: &Ordered<'_>) {
        let found = self.set.evaluate(event.event);
        let rules: Vec<&LoadedRule> = found.iter().map(|it| it.rule).collect();
        let before = self.correlator.matches().len();
        let tag = event.number;
        self.correlator
            .see(event.event, event.uid, event.time, rules.clone(), tag);
        let placed = self.correlator.matches().get(before..).unwrap_or_default();
        let placed: Vec<u16> = placed.iter().map(|(it, _)| it.base).collect();
        for (at, base) in self.it.bases.iter().enumerate() {
            let Member::Rule(index) = base.member else {
                continue;
            };
            if rules
                .iter()
                .all(|rule| rule.id != self.set.rules()[index].id)
            {
                continue;
            }
            self.members[at].hits += 1;
            if !placed.iter().any(|base| usize::from(*base) == at) {
                self.lose(at, base, event.event);
            }
        }
        self.last = event.number;
    }

    /// A hit that is in no group, or has nothing to look at.
    fn lose(&mut self, at: usize, base: &CorrelationBase, event: &Value) {
        let Some(names) = &self.names[at] else { return };
        let reader = self.set.reader(event);
        let member = &mut self.members[at];
        member.lost += 1;
        for field in base.group_by.iter().chain(&base.fields) {
            if reader.text(names, field).is_some() {
                continue;
            }
            match member.lacking.iter_mut().find(|it| it.field == *field) {
                Some(known) => known.hits += 1,
                None => member.lacking.push(LackingField {
                    field: field.clone(),
                    hits: 1,
                }),
            }
        }
    }

    fn told(mut self, events: &[Value]) -> CorrelationExplanation {
        self.correlator.end(self.last);
        let mut firings: HashMap<Vec<String>, Vec<WindowFiring>> = HashMap::new();
        for firing in self.correlator.settled() {
            if firing.rule == self.it.id {
                let group = firing.group.iter().map(|(_, value)| value.clone());
                firings
                    .entry(group.collect())
                    .or_default()
                    .push(fired(&firing));
            }
        }
        let matches = self.correlator.matches();
        let mut by_group: BTreeMap<&GroupKey, Vec<&(Match, u64)>> = BTreeMap::new();
        for one in matches {
            by_group.entry(&one.0.group).or_default().push(one);
            let member = self.members.get_mut(usize::from(one.0.base));
            if let Some(member) = member.filter(|member| member.correlation) {
                member.hits += 1;
            }
        }
        let compiled = self.correlator.compiled();
        let groups = by_group.into_iter().filter_map(|(key, hits)| {
            let firings = firings.remove(&key.values().map(str::to_owned).collect::<Vec<_>>());
            let told = Told {
                it: compiled?,
                names: &self.names,
                rule: self.it,
                set: self.set,
                events,
            };
            told.group(key, &hits, firings.unwrap_or_default())
        });
        let mut groups: Vec<GroupWindow> = groups.collect();
        groups.sort_by(|a, b| {
            let rank = |it: &GroupWindow| (Reverse(!it.firings.is_empty()), Reverse(it.holds));
            rank(a)
                .cmp(&rank(b))
                .then(b.figure.total_cmp(&a.figure))
                .then(b.hits.cmp(&a.hits))
        });
        let total = groups.len() as u64;
        let fired = groups.iter().any(|it| !it.firings.is_empty());
        groups.truncate(CorrelationExplanation::GROUPS);
        let rule = &self.it.correlation;
        CorrelationExplanation {
            rule: self.it.id.clone(),
            title: rule.header.title.clone(),
            fired,
            kind: rule.kind.word().to_owned(),
            condition: condition(&rule.condition, &self.members),
            fields: match &rule.condition {
                CorrelationCondition::Threshold(threshold) => threshold.fields.clone(),
                CorrelationCondition::Rules(_) => Vec::new(),
            },
            timespan_ms: u64::try_from(rule.timespan.as_millis()).unwrap_or(u64::MAX),
            group_by: rule.group_by.clone(),
            events: events.len() as u64,
            members: self.members,
            groups,
            groups_total: total,
        }
    }
}

/// What is needed to tell of a group.
struct Told<'r> {
    it: &'r Correlation,
    names: &'r [Option<FieldNames>],
    rule: &'r LoadedCorrelation,
    set: &'r RuleSet,
    events: &'r [Value],
}

impl Told<'_> {
    fn group(
        &self,
        key: &GroupKey,
        hits: &[&(Match, u64)],
        firings: Vec<WindowFiring>,
    ) -> Option<GroupWindow> {
        let matches: Vec<Match> = hits.iter().map(|(it, _)| it.clone()).collect();
        let Window {
            after,
            at: until,
            figure,
            holds,
            ..
        } = nearest(self.it, &matches)?;
        let mut within: Vec<&(Match, u64)> = hits
            .iter()
            .copied()
            .filter(|(it, _)| it.time > after && it.time <= until)
            .collect();
        within.sort_by_key(|(it, tag)| (it.time, *tag, it.base));
        let mut by_member = vec![0; self.rule.bases.len()];
        for (it, _) in &within {
            if let Some(count) = by_member.get_mut(usize::from(it.base)) {
                *count += 1;
            }
        }
        let seen = within.iter().take(CorrelationExplanation::HITS);
        Some(GroupWindow {
            values: key.values().map(str::to_owned).collect(),
            hits: hits.len() as u64,
            holds,
            figure,
            after,
            until,
            by_member,
            seen: seen.map(|(it, tag)| self.hit(it, *tag)).collect(),
            more: within.len().saturating_sub(CorrelationExplanation::HITS) as u64,
            firings,
        })
    }

    fn hit(&self, it: &Match, tag: u64) -> WindowHit {
        let at = usize::from(it.base);
        let event = usize::try_from(tag).ok().and_then(|at| self.events.get(at));
        let names = self.names.get(at).and_then(Option::as_ref);
        let values = match (event, names, self.rule.bases.get(at)) {
            (Some(event), Some(names), Some(base)) => {
                let reader = self.set.reader(event);
                let read = base.fields.iter().map(|field| reader.text(names, field));
                read.flatten().collect()
            }
            _ => Vec::new(),
        };
        WindowHit {
            event: tag,
            at: it.time,
            member: it.base.into(),
            values,
        }
    }
}

fn member(set: &RuleSet, base: &CorrelationBase) -> MemberHits {
    let (rule, title, correlation) = match base.member {
        Member::Rule(at) => {
            let it = &set.rules()[at];
            (it.id.clone(), &it.rule.header.title, false)
        }
        Member::Correlation(at) => {
            let it = &set.correlations()[at];
            (it.id.clone(), &it.correlation.header.title, true)
        }
    };
    MemberHits {
        rule,
        title: title.clone(),
        correlation,
        hits: 0,
        lost: 0,
        lacking: Vec::new(),
    }
}

fn fired(firing: &Firing) -> WindowFiring {
    WindowFiring {
        at: firing.at,
        event: firing.tag,
        figure: firing.figure,
        events: firing.events,
    }
}

/// As the rule has it.
fn condition(condition: &CorrelationCondition, members: &[MemberHits]) -> String {
    match condition {
        CorrelationCondition::Threshold(threshold) => {
            let bounds: Vec<String> = threshold.bounds.iter().map(ToString::to_string).collect();
            bounds.join(", ")
        }
        CorrelationCondition::Rules(expr) => expression(expr, members, true),
    }
}

fn expression(expr: &Expr, members: &[MemberHits], outermost: bool) -> String {
    let joined = |terms: &[Expr], word: &str| {
        let terms: Vec<String> = terms
            .iter()
            .map(|term| expression(term, members, false))
            .collect();
        let text = terms.join(word);
        if outermost || terms.len() < 2 {
            text
        } else {
            format!("({text})")
        }
    };
    match expr {
        Expr::Selection(at) => members
            .get(*at)
            .map_or_else(String::new, |it| format!("`{}`", it.title)),
        Expr::Not(inner) => format!("not {}", expression(inner, members, false)),
        Expr::And(terms) => joined(terms, " and "),
        Expr::Or(terms) => joined(terms, " or "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_read_as_they_are_written() {
        let of = |title: &str| MemberHits {
            rule: RuleId(title.to_owned()),
            title: title.to_owned(),
            correlation: false,
            hits: 0,
            lost: 0,
            lacking: Vec::new(),
        };
        let members = ["a", "b", "c"].map(of);
        let [a, b, c] = [0, 1, 2].map(Expr::Selection);
        let inner = Expr::Or(vec![b, Expr::Not(Box::new(c))]);
        let text = expression(&Expr::And(vec![a, inner]), &members, true);
        assert_eq!(text, "`a` and (`b` or not `c`)");
    }
}
