//! How much CPU time a record of a source takes, from its bytes to a valid and serialised event:
//! `cargo run --release -p aurora-parsers --example source_rate -- SOURCE FILE [RECORDS]`. The median of seven rounds.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::io::BufReader;
use std::time::Duration;

use aurora_formats::{Framer, Limits};
use aurora_model::{RawBatch, SourceName};
use aurora_parsers::{Registry, golden};

const ROUNDS: usize = 7;

/// What the site allocates with.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let source = arguments.next().expect("a source's name");
    let file = arguments.next().expect("a file of its records");
    let count = arguments
        .next()
        .map_or(100_000, |count| count.parse().unwrap());
    let file = BufReader::new(std::fs::File::open(file).unwrap());
    let framer = Framer::new(file, Limits::default()).unwrap();
    let bodies: Vec<_> = framer
        .take(count)
        .map(|item| item.unwrap().bytes().to_vec())
        .collect();
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    println!(
        "{} records of {} bytes",
        bodies.len(),
        bytes / bodies.len().max(1)
    );

    let registry = Registry::new().unwrap();
    registry.compile(&source).unwrap();
    let batches: Vec<RawBatch> = bodies
        .chunks(500)
        .map(|chunk| golden::batch(&source, chunk.iter().cloned()))
        .collect();
    let scope = golden::scope();
    let each = |name: &str, work: &dyn Fn(&RawBatch)| {
        let round = |_| {
            let start = on_cpu();
            batches.iter().for_each(work);
            (on_cpu() - start).as_secs_f64() * 1e6 / bodies.len() as f64
        };
        let mut rounds: Vec<f64> = (0..ROUNDS).map(round).collect();
        rounds.sort_by(f64::total_cmp);
        let median = rounds[ROUNDS / 2];
        let rate = 1e6 / median;
        println!(
            "{name}: {median:.2} µs a record, {rate:.0}/s ({:.2} to {:.2})",
            rounds[0],
            rounds[ROUNDS - 1]
        );
    };
    each("detect", &|batch| {
        for record in &batch.records {
            black_box(registry.parser_for(SourceName::AUTO, &record.body)).ok();
        }
    });
    each("normalise, validate, serialise", &|batch| {
        black_box(registry.process(&scope, batch));
    });
    let processed = batches.iter().map(|batch| registry.process(&scope, batch));
    let (events, dead) = processed.fold((0, 0), |(events, dead), processed| {
        (
            events + processed.events().count(),
            dead + processed.dead().count(),
        )
    });
    println!("{events} events, {dead} dead letters");
}

/// What this thread has had of a processor. Linux only.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}
