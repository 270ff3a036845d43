//! Any JSON text as an event: in its text it must meet the rules that it meets once parsed.

use std::sync::LazyLock;

use aurora_rules::{Options, RuleSet};
use serde_json::Value;

const RULE: &str = "
title: one
logsource: {product: windows}
detection:
  words: [evil, '\\mimilib']
  field: {'a.b|contains': x, CommandLine|endswith: evil.exe}
  same: {Image|fieldref: ParentImage}
  none: {User: null}
  condition: words or field or same or none
";

static SET: LazyLock<RuleSet> =
    LazyLock::new(|| RuleSet::from_texts([("r.yml", RULE)], Options::default()));

pub fn run(input: &[u8]) {
    let fired = SET.evaluate_json(input);
    let Ok(event) = serde_json::from_slice::<Value>(input) else {
        return;
    };
    if !event.is_object() {
        return;
    }
    let fired = fired.expect("it is an object");
    let fired = fired.map(|fired| format!("{:?}", fired.matches));
    let parsed = format!("{:?}", SET.evaluate(&event));
    assert_eq!(fired.unwrap_or_else(|| "[]".to_owned()), parsed);
}
