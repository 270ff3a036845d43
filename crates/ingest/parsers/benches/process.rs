//! Microseconds per record, from bytes to a valid event: `cargo bench -p aurora-parsers`.
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::let_underscore_must_use
)]

use std::path::Path;
use std::time::{Duration, Instant};

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use aurora_parsers::Registry;

const FILES: [&str; 9] = [
    "zeek/golden/conn.in",
    "zeek/golden/dns.in",
    "zeek/golden/http.in",
    "suricata/golden/alert.in",
    "suricata/golden/flow.in",
    "suricata/golden/http.in",
    "cloudtrail/golden/api.in",
    "auditd/golden/execve.in",
    "syslog/golden/sshd.in",
];

/// Golden records of one kind, as one batch.
fn batch(scope: &Scope, file: &str) -> RawBatch {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../content/parsers");
    let text = std::fs::read(folder.join(file)).expect("the golden file is there");
    let lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let record = |(seq, body): (usize, &[u8])| {
        RawRecord::whole(seq as u64, Timestamp::from_millis(0), body.to_vec())
    };
    RawBatch {
        scope: scope.clone(),
        source: SourceName::new(SourceName::AUTO),
        origin: OriginId(Id128::from_bytes([0; 16])),
        host: "bench".to_owned(),
        trace: TraceContext::default(),
        records: lines.enumerate().map(record).collect(),
    }
}

/// The best of 30 rounds of about 30 ms, which other work on the machine disturbs least.
fn measure(registry: &Registry, scope: &Scope, file: &str) {
    let batch = batch(scope, file);
    let round = || {
        let (start, mut runs) = (Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_millis(30) {
            std::hint::black_box(registry.process(scope, std::hint::black_box(&batch)));
            runs += 1;
        }
        start.elapsed().as_secs_f64() * 1e6 / f64::from(runs) / batch.records.len() as f64
    };
    let best = (0..30).map(|_| round()).fold(f64::INFINITY, f64::min);
    println!("{file:<28} {best:>7.1} us/record");
}

fn main() {
    // Test runners start benchmarks too, to list tests; only `cargo bench` means it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let registry = Registry::new().expect("there is nothing to go wrong");
    let start = Instant::now();
    registry.prepare().expect("the shipped programs compile");
    println!(
        "compiling all programs       {:>7.0} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    let scope = Scope::of(SiteId(Id128::from_bytes([0; 16])));
    for file in FILES {
        measure(&registry, &scope, file);
    }
}
