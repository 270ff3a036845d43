//! How much CPU time a Windows record takes: `cargo run --release -p aurora-parsers --example windows_rate -- FILE [RECORDS]`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::io::BufReader;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_formats::{Framer, Limits};
use aurora_model::{OriginId, SourceName};
use aurora_parsers::{Input, Registry};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("a file of Windows events");
    let count = arguments
        .next()
        .map_or(100_000, |count| count.parse().unwrap());
    let file = BufReader::new(std::fs::File::open(file).unwrap());
    let framer = Framer::new(file, Limits::default()).unwrap();
    let bodies: Vec<_> = framer
        .take(count)
        .map(|item| item.unwrap().bytes().to_vec())
        .collect();

    let registry = Registry::new().unwrap();
    let source = SourceName::new("windows");
    let parser = registry.parser_for(source.as_str(), b"").unwrap();
    let (origin, received_at) = (
        OriginId(aurora_ids::Id128::from_bytes([0; 16])),
        Timestamp::default(),
    );
    let parse = |body: &[u8]| {
        let input = Input {
            body,
            received_at,
            host: "",
            source: &source,
            origin,
            seq: 0,
        };
        parser.parse(&input).unwrap()
    };
    let each = |name: &str, work: &dyn Fn(&[u8])| {
        let start = on_cpu();
        bodies.iter().for_each(|body| work(body));
        println!(
            "{name}: {:.2} µs a record",
            micros(on_cpu() - start) / bodies.len() as f64
        );
    };
    let bytes: usize = bodies.iter().map(Vec::len).sum();
    println!(
        "{} records of {} bytes",
        bodies.len(),
        bytes / bodies.len().max(1)
    );
    each("detect", &|body| {
        black_box(parser.detects(body));
    });
    each("parse and map", &|body| {
        black_box(parse(body));
    });
    each("parse, map, complete, validate", &|body| {
        let mut event = serde_json::Value::Object(parse(body).remove(0).event);
        aurora_ocsf::complete(&mut event).unwrap();
        black_box(aurora_ocsf::is_valid(&event));
    });
}

/// What this thread has had of a processor. Linux only.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
