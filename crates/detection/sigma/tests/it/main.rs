//! The crate as its users see it.
#![allow(clippy::unwrap_used)]

mod collections;
mod conditions;
mod correlations;
mod documents;
mod filters;
mod hostile;
mod modifiers;
mod shown;
mod sigmahq;

use aurora_sigma::{Document, Error, FlatJson, Match, Options, Rule, parse};

/// A rule around a `detection` section given without indentation.
fn rule_text(detection: &str) -> String {
    let body: String = detection
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    format!("title: t\nlogsource:\n  product: test\ndetection:\n{body}")
}

fn load(text: &str) -> Result<Rule, Error> {
    let mut documents = parse("rule.yml", text, &Options::default());
    assert_eq!(documents.len(), 1, "one document expected");
    match documents.remove(0)? {
        Document::Rule(rule) => Ok(*rule),
        other => panic!("a rule was expected, not {other:?}"),
    }
}

fn run(rule: &Rule, event: &str) -> Option<Match> {
    let event: serde_json::Map<String, serde_json::Value> = serde_json::from_str(event).unwrap();
    rule.matches(&FlatJson::new(&event))
}

/// The error that a selection's line gives.
fn refused(selection: &str) -> String {
    let text = rule_text(&format!("selection:\n  {selection}\ncondition: selection"));
    load(&text).unwrap_err().to_string()
}
