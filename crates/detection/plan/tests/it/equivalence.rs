//! The plan says what the plain evaluator says.

use aurora_plan::json::{Reader, Record};
use aurora_plan::{Plan, Scratch, Section, Sourced};
use aurora_sigma::{Document, FlatJson, Options, Rule, parse};
use serde_json::{Map, Value};

use crate::generate::{Pool, Random, event, rule};

const RULES: usize = 12;
const EVENTS: usize = 12;

/// Rule and event pairs; the lane `just plan-equivalence` sets more.
fn pairs() -> usize {
    let wanted = std::env::var("AURORA_PLAN_PAIRS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(60_000)
}

#[test]
fn random_rules_on_random_events() {
    let (mut done, mut matches, mut seed) = (0, 0, 1);
    while done < pairs() {
        let (pairs, found) = round(seed);
        done += pairs;
        matches += found;
        seed += 1;
    }
    // A generator whose rules never fire would prove nothing.
    assert!(matches * 20 > done, "{matches} matches in {done} pairs");
    assert!(matches * 10 < done * 9, "{matches} matches in {done} pairs");
}

fn round(seed: u64) -> (usize, usize) {
    let random = &mut Random(seed);
    let pool = Pool::new(random);
    let mut texts: Vec<String> = (0..RULES).map(|_| rule(random, &pool)).collect();
    texts.retain(|text| read(text).is_some());
    let rules: Vec<Rule> = texts.iter().filter_map(|text| read(text)).collect();
    let plan = Plan::new([Section {
        namespace: 0,
        rules: rules.iter().enumerate().collect(),
    }]);
    let reader = Reader::new(plan.fields(), &[]);
    let (mut scratch, mut record) = (Scratch::default(), Record::default());
    let mut matches = 0;
    for _ in 0..EVENTS {
        let event = event(random, &pool);
        let source = FlatJson::new(&event);
        let plain: Vec<usize> = (0..rules.len())
            .filter(|index| rules[*index].matches(&source).is_some())
            .collect();
        let mut fired = Vec::new();
        plan.begin(&mut scratch);
        plan.evaluate(0, &Sourced(&source), &mut scratch, &mut fired);
        let told = |kind: &str, line: &str| format!("{kind}, seed {seed}: {line}\n{texts:#?}");
        let line = line(random, &event);
        assert_eq!(fired, plain, "{}", told("source", &line));
        fired.clear();
        plan.begin(&mut scratch);
        let read = reader.read(line.as_bytes(), &mut record);
        let read = read.unwrap_or_else(|error| panic!("{error} {}", told("reader", &line)));
        plan.evaluate(0, &read, &mut scratch, &mut fired);
        assert_eq!(fired, plain, "{}", told("line", &line));
        matches += plain.len();
    }
    (rules.len() * EVENTS, matches)
}

fn read(text: &str) -> Option<Rule> {
    match parse("r.yml", text, &Options::default()).pop()? {
        Ok(Document::Rule(rule)) => Some(*rule),
        _ => None,
    }
}

/// The event as JSON, in one of the ways to write it.
fn line(random: &mut Random, event: &Map<String, Value>) -> String {
    let mut line = serde_json::to_string(event).unwrap();
    match random.below(4) {
        0 => line = serde_json::to_string_pretty(event).unwrap(),
        1 => line = line.replace('/', "\\/"),
        2 => line = line.replace('b', "\\u0062").replace("\\\\u0062", "\\\\b"),
        _ => {}
    }
    // `\b` is an escape of its own: it must not have become another.
    let back: Result<Map<String, Value>, _> = serde_json::from_str(&line);
    match back {
        Ok(back) if back == *event => line,
        _ => serde_json::to_string(event).unwrap(),
    }
}
