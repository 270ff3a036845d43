//! How fast a rule folder is put to a file of flat JSON lines: `eval_flat RULES EVENTS [THREADS]`.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::time::Instant;

use aurora_rules::flat::{FlatRules, evaluate_lines};
use aurora_rules::{Options, load};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rules, events, rest @ ..] = arguments.as_slice() else {
        return Err("want RULES and EVENTS".into());
    };
    let threads = rest.first().map_or(Ok(1), |text| text.parse())?;
    let started = Instant::now();
    let set = load(rules.as_ref(), Options::default())?;
    let parsed = started.elapsed();
    let flat = FlatRules::new(&set);
    eprintln!(
        "{} rules parsed in {parsed:?}, compiled in {:?}",
        set.rules().len(),
        started.elapsed() - parsed
    );
    if std::env::var_os("DESCRIBE").is_some() {
        flat.describe().iter().for_each(|line| println!("{line}"));
    }
    let started = Instant::now();
    let mut fired: BTreeMap<usize, u64> = BTreeMap::new();
    let (mut seen, mut matches, mut broken) = (0, 0, 0);
    let input = std::fs::File::open(events)?;
    evaluate_lines(&flat, input, threads, &mut |lines, reached| {
        seen = reached.events;
        matches += lines.matches.len();
        broken += lines.broken.len();
        for (_, rule) in &lines.matches {
            *fired.entry(*rule).or_default() += 1;
        }
        Ok(())
    })?;
    let spent = started.elapsed();
    for (rule, count) in &fired {
        let rule = &set.rules()[*rule];
        println!("{}\t{count}\t{}", rule.id.0, rule.rule.header.title);
    }
    eprintln!("{seen} events, {broken} broken, {matches} matches in {spent:?}");
    Ok(())
}
