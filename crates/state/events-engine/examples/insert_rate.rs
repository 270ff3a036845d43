//! How many events a second the store takes, and what that costs the child and us.
//!
//! `cargo run --release -p aurora-events-engine --example insert_rate -- [ROWS] [BATCH]`. Builds the
//! child first: `cargo build --release -p aurora-events-engine`. Events are OCSF-shaped, made from
//! real Windows records where `../shared/data/bench` (or `AURORA_SHARED`) is there, else generated.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aurora_clock::Timestamp;
use aurora_events::{Events, Row, testkit};
use aurora_events_clickhouse::{ClickHouseEvents, Endpoint, Options};
use aurora_events_engine::{ChildOptions, Supervisor, SupervisorOptions, find_library};
use aurora_ids::{Derive, Id128};
use aurora_model::{BatchId, EventItem, EventUid, SourceName};
use aurora_tasks::Tasks;
use serde_json::{Map, Value, json};

const FILE: &str = "data/bench/windows-270872.jsonl.zst";

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|text| text.parse::<usize>().unwrap());
    let total = arguments.next().unwrap_or(200_000);
    let batch = arguments.next().unwrap_or(10_000);
    let dir = tempfile::tempdir().unwrap();
    let library = find_library(None).unwrap();
    let child = ChildOptions::new(dir.path().join("s"), dir.path().join("events"), library);
    let program = std::env::current_exe().unwrap();
    let program = program
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("aurora-engine");
    let (supervisor, engine) = Supervisor::new(SupervisorOptions::new(program, child));
    let tasks = Tasks::new();
    tasks.spawn("engine", supervisor.run(tasks.shutdown()));
    let pid = engine
        .ready(Duration::from_secs(60))
        .await
        .unwrap()
        .pid
        .unwrap();
    let endpoint = Endpoint::Unix(dir.path().join("s"));
    let store = ClickHouseEvents::open(Options::new(endpoint))
        .await
        .unwrap();

    let rows = rows(total);
    let bytes: usize = rows.iter().map(|row| row.item.json.len()).sum();
    println!(
        "{} events, {} bytes each, batches of {batch}",
        rows.len(),
        bytes / rows.len()
    );
    let scope = testkit::scope();
    let (started, child, own) = (Instant::now(), cpu(pid), cpu(std::process::id()));
    let mut slowest = Duration::ZERO;
    for rows in rows.chunks(batch) {
        let rows = rows.to_vec();
        let started = Instant::now();
        store
            .insert(&scope, BatchId(Id128::random()), rows)
            .await
            .unwrap();
        slowest = slowest.max(started.elapsed());
    }
    let count = total as f64;
    let (took, child, own) = (
        started.elapsed().as_secs_f64(),
        cpu(pid) - child,
        cpu(std::process::id()) - own,
    );
    println!(
        "inserted in {took:.2} s: {:.0} rows/s, slowest batch {slowest:?}",
        count / took
    );
    println!(
        "child: {child:.2} CPU s, {:.0} rows per CPU s",
        count / child
    );
    println!("adapter: {own:.2} CPU s, {:.0} rows per CPU s", count / own);
    let info = store.info(&scope).await.unwrap();
    println!(
        "on disk: {} bytes per event; child memory {} MiB",
        info.bytes / info.rows,
        memory(pid)
    );
    hunts(&store, &scope).await;
    println!("child memory {} MiB", memory(pid));
    drop(store);
    tasks.stop(Duration::from_secs(30)).await.unwrap();
}

async fn hunts(store: &ClickHouseEvents, scope: &aurora_model::Scope) {
    for query in [
        "* | count",
        "process.cmd_line:*mimikatz*",
        "mimikatz | count",
        "* | top 5 process.name",
        "unmapped.Channel:*Sysmon* | count",
        "file.size:>1 | count",
        "user.name:*a*",
    ] {
        let started = Instant::now();
        let mut options = testkit::everything();
        options.limit = 1000;
        let answer = store
            .hunt(scope, &aurora_hunt::parse(query).unwrap(), &options)
            .await
            .unwrap();
        println!(
            "{query}: {} rows in {:?}",
            answer.rows.len(),
            started.elapsed()
        );
    }
}

/// User and system time of a process, in seconds.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks: f64 = fields[11..13]
        .iter()
        .map(|field| field.parse::<f64>().unwrap())
        .sum();
    ticks / 100.0
}

fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}

fn rows(total: usize) -> Vec<Row> {
    let root = std::env::var_os("AURORA_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    match std::fs::File::open(Path::new(&root).join(FILE)) {
        Ok(file) => {
            let lines = BufReader::new(zstd::Decoder::new(file).unwrap()).lines();
            lines
                .take(total)
                .enumerate()
                .map(|(n, line)| real(n, &line.unwrap()))
                .collect()
        }
        Err(_) => {
            println!("no {FILE} below {}: generated events", root.display());
            testkit::rows(&mut testkit::Random(1), total)
        }
    }
}

/// A flat Sysmon record in about the shape that its parser gives it.
fn real(n: usize, line: &str) -> Row {
    let flat: Map<String, Value> = serde_json::from_str(line).unwrap();
    let get = |name: &str| flat.get(name).cloned().unwrap_or(Value::Null);
    let uid = EventUid(Derive::new("bench").number(n as u64).finish());
    let mut event = json!({
        "time": testkit::START + n as i64 * 10,
        "class_uid": 1007, "class_name": "Process Activity", "category_uid": 1, "category_name": "System Activity",
        "activity_id": 1, "activity_name": "Launch", "severity_id": 1, "severity": "Informational", "type_uid": 100_701,
        "metadata": {
            "uid": uid.to_string(), "version": "1.3.0", "event_code": get("EventID"), "log_name": get("Channel"),
            "product": {"name": "Windows", "vendor_name": "Microsoft"},
        },
        "device": {"hostname": get("Computer"), "type_id": 0},
        "process": {
            "name": get("Image"), "cmd_line": get("CommandLine"), "pid": get("ProcessId"),
            "file": {"path": get("Image"), "name": "x", "type_id": 1, "hashes": [{"algorithm_id": 3, "value": get("Hashes")}]},
            "parent_process": {"cmd_line": get("ParentCommandLine"), "file": {"path": get("ParentImage")}},
        },
        "user": {"name": get("User")},
        "raw_data": line,
    });
    let used = [
        "EventID",
        "Channel",
        "Computer",
        "Image",
        "CommandLine",
        "ProcessId",
        "Hashes",
        "ParentCommandLine",
        "ParentImage",
        "User",
    ];
    let rest: Map<String, Value> = flat
        .into_iter()
        .filter(|(name, _)| !used.contains(&name.as_str()))
        .collect();
    event["unmapped"] = Value::Object(rest);
    let item = EventItem::new(uid, 1, event.as_object().unwrap());
    Row {
        source: SourceName::new("windows"),
        received_at: Timestamp::from_millis(testkit::START),
        item,
    }
}
