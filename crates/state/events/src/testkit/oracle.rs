use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{BatchId, Scope};

use super::generate::{COMMANDS, HASHES, HOSTS, IPS, SOURCES, START, USERS};
use super::{HOSTILE_TEXTS, Random, chain, everything, parsed, rows, scope};
use crate::{Answer, Events, HuntOptions, TimeRange};

/// Stores generated events in both and asks both the same `hunts` questions.
pub async fn same_answers(store: &dyn Events, oracle: &dyn Events, seed: u64, hunts: usize) {
    let (mut random, scope) = (Random(seed), scope());
    for _ in 0..3 {
        let (token, rows) = (BatchId(Id128::random()), rows(&mut random, 150));
        store
            .insert(&scope, token, rows.clone())
            .await
            .expect("the store takes rows");
        oracle
            .insert(&scope, token, rows)
            .await
            .expect("the oracle takes rows");
    }
    let mut with_rows = 0;
    for _ in 0..hunts {
        let text = query(&mut random);
        let options = options(&mut random);
        let wanted = ask(oracle, &scope, &text, &options, seed).await;
        let found = ask(store, &scope, &text, &options, seed).await;
        compare(&wanted, &found, &format!("seed {seed}: {text}"));
        same_histogram(store, oracle, &scope, &text, options.range).await;
        with_rows += usize::from(!wanted.rows.is_empty());
    }
    assert!(
        with_rows > hunts / 3,
        "only {with_rows} of {hunts} hunts found anything"
    );
}

async fn ask(
    store: &dyn Events,
    scope: &Scope,
    text: &str,
    options: &HuntOptions,
    seed: u64,
) -> Answer {
    match store.hunt(scope, &parsed(text), options).await {
        Ok(answer) => answer,
        Err(error) => panic!(
            "seed {seed}: `{text}` was not answered by {store:?}: {}",
            chain(&error)
        ),
    }
}

fn compare(wanted: &Answer, found: &Answer, what: &str) {
    assert_eq!(wanted.columns, found.columns, "{what}");
    assert_eq!(wanted.truncated, found.truncated, "{what}");
    assert_eq!(wanted.resolved, found.resolved, "{what}");
    assert_eq!(wanted.rows.len(), found.rows.len(), "{what}");
    for (wanted, found) in wanted.rows.iter().zip(&found.rows) {
        assert_eq!(wanted, found, "{what}");
    }
}

async fn same_histogram(
    store: &dyn Events,
    oracle: &dyn Events,
    scope: &Scope,
    text: &str,
    range: TimeRange,
) {
    let query = parsed(text);
    let bucket = Duration::from_secs(1800);
    let wanted = oracle
        .histogram(scope, &query, range, bucket)
        .await
        .expect("the oracle counts");
    let found = store
        .histogram(scope, &query, range, bucket)
        .await
        .expect("the store counts");
    assert_eq!(wanted, found, "histogram of {text}");
}

fn options(random: &mut Random) -> HuntOptions {
    let mut options = everything();
    if random.chance(40) {
        let from = START + 1_000 * i64::try_from(random.below(20_000)).expect("six hours");
        let range = TimeRange {
            from: Timestamp::from_millis(from),
            until: Timestamp::from_millis(from + 7_200_000),
        };
        options.range = range;
    }
    if random.chance(30) {
        options.limit = 1 + random.below(40);
    }
    options
}

fn query(random: &mut Random) -> String {
    let filter = filter(random, 2);
    let stage = match random.below(12) {
        0 => "| count".to_owned(),
        1 => format!("| count by {}", names(random)),
        2 => format!("| top 3 {}", names(random)),
        3 => format!("| rare 2 {}", names(random)),
        4 => format!("| fields time, {}", names(random)),
        5 => format!("| sort {} desc, time", name(random)),
        6 => format!("| sort {} | limit 7", name(random)),
        7 => format!("| count by {0} | sort {0}", name(random)),
        8 => format!("| count by {} | sort count asc | limit 4", names(random)),
        _ => String::new(),
    };
    format!("{filter} {stage}")
}

fn filter(random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 3 } else { 6 }) {
        0 => "*".to_owned(),
        1 => quoted(random, true),
        3 => format!(
            "({} AND {})",
            filter(random, depth - 1),
            filter(random, depth - 1)
        ),
        4 => format!(
            "({} OR {})",
            filter(random, depth - 1),
            filter(random, depth - 1)
        ),
        5 => format!("NOT {}", filter(random, depth - 1)),
        _ => format!("{}:{}", name(random), test(random)),
    }
}

fn test(random: &mut Random) -> String {
    match random.below(10) {
        0 => "*".to_owned(),
        1 => "\"\"".to_owned(),
        2 => random
            .pick(&[
                "10.0.0.0/8",
                "0.0.0.0/0",
                "fe80::/10",
                "192.168.7.7/32",
                "::/0",
                "::ffff:0:0/96",
            ])
            .to_owned(),
        3 => format!(">={}", random.below(1000)),
        4 => format!("[{} TO {}}}", random.below(40), random.below(60_000)),
        5 => format!("<{}.5", random.below(50)),
        6 => format!("({} OR {})", quoted(random, false), quoted(random, true)),
        _ => quoted(random, random.0.is_multiple_of(2)),
    }
}

/// A value that occurs, in quotes; with wildcards it may be a piece of one.
fn quoted(random: &mut Random, wild: bool) -> String {
    let list = random.pick(&[USERS, HOSTS, IPS, COMMANDS, HASHES, SOURCES, HOSTILE_TEXTS]);
    let value = random.pick(list);
    let mut pieces: Vec<String> = value.chars().map(escaped).collect();
    if wild && !pieces.is_empty() {
        let (from, until) = (random.below(pieces.len()), random.below(pieces.len()));
        pieces = pieces[from.min(until)..=from.max(until)].to_vec();
        let middle = random.below(pieces.len());
        if random.chance(40) {
            pieces[middle] = random.pick(&["?", "*"]).to_owned();
        }
        pieces.insert(0, "*".to_owned());
        pieces.push("*".to_owned());
    }
    let text = pieces.concat();
    format!(
        "\"{}\"",
        if random.chance(50) {
            text.to_uppercase()
        } else {
            text
        }
    )
}

fn escaped(c: char) -> String {
    if matches!(c, '\\' | '"' | '*' | '?') {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}

fn names(random: &mut Random) -> String {
    if random.chance(50) {
        name(random).to_owned()
    } else {
        format!("{}, {}", name(random), name(random))
    }
}

fn name(random: &mut Random) -> &'static str {
    random.pick(&[
        "process.cmd_line",
        "process.name",
        "process.pid",
        "process.parent_process.cmd_line",
        "user.name",
        "user.uid",
        "actor.user.name",
        "device.hostname",
        "device.ip",
        "src_endpoint.ip",
        "src_endpoint.port",
        "dst_endpoint.hostname",
        "file.hashes.value",
        "process.file.hashes.value",
        "answers.rdata",
        "answers[0].rdata",
        "answers.ttl",
        "file.size",
        "message",
        "duration",
        "is_remote",
        "severity_id",
        "class_uid",
        "class_name",
        "status_id",
        "raw_data",
        "unmapped.LogonType",
        "unmapped.\"Key with.dots\"",
        "unmapped.Flag",
        "unmapped.List",
        "unmapped.Absent",
        "user",
        "ip",
        "cmd",
        "hash",
        "source",
        "metadata.product.name",
        "actor.process.cmd_line",
    ])
}
