use aurora_sigma::Expr;

use super::{Code, Head, Linter, Warning};
use crate::filter::LoadedFilter;
use crate::ruleset::RuleSet;

pub(super) fn lint(set: &RuleSet, it: &LoadedFilter) -> Vec<Warning> {
    let mut linter = Linter::new(&it.id, &it.file);
    let filter = &it.filter;
    linter.header(&Head {
        at: &filter.at,
        id: filter.id.as_deref(),
        level: None,
        author: filter.author.as_deref(),
        status: filter.status,
    });
    linter.logsource(set, &filter.logsource, &filter.at);
    let detection = &filter.detection;
    linter.selections(&detection.selections, &detection.conditions);
    linter.items(set, &filter.logsource, &detection.selections);
    if !detection.conditions.iter().all(excludes) {
        let text = "the condition has no `not`: its rules fire only on events that it selects; \
                    an exclusion is `not selection`";
        linter.warn(filter.at.line, Code::FilterKeeps, text);
    }
    if it.rules.is_empty() {
        let text = "no rule of this set is under the filter";
        linter.warn(filter.at.line, Code::FilterOfNothing, text);
    }
    linter.warnings
}

fn excludes(expr: &Expr) -> bool {
    match expr {
        Expr::Selection(_) => false,
        Expr::Not(_) => true,
        Expr::And(terms) | Expr::Or(terms) => terms.iter().any(excludes),
    }
}
