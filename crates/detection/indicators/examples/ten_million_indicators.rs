//! Builds a set of N indicators (10 million when nothing is said), opens it, and measures: memory,
//! the cost of a question, and the cost of an event.
//!
//! `cargo run --release -p aurora-indicators --example ten_million_indicators -- [N] [EVENTS.jsonl]`
//!
//! The file holds OCSF events, a line each; without it typical ones are made up.

#![allow(clippy::print_stdout, clippy::cast_precision_loss)]

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_indicators::{
    About, Builder, Indicator, IndicatorHandle, Indicators, Set, Validity, Value,
};
use serde_json::{Map, json};

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments
        .next()
        .map_or(10_000_000, |n| n.parse().expect("a number"));
    let events = events(arguments.next());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("set");
    let start = cpu();
    let mut builder = Builder::create(&path).expect("a builder");
    for number in 0..count {
        builder.add(&indicator(number)).expect("it fits");
    }
    let built = builder.finish().expect("it is written");
    println!(
        "build      {count} indicators, {:.1} s of CPU, peak {} MB, file {} MB",
        cpu() - start,
        status("VmHWM"),
        built.bytes >> 20
    );
    drop(path.clone());
    let before = status("VmRSS");
    let start = cpu();
    let set = Set::open(Arc::new(std::fs::File::open(&path).expect("the set"))).expect("it opens");
    println!(
        "open       {:.2} s of CPU, {} MB in memory by its own count, process {} MB (before {before} MB)",
        cpu() - start,
        set.resident() >> 20,
        status("VmRSS")
    );
    let handle = IndicatorHandle::default();
    let set = Arc::new(set);
    let put = || handle.swap(Indicators::new([(Arc::from("bench"), Arc::clone(&set))]));
    put();
    lookups(&handle, count);
    per_event(&handle, &events, &put);
}

/// Half addresses and domains each, then hashes and URLs, as feeds have them.
fn indicator(number: u64) -> Indicator {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let low = u32::try_from(spread >> 32).expect("32 bits");
    let text = match number % 10 {
        0..=2 => Ipv4Addr::from_bits(low | 0x8000_0000).to_string(),
        3 => format!(
            "{}/{}",
            Ipv4Addr::from_bits(low | 0xc000_0000),
            22 + number / 10 % 9
        ),
        4..=6 => format!("h{spread:x}.bad{}.example", number % 1000),
        7 => format!("http://u{spread:x}.example/gate.php?id={number}"),
        _ => format!("{spread:016x}{number:016x}{spread:016x}{number:016x}"),
    };
    Indicator {
        value: Value::guess(&text).expect("a value"),
        confidence: 70,
        validity: Validity {
            from: None,
            until: Some(NOW.plus(std::time::Duration::from_secs(86_400 * 30))),
        },
        about: About {
            description: format!("campaign {}", number % 5000),
            ..About::default()
        },
    }
}

fn lookups(handle: &IndicatorHandle, count: u64) {
    let asked = 2_000_000_u64.min(count.max(100_000));
    let names: Vec<String> = (0..100_000)
        .map(|n| format!("host{n}.corp{}.test", n % 77))
        .collect();
    let start = cpu();
    for n in 0..asked {
        black_box(handle.check(&names[(n % 100_000) as usize], NOW));
    }
    println!(
        "miss       {:.0} ns for a name of three labels",
        (cpu() - start) * 1e9 / asked as f64
    );
    let addresses: Vec<String> = (0..100_000_u32)
        .map(|n| Ipv4Addr::from_bits(n.wrapping_mul(2_654_435_761) | 0xc000_0000).to_string())
        .collect();
    let start = cpu();
    for n in 0..asked {
        black_box(handle.check(&addresses[(n % 100_000) as usize], NOW));
    }
    println!(
        "address    {:.0} ns, one in many a hit, all of them among the networks",
        (cpu() - start) * 1e9 / asked as f64
    );
    let known: Vec<String> = (0..100_000.min(count))
        .map(|n| indicator(n).value.to_string())
        .collect();
    let start = cpu();
    let hits = known
        .iter()
        .filter(|value| !handle.check(value, NOW).is_empty())
        .count();
    println!(
        "hit        {:.0} ns, {hits} of {} found",
        (cpu() - start) * 1e9 / known.len() as f64,
        known.len()
    );
}

/// Events as they come off the bus: parsed, looked at while they are warm, and forgotten. Each event of
/// the file is new: `put` forgets what was remembered of the file's last round.
fn per_event(handle: &IndicatorHandle, lines: &[String], put: &dyn Fn()) {
    let parse = |line: &String| {
        serde_json::from_str::<Map<String, serde_json::Value>>(line).expect("an event")
    };
    let rounds = (200_000 / lines.len().max(1)).max(1);
    let all = (rounds * lines.len()) as f64;
    let mut matched = 0;
    let (mut alone, mut both) = (f64::MAX, f64::MAX);
    for _ in 0..5 {
        let start = cpu();
        for line in (0..rounds).flat_map(|_| lines) {
            black_box(parse(line));
        }
        alone = alone.min(cpu() - start);
        let start = cpu();
        matched = 0;
        for _ in 0..rounds {
            put();
            for line in lines {
                let event = parse(line);
                matched += usize::from(!black_box(handle.matches(&event, NOW)).is_empty());
            }
        }
        both = both.min(cpu() - start);
    }
    println!(
        "event      {:.0} ns to look at one, beside {:.0} ns to parse it with serde_json (best of 5, {matched} matches in {all}); unreadable {}",
        (both - alone) * 1e9 / all,
        alone * 1e9 / all,
        handle.unreadable()
    );
}

fn events(path: Option<String>) -> Vec<String> {
    if let Some(path) = path {
        let file = BufReader::new(std::fs::File::open(path).expect("the file of events"));
        return file
            .lines()
            .take(50_000)
            .map(|line| line.expect("text"))
            .collect();
    }
    let event = |n: u32| {
        json!({
        "class_uid": 4001, "category_uid": 4, "activity_id": 1, "type_uid": 400_101, "severity_id": 1, "time": 1,
        "metadata": {"version": "1.3.0", "uid": format!("{n:032x}"), "product": {"name": "x", "vendor_name": "y"}},
        "src_endpoint": {"ip": Ipv4Addr::from_bits(0x0a00_0000 | n).to_string(), "port": 50_000, "hostname": format!("ws{n}.corp.test")},
        "dst_endpoint": {"ip": Ipv4Addr::from_bits(0x5000_0000 | n).to_string(), "port": 443, "hostname": "www.cdn.example.org"},
        "actor": {"process": {"file": {"path": "C:\\x.exe", "hashes": [{"algorithm_id": 3, "value": "aa".repeat(32)}]}}},
        "device": {"hostname": "ws1", "os": {"type_id": 100}, "ip": "10.0.0.9"}, "unmapped": {"a": "b", "c": "d"},
        "raw_data": "x".repeat(300), "connection_info": {"protocol_name": "tcp"}
    }).to_string()
    };
    (0..50_000).map(event).collect()
}

fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .expect("the line");
    let kilobytes: u64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("a number");
    kilobytes >> 10
}

/// Seconds of CPU that this process has used, user and system.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let rest = text.rsplit_once(')').expect("the command's name").1;
    let ticks: u64 = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|n| n.parse::<u64>().expect("ticks"))
        .sum();
    ticks as f64 / 100.0
}
