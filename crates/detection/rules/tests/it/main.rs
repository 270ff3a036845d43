//! The crate as its users see it.
#![allow(clippy::unwrap_used)]

mod correlations;
mod events;
mod flat;
mod folder;
mod linting;
mod pipeline;
mod regression;
mod tables;
mod texts;

use aurora_shared_data::shared_data as shared;

/// An event in its text meets the rules that it meets as a value, and in the same order.
fn agrees(set: &aurora_rules::RuleSet, event: &serde_json::Value) {
    if !event.is_object() {
        return;
    }
    let text = event.to_string();
    let fired = set.evaluate_json(text.as_bytes()).unwrap();
    let fired = fired.map(|fired| format!("{:?}", fired.matches));
    let parsed = format!("{:?}", set.evaluate(event));
    assert_eq!(fired.unwrap_or_else(|| "[]".to_owned()), parsed, "{text}");
}
