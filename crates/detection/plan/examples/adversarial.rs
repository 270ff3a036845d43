//! What hostile rule sets cost beside a normal one: `adversarial RULES EVENTS.jsonl`. Every rule is put to every
//! event, whatever its logsource.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use aurora_plan::json::{Reader, Record};
use aurora_plan::{Plan, Scratch, Section};
use aurora_rules::load;
use aurora_sigma::{Document, Expr, Options, Rule, parse};

const EVENTS: usize = 60_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rules, events] = arguments.as_slice() else {
        return Err("want RULES and EVENTS".into());
    };
    let text = std::fs::read_to_string(events)?;
    let lines: Vec<&[u8]> = text
        .lines()
        .step_by(4)
        .take(EVENTS)
        .map(str::as_bytes)
        .collect();
    let set = load(rules.as_ref(), aurora_rules::Options::default())?;
    let normal: Vec<Rule> = set
        .rules()
        .iter()
        .map(|loaded| loaded.rule.clone())
        .collect();
    let channel = one("  s: {Channel: Microsoft-Windows-Sysmon/Operational}");
    let common: Vec<Rule> = normal.iter().map(|rule| narrowed(rule, &channel)).collect();
    let numbered = |count: usize, body: fn(usize) -> String| -> Vec<Rule> {
        (0..count).map(|n| one(&body(n))).collect()
    };
    let base = measure("normal", &normal, &lines, None);
    let hostile = [
        ("Channel in every rule", common),
        (
            "10,000 rules, Channel in each",
            numbered(10_000, |n| {
                format!(
                    "  s: {{Channel: Microsoft-Windows-Sysmon/Operational, CommandLine|contains: 'tool-{n}-x', Image|endswith: '\\p{n}.exe'}}"
                )
            }),
        ),
        (
            "10,000 rules on images",
            numbered(10_000, |n| {
                format!("  s: {{EventID: 1, Image|endswith: '\\prog{n}.exe'}}")
            }),
        ),
        (
            "1,000 regular expressions",
            numbered(1000, |n| {
                format!("  s: {{CommandLine|re: 'run{n}\\s+[a-z]+\\.(ps1|bat)'}}")
            }),
        ),
        (
            "lists of 50,000 and 20,000",
            vec![
                listed("Hashes|contains", 50_000, |n| {
                    format!("SHA256={:064X}", n * 7919)
                }),
                listed("CommandLine|contains", 20_000, |n| format!("argument-{n}=")),
            ],
        ),
    ];
    for (name, rules) in hostile {
        measure(name, &rules, &lines, Some(base));
    }
    Ok(())
}

fn one(body: &str) -> Rule {
    let text = format!("title: t\nlogsource: {{product: p}}\ndetection:\n{body}\n  condition: s\n");
    match parse("t.yml", &text, &Options::default()).pop() {
        Some(Ok(Document::Rule(rule))) => *rule,
        other => panic!("not a rule: {other:?}"),
    }
}

fn listed(key: &str, count: usize, value: fn(usize) -> String) -> Rule {
    let values: Vec<String> = (0..count).map(|n| format!("'{}'", value(n))).collect();
    one(&format!("  s: {{{key}: [{}]}}", values.join(", ")))
}

/// The rule, and the other's only selection.
fn narrowed(rule: &Rule, by: &Rule) -> Rule {
    let mut rule = rule.clone();
    let selections = &mut rule.detection.selections;
    selections.push(by.detection.selections[0].clone());
    let last = selections.len() - 1;
    for condition in &mut rule.detection.conditions {
        *condition = Expr::And(vec![Expr::Selection(last), condition.clone()]);
    }
    rule
}

fn measure(name: &str, rules: &[Rule], lines: &[&[u8]], base: Option<Duration>) -> Duration {
    let started = Instant::now();
    let plan = Plan::new([Section {
        namespace: 0,
        rules: rules.iter().enumerate().collect(),
    }]);
    let compiled = started.elapsed();
    let reader = Reader::new(plan.fields(), &[]);
    let (mut scratch, mut record) = (Scratch::default(), Record::default());
    let mut best = Duration::MAX;
    let mut fired = Vec::new();
    for _ in 0..5 {
        fired.clear();
        let started = Instant::now();
        for line in lines {
            if let Ok(event) = reader.read(line, &mut record) {
                plan.begin(&mut scratch);
                plan.evaluate(0, &event, &mut scratch, &mut fired);
            }
        }
        best = best.min(started.elapsed());
    }
    let each = best / u32::try_from(lines.len()).unwrap_or(u32::MAX);
    let ratio = base.map_or(1.0, |base| best.as_secs_f64() / base.as_secs_f64());
    println!(
        "{name}: {} rules, {each:?} an event, {ratio:.2} of normal, {} matches, compiled in {compiled:?}",
        rules.len(),
        fired.len()
    );
    best
}
