//! CPU time per record, from bytes to a valid event, for every source's golden records: `cargo bench -p aurora-parsers`.
//! Names of sources behind `--` measure these only; a number is the rounds to take, for a profiler. Records that are JSON are
//! measured a second time, grown to 1 kB by fields that no mapping knows.
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::let_underscore_must_use
)]

use std::path::Path;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext};
use aurora_parsers::{Registry, golden};
use serde_json::{Map, Value};

/// What the site allocates with: a record is hundreds of small allocations.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A record's size in the second measurement.
const GROWN: usize = 1_000;

/// The golden records of a source, but those that are there to be refused.
fn bodies(source: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../content/parsers");
    let inputs = golden::inputs(&folder.join(source)).expect("every source has golden files");
    let inputs = inputs.iter().filter(|input| !golden::is_refused(input));
    let texts = inputs.map(|input| std::fs::read(input).expect("the golden file is there"));
    texts.flat_map(|text| golden::records(&text)).collect()
}

/// The record with as many fields more as it takes; `None` for what is no JSON object, or large enough.
fn grown(body: &[u8]) -> Option<Vec<u8>> {
    let mut fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let missing = GROWN.checked_sub(body.len())?;
    for number in 0..missing / 50 {
        let text = format!("{number:0>29}");
        fields.insert(format!("benchField{number:0>4}"), text.into());
    }
    serde_json::to_vec(&fields).ok()
}

fn batch(scope: &Scope, source: &str, bodies: Vec<Vec<u8>>) -> RawBatch {
    let record = |(seq, body): (usize, Vec<u8>)| {
        RawRecord::whole(seq as u64, Timestamp::from_millis(0), body)
    };
    RawBatch {
        scope: scope.clone(),
        source: SourceName::new(source),
        origin: OriginId(Id128::from_bytes([0; 16])),
        host: "bench".to_owned(),
        trace: TraceContext::default(),
        records: bodies.into_iter().enumerate().map(record).collect(),
    }
}

/// What this thread has had of a processor: other work on the machine does not count. Linux only.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let nanos = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanos.expect("the first number is nanoseconds"))
}

/// Runs between two looks at the clock, which costs as much as half a record.
const RUNS: u32 = 8;

/// Microseconds an event: the median of rounds of about 10 ms.
fn measure(registry: &Registry, scope: &Scope, batch: &RawBatch, rounds: usize) -> f64 {
    let events = registry.process(scope, batch).events().count();
    let round = || {
        let (start, mut runs) = (on_cpu(), 0_u32);
        while on_cpu() - start < Duration::from_millis(10) {
            for _ in 0..RUNS {
                std::hint::black_box(registry.process(scope, std::hint::black_box(batch)));
            }
            runs += RUNS;
        }
        (on_cpu() - start).as_secs_f64() * 1e6 / f64::from(runs) / events as f64
    };
    let mut rounds: Vec<_> = (0..rounds).map(|_| round()).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn show(registry: &Registry, scope: &Scope, source: &str, rounds: usize) {
    let (bodies, mut line) = (bodies(source), format!("{source:<16}"));
    let large = bodies.iter().filter_map(|body| grown(body)).collect();
    for bodies in [bodies, large] {
        if bodies.is_empty() {
            continue;
        }
        let size = bodies.iter().map(Vec::len).sum::<usize>() / bodies.len();
        let batch = batch(scope, source, bodies);
        // A source that takes no unknown fields refuses what was grown.
        if registry.process(scope, &batch).events().next().is_none() {
            continue;
        }
        let median = measure(registry, scope, &batch, rounds);
        line.push_str(&format!(
            "  {size:>5} bytes {median:>6.1} us/event {:>7.0}/s",
            1e6 / median
        ));
    }
    println!("{line}");
}

fn main() {
    // Test runners start benchmarks too, to list tests; only `cargo bench` means it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let registry = Registry::new().expect("there is nothing to go wrong");
    let scope = Scope::of(SiteId(Id128::from_bytes([0; 16])));
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let rounds = wanted.iter().find_map(|word| word.parse().ok());
    let names = registry.names().into_iter().filter(|name| {
        let mut words = wanted.iter().filter(|word| word.parse::<usize>().is_err());
        words.clone().next().is_none() || words.any(|word| word == name)
    });
    for name in names {
        let start = on_cpu();
        registry
            .compile(name)
            .expect("the shipped programs compile");
        let compiling = (on_cpu() - start).as_secs_f64() * 1e3;
        print!("{compiling:>5.0} ms  ");
        show(&registry, &scope, name, rounds.unwrap_or(15));
    }
}
