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

use std::path::{Path, PathBuf};

/// The shared test data, or a printed note that the test did not run.
#[allow(clippy::print_stderr)]
fn shared() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("AURORA_SHARED")
        .map_or(default, PathBuf::from)
        .join("data");
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("skipped: no shared test data at {}", root.display());
    None
}

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
