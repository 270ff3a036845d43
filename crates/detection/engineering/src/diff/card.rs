use std::collections::BTreeMap;

use aurora_model::RuleId;
use aurora_rules::{LoadedCorrelation, LoadedRule, RuleSet};
use aurora_sigma::{Body, CorrelationCondition, Header, Item, Link, Rule};

use super::condition::conditions;

/// A rule as pairs that can be compared.
pub(super) struct Card {
    pub title: String,
    pub revision: String,
    /// What decides about events.
    pub detection: Vec<(String, String)>,
    /// What people read.
    pub words: Vec<(String, String)>,
}

pub(super) fn cards(set: &RuleSet) -> BTreeMap<RuleId, Card> {
    let rules = set.rules().iter();
    let rules = rules.map(|rule| (rule.id.clone(), card(rule)));
    let correlations = set.correlations().iter();
    let correlations = correlations.map(|it| (it.id.clone(), correlation(it)));
    rules.chain(correlations).collect()
}

/// What its members are is theirs to tell.
fn correlation(loaded: &LoadedCorrelation) -> Card {
    let it = &loaded.correlation;
    let names: Vec<&str> = it.rules.iter().map(|one| one.text.as_str()).collect();
    let mut detection = vec![
        ("type".to_owned(), it.kind.word().to_owned()),
        ("rules".to_owned(), names.join(", ")),
        ("group-by".to_owned(), it.group_by.join(", ")),
        ("timespan".to_owned(), format!("{}s", it.timespan.as_secs())),
        ("generate".to_owned(), it.generate.to_string()),
        ("condition".to_owned(), threshold(&it.condition, &names)),
    ];
    for alias in &it.aliases {
        let fields = alias.fields.iter();
        let fields: Vec<String> = fields
            .map(|(rule, field)| format!("{}: {field}", rule.text))
            .collect();
        detection.push((format!("alias: {}", alias.name), fields.join(", ")));
    }
    Card {
        title: it.header.title.clone(),
        revision: loaded.revision.clone(),
        detection,
        words: words(&it.header),
    }
}

fn threshold(condition: &CorrelationCondition, names: &[&str]) -> String {
    match condition {
        CorrelationCondition::Rules(expr) => super::condition::over(expr, names),
        CorrelationCondition::Threshold(threshold) => {
            let bounds = threshold.bounds.iter();
            let bounds: Vec<String> = bounds
                .map(|bound| format!("{} {}", bound.comparison.word(), bound.value.as_f64()))
                .collect();
            let mut text = bounds.join(" and ");
            if !threshold.fields.is_empty() {
                text = format!("{} {text}", threshold.fields.join(", "));
            }
            match threshold.percentile {
                Some(percentile) => format!("percentile {percentile} of {text}"),
                None => text,
            }
        }
    }
}

fn card(loaded: &LoadedRule) -> Card {
    let rule = &loaded.rule;
    Card {
        title: rule.header.title.clone(),
        revision: loaded.revision.clone(),
        detection: detection(rule),
        words: words(&rule.header),
    }
}

fn detection(rule: &Rule) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("logsource".to_owned(), rule.logsource.to_string()),
        ("condition".to_owned(), conditions(&rule.detection)),
    ];
    for selection in &rule.detection.selections {
        body(&selection.name, &selection.body, &mut pairs);
    }
    pairs
}

fn body(name: &str, body_: &Body, pairs: &mut Vec<(String, String)>) {
    match body_ {
        Body::All(items) => pairs.extend(items.iter().map(|item| line(name, item))),
        Body::Any(bodies) => {
            for (index, one) in bodies.iter().enumerate() {
                body(&format!("{name}[{}]", index + 1), one, pairs);
            }
        }
    }
}

/// The values in order of their text: it makes no difference which of them stands first.
fn line(selection: &str, item: &Item) -> (String, String) {
    let mut what = format!(
        "{selection}: {}",
        item.field.as_deref().unwrap_or("keywords")
    );
    for modifier in &item.modifiers {
        what.push('|');
        what.push_str(modifier.name());
    }
    let mut values: Vec<&str> = item.values.iter().map(|v| v.text.as_str()).collect();
    values.sort_unstable();
    let word = if item.link == Link::All {
        " and "
    } else {
        " or "
    };
    (what, values.join(word))
}

fn words(header: &Header) -> Vec<(String, String)> {
    let level = header.level.map(|level| level.word().to_owned());
    let status = header.status.map(|status| status.word().to_owned());
    let pairs = [
        ("title", Some(header.title.clone())),
        ("level", level),
        ("status", status),
        ("tags", sorted(&header.tags)),
        ("name", header.name.clone()),
        ("author", header.author.clone()),
        ("description", header.description.clone()),
        ("falsepositives", sorted(&header.falsepositives)),
        ("references", sorted(&header.references)),
        ("date", header.date.clone()),
        ("modified", header.modified.clone()),
        ("license", header.license.clone()),
    ];
    let pairs = pairs.into_iter();
    pairs
        .filter_map(|(what, text)| Some((what.to_owned(), text?)))
        .collect()
}

fn sorted(list: &[String]) -> Option<String> {
    let mut list = list.to_vec();
    list.sort_unstable();
    (!list.is_empty()).then(|| list.join(", "))
}
