use std::collections::BTreeMap;

use aurora_model::RuleId;
use aurora_rules::{LoadedRule, RuleSet};
use aurora_sigma::{Body, Item, Link, Rule};

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
    rules.map(|rule| (rule.id.clone(), card(rule))).collect()
}

fn card(loaded: &LoadedRule) -> Card {
    let rule = &loaded.rule;
    Card {
        title: rule.title.clone(),
        revision: loaded.revision.clone(),
        detection: detection(rule),
        words: words(rule),
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

fn words(rule: &Rule) -> Vec<(String, String)> {
    let level = rule.level.map(|level| level.word().to_owned());
    let status = rule.status.map(|status| status.word().to_owned());
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort_unstable();
        (!list.is_empty()).then(|| list.join(", "))
    };
    let pairs = [
        ("title", Some(rule.title.clone())),
        ("level", level),
        ("status", status),
        ("tags", sorted(&rule.tags)),
        ("name", rule.name.clone()),
        ("author", rule.author.clone()),
        ("description", rule.description.clone()),
        ("falsepositives", sorted(&rule.falsepositives)),
        ("references", sorted(&rule.references)),
        ("date", rule.date.clone()),
        ("modified", rule.modified.clone()),
        ("license", rule.license.clone()),
    ];
    let present = pairs.into_iter();
    present
        .filter_map(|(what, text)| Some((what.to_owned(), text?)))
        .collect()
}
