//! Puts a rule folder to events and says how often each rule fired and how long it took.
//!
//! `evaluate RULES EVENTS.jsonl` takes OCSF events; `--flat` before them takes Windows events with
//! Sigma's field names, as test captures have them, and wraps them as a parser without any mapping
//! would: every field under `unmapped`.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use aurora_rules::{Options, load};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let flat = arguments.iter().position(|word| word == "--flat");
    flat.map(|at| arguments.remove(at));
    let [rules, events] = arguments.as_slice() else {
        return Err("want RULES and EVENTS".into());
    };
    let started = Instant::now();
    let set = load(rules.as_ref(), Options::default())?;
    println!(
        "{} rules, {} problems, {:?}",
        set.rules().len(),
        set.problems().len(),
        started.elapsed()
    );
    let (mut seen, mut spent, mut matches) = (0u64, Duration::ZERO, 0u64);
    let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
    for line in BufReader::new(std::fs::File::open(events)?).lines() {
        let event: Value = serde_json::from_str(&line?)?;
        let event = if flat.is_some() { wrap(event) } else { event };
        let started = Instant::now();
        let found = set.evaluate(&event);
        spent += started.elapsed();
        seen += 1;
        matches += found.len() as u64;
        for found in found {
            *fired.entry(&found.rule.id.0).or_default() += 1;
        }
    }
    for (rule, count) in &fired {
        println!("{rule}\t{count}");
    }
    println!(
        "{seen} events, {matches} matches of {} rules, {spent:?} in the evaluator",
        fired.len()
    );
    Ok(())
}

fn wrap(fields: Value) -> Value {
    let code = match &fields["EventID"] {
        Value::String(code) => code.clone(),
        other => other.to_string(),
    };
    json!({
        "metadata": {
            "log_name": fields["Channel"], "log_provider": fields["Provider_Name"], "event_code": code,
        },
        "device": {"os": {"type_id": 100}},
        "unmapped": fields,
    })
}
