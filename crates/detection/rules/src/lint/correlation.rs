use aurora_sigma::{Correlation, CorrelationCondition, CorrelationKind, Number};

use super::{Code, Head, Linter, Warning};
use crate::correlation::{LoadedCorrelation, Member};
use crate::event::Names;
use crate::ruleset::RuleSet;

pub(super) fn lint(set: &RuleSet, it: &LoadedCorrelation) -> Vec<Warning> {
    let mut linter = Linter::new(&it.id, &it.file);
    let own = &it.correlation;
    linter.header(&Head::of(&own.header));
    linter.shape(own);
    linter.aliases(own);
    linter.base_fields(set, it);
    linter.warnings
}

impl Linter<'_> {
    fn shape(&mut self, it: &Correlation) {
        let line = it.header.at.line;
        if it.group_by.is_empty() {
            let text = "no `group-by`: matches of all hosts and users share one window";
            self.warn(line, Code::NoGroup, text);
        }
        let first_fires = match &it.condition {
            CorrelationCondition::Rules(_) => it.rules.len() == 1,
            CorrelationCondition::Threshold(threshold) => {
                let figure = |bound: &aurora_sigma::Bound| bound.holds(Number::Int(1));
                (it.kind.is_temporal() || it.kind == CorrelationKind::EventCount)
                    && it.rules.len() == 1
                    && threshold.bounds.iter().all(figure)
            }
        };
        if first_fires {
            let text = "a single match of its only rule fires it: nothing is correlated";
            self.warn(line, Code::NothingCorrelated, text);
        }
    }

    fn aliases(&mut self, it: &Correlation) {
        for alias in &it.aliases {
            let in_condition = match &it.condition {
                CorrelationCondition::Threshold(threshold) => {
                    threshold.fields.contains(&alias.name)
                }
                CorrelationCondition::Rules(_) => false,
            };
            if !in_condition && !it.group_by.contains(&alias.name) {
                let text = format!(
                    "alias `{}` is neither in `group-by` nor in the condition",
                    alias.name
                );
                self.warn(alias.at.line, Code::UnusedAlias, text);
            }
        }
    }

    /// Fields that the tables do not know of a rule's logsource; inner correlations have been
    /// checked for theirs.
    fn base_fields(&mut self, set: &RuleSet, it: &LoadedCorrelation) {
        for (base, reference) in it.bases.iter().zip(&it.correlation.rules) {
            let Member::Rule(at) = base.member else {
                continue;
            };
            let logsource = &set.rules()[at].rule.logsource;
            let names = Names::of(set.mapping(), logsource);
            for field in base.group_by.iter().chain(&base.fields) {
                self.field(set, &names, logsource, field, reference.at.line);
            }
        }
    }
}
