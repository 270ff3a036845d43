//! How fast all rules are put to OCSF events as they come from the bus: `batches RULES SOURCE
//! RECORDS.jsonl [EVENTS]` parses the records first and then evaluates their batches.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader};

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::envelope::Format;
use aurora_model::{
    EventBatch, Header, OriginId, RawBatch, RawRecord, Scope, SiteId, SourceName, TraceContext,
};
use aurora_parsers::Registry;
use aurora_rules::{Options, RuleSet, load};

/// As in the product.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The first round also works out the routes.
const ROUNDS: usize = 3;
/// Records that travel together.
const BATCH: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rules, source, records, rest @ ..] = arguments.as_slice() else {
        return Err("want RULES, SOURCE and RECORDS".into());
    };
    let most = rest.first().map_or(Ok(60_000), |text| text.parse())?;
    let set = load(rules.as_ref(), Options::default())?;
    set.compile();
    let bodies = bodies(source, records, most)?;
    let bytes: usize = bodies.iter().map(|(_, body)| body.len()).sum();
    let mut seen = 0;
    let mut text = 0;
    let unpacking = spent(|| {
        for batch in decoded(&bodies) {
            seen += batch.items.len();
            text += batch
                .items
                .iter()
                .map(|item| item.json.len())
                .sum::<usize>();
        }
    })?;
    println!(
        "{} rules, {seen} events of {} bytes, {} packed",
        set.rules().len(),
        text / seen,
        bytes / seen
    );
    let each = |name: &str, nanos: u64| {
        let rate = seen as u64 * 1_000_000_000 / nanos.max(1);
        println!(
            "{name}: {} ns an event, {rate} a second",
            nanos / seen as u64
        );
    };
    each("unpacked", unpacking);
    each(
        "unpacked and parsed",
        spent(|| decoded(&bodies).for_each(|batch| parse(&batch)))?,
    );
    for _ in 0..ROUNDS {
        let mut fired = BTreeMap::new();
        let nanos =
            spent(|| decoded(&bodies).for_each(|batch| evaluate(&set, &batch, &mut fired)))?;
        each("unpacked and evaluated", nanos);
        println!(
            "{} matches of {} rules",
            fired.values().sum::<u64>(),
            fired.len()
        );
    }
    Ok(())
}

/// Messages as the bus carries them.
type Bodies = Vec<(Header, Vec<u8>)>;

fn bodies(source: &str, path: &str, most: usize) -> Result<Bodies, Box<dyn Error>> {
    let registry = Registry::new()?;
    let scope = Scope::of(SiteId(Id128::from_bytes([1; 16])));
    let mut lines = BufReader::new(std::fs::File::open(path)?)
        .lines()
        .take(most);
    let mut bodies = Vec::new();
    loop {
        let mut batch = RawBatch {
            scope: scope.clone(),
            source: SourceName::new(source),
            origin: OriginId(Id128::from_bytes([2; 16])),
            host: "bench".to_owned(),
            trace: TraceContext::new(),
            records: Vec::new(),
        };
        for line in lines.by_ref().take(BATCH) {
            let offset = batch.records.len() as u64;
            let record = RawRecord::whole(offset, Timestamp::from_millis(0), line?.into());
            batch.records.push(record);
        }
        if batch.records.is_empty() {
            return Ok(bodies);
        }
        let (items, _) = registry.process(&scope, &batch).split();
        let header = Header {
            format: Format::EventBatch,
            count: u32::try_from(items.len())?,
            ..batch.header("bench")
        };
        bodies.push((header, EventBatch { items }.encode()));
    }
}

fn decoded(bodies: &[(Header, Vec<u8>)]) -> impl Iterator<Item = EventBatch> + '_ {
    bodies
        .iter()
        .filter_map(|(header, body)| EventBatch::decode(header, body).ok())
}

fn parse(batch: &EventBatch) {
    for item in &batch.items {
        std::hint::black_box(item.event().ok());
    }
}

fn evaluate<'s>(set: &'s RuleSet, batch: &EventBatch, fired: &mut BTreeMap<&'s str, u64>) {
    for item in &batch.items {
        let found = set.evaluate_json(&item.json).ok().flatten();
        for found in found.iter().flat_map(|fired| &fired.matches) {
            *fired.entry(&found.rule.id.0).or_default() += 1;
        }
    }
}

/// Nanoseconds that this thread worked.
fn spent(work: impl FnOnce()) -> Result<u64, Box<dyn Error>> {
    let before = worked()?;
    work();
    Ok(worked()? - before)
}

fn worked() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}
