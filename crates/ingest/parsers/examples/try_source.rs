//! What becomes of records, with the programs as they lie under `content/parsers/`:
//! `cargo run -p aurora-parsers --example try_source -- SOURCE FILE…` (`update` before `SOURCE` writes golden files).
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;

use aurora_formats::{Framed, Framer, Limits};
use aurora_parsers::{Registry, golden};

fn main() {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../content/parsers");
    let registry = Registry::reading(&content).unwrap();
    if arguments[0] == "update" {
        arguments.remove(0);
        for source in &arguments {
            update(&registry, &content, source);
        }
        return;
    }
    let source = arguments.remove(0);
    for file in arguments {
        let reader = std::io::BufReader::new(std::fs::File::open(&file).unwrap());
        let framed = Framer::new(reader, Limits::default()).unwrap();
        let bodies = framed.filter_map(|framed| match framed.unwrap() {
            Framed::Record { body, .. } => Some(body),
            _ => None,
        });
        let batch = golden::batch(&source, bodies);
        print!(
            "{}",
            golden::render(&registry.process(&golden::scope(), &batch))
        );
    }
}

fn update(registry: &Registry, content: &Path, source: &str) {
    for input in golden::inputs(&content.join(source)).unwrap() {
        let found = golden::run(registry, source, &input).unwrap();
        let changed = if found.passed() { "" } else { ", written" };
        std::fs::write(found.output(), &found.got).unwrap();
        println!(
            "{}: {} events, {} dead{changed}",
            input.display(),
            found.events,
            found.dead
        );
        for (record, name) in found.strayed {
            println!("  record {record} is detected as {name:?}");
        }
        for line in found
            .got
            .lines()
            .skip_while(|line| !line.starts_with("# dead"))
            .take(4)
        {
            println!("  {line}");
        }
    }
}
