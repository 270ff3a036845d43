//! Events that a host made: the site gives the same as if it had mapped the records itself, and looks at what it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use aurora_ids::Id128;
use aurora_model::{EventItem, OriginId, Part, RawBatch, RawRecord, SourceName};
use aurora_parsers::{Outcome, Processed, Registry, golden};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::odd;
use crate::support::{batch, framed, print_table, scope, shared};

static REGISTRY: LazyLock<Registry> = LazyLock::new(crate::support::registry);

/// As a host has it: of no feed's name, and with an origin of its own.
fn on_host(batch: &RawBatch) -> RawBatch {
    RawBatch {
        source: SourceName::new(batch.source.parser()),
        origin: OriginId(Id128::from_bytes([9; 16])),
        ..batch.clone()
    }
}

/// The batch as it arrives from a host that makes events of all it can.
fn arrived(batch: &RawBatch) -> RawBatch {
    let host = on_host(batch);
    let records = host.records.iter().map(|record| RawRecord {
        event: REGISTRY.made(&host, record, &|_| true).unwrap_or_default(),
        ..record.clone()
    });
    RawBatch {
        records: records.collect(),
        ..batch.clone()
    }
}

type Said = (String, u32, i64, u32, Value);

fn said(item: &EventItem) -> Said {
    let event = Value::Object(item.event().unwrap());
    (
        item.uid.to_string(),
        item.records,
        item.time.as_millis(),
        item.class_uid,
        event,
    )
}

/// How many of a batch's records came with an event. What became of them is compared, member by member.
fn compare(name: &str, batch: &RawBatch) -> usize {
    let arrived = arrived(batch);
    let made = |record: &&RawRecord| !record.event.is_empty();
    let count = arrived.records.iter().filter(made).count();
    let site = REGISTRY.process(&scope(), batch);
    let both = REGISTRY.process(&scope(), &arrived);
    assert_eq!(site.outcomes.len(), both.outcomes.len(), "{name}");
    for (one, other) in site.outcomes.iter().zip(&both.outcomes) {
        match (one, other) {
            (Outcome::Events(one), Outcome::Events(other)) => {
                let all = |items: &[EventItem]| items.iter().map(said).collect::<Vec<_>>();
                assert_eq!(all(one), all(other), "{name}");
            }
            (one, other) => assert_eq!(one, other, "{name}"),
        }
    }
    count
}

fn said_by(processed: &Processed) -> String {
    match processed.dead().next() {
        Some(letter) => format!(
            "{}, {}: {}",
            letter.reason.word(),
            letter.parser,
            letter.detail
        ),
        None => {
            let event = processed.events().next().unwrap().event().unwrap();
            event["class_uid"].to_string()
        }
    }
}

/// Every golden record of every source, named and told from its content, with an envelope and without.
#[test]
fn golden_records_become_the_same_either_way() {
    let mut shares = BTreeMap::new();
    for source in REGISTRY.names() {
        let (mut all, mut with) = (0, 0);
        for input in golden::inputs(&crate::support::content().join(source)).unwrap_or_default() {
            let bodies = golden::records(&std::fs::read(&input).unwrap());
            let named = batch(&format!("{source}@branch7"), bodies.clone());
            all += named.records.len();
            with += compare(source, &named);
            compare(source, &batch("auto", bodies));
            let mut enriched = named;
            for record in &mut enriched.records {
                record.envelope = br#"{"time":1700000000000,"branch":"seven"}"#.to_vec();
            }
            compare(source, &enriched);
        }
        shares.insert(source, (with, all));
    }
    let row = |(source, (with, all)): (&&str, &(usize, usize))| {
        vec![(*source).to_owned(), format!("{with} of {all}")]
    };
    print_table(&shares.iter().map(row).collect::<Vec<_>>());
    for source in ["windows", "syslog", "zeek", "suricata", "cloudtrail"] {
        let (with, all) = shares[source];
        assert!(with * 10 >= all * 7, "{source}: {with} of {all}");
    }
    assert_eq!(
        shares["auditd"].0, 0,
        "records that are joined go as they are"
    );
    assert_eq!(shares["json"].0, 0, "its events tell the feed's name");
}

#[test]
fn real_records_become_the_same_either_way() {
    let Some(shared) = shared() else { return };
    let mut rows = Vec::new();
    for folder in [
        "cloudtrail",
        "okta",
        "suricata-eve",
        "syslog",
        "windows-evtx-json",
        "zeek-json",
        "zeek-tsv",
    ] {
        for path in files(&shared.join("raw").join(folder)) {
            let bodies = framed(&path).into_iter().take(100);
            let batch = batch("auto", bodies);
            let with = compare(&path.display().to_string(), &batch);
            let name = path.file_name().unwrap().to_string_lossy();
            rows.push(vec![
                folder.to_owned(),
                format!("{with} of {}", batch.records.len()),
                name.into_owned(),
            ]);
        }
    }
    print_table(&rows);
    assert!(!rows.is_empty());
}

/// The first files of a folder that are not large.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| {
        path.metadata()
            .is_ok_and(|about| about.is_file() && about.len() < 4 << 20)
    });
    found.sort();
    found.truncate(3);
    found
}

const FLOW: &str = r#"{"_path":"conn","ts":1700000000.5,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":4000,"id.resp_h":"192.0.2.2","id.resp_p":443,"proto":"tcp","duration":0.25}"#;

/// One record from the host, with its event changed.
fn check(change: impl FnOnce(&mut Value), wanted: Expect) {
    let mut batch = arrived(&batch("zeek@branch7", [FLOW.as_bytes().to_vec()]));
    // None is compared by chance; see below.
    batch.records[0].seq = 1;
    let mut made: Value = serde_json::from_slice(&batch.records[0].event).unwrap();
    change(&mut made);
    batch.records[0].event = made.to_string().into_bytes();
    wanted.assert_eq(&said_by(&REGISTRY.process(&scope(), &batch)));
}

#[test]
fn what_a_host_says_is_looked_at() {
    check(|_| {}, expect!["4001"]);
    check(
        |made| made["event"]["severity_id"] = json!("x"),
        expect![
            "invalid, zeek@3: the event that the host sent with it: E_TYPE at `severity_id`: integer_t wanted, got string"
        ],
    );
    check(
        |made| made["event"]["class_uid"] = json!(7),
        expect![
            "invalid, zeek@3: the event that the host sent with it: `class_uid` 7 is no class of OCSF 1.3; set it before completing the event"
        ],
    );
    check(
        |made| made["event"]["raw_data"] = json!("of another"),
        expect![
            "invalid, zeek@3: the event that the host sent with it: its `raw_data` is not of the record"
        ],
    );
    check(
        |made| made["event"] = json!([]),
        expect![
            "invalid, zeek@3: the event that the host sent with it: it cannot be read: invalid type: sequence, expected a map at line 1 column 29"
        ],
    );
    check(
        |made| *made = json!({"by": made["by"]}),
        expect![
            "invalid, zeek@3: the event that the host sent with it: it cannot be read: missing field `event` at line 1 column 21"
        ],
    );
    // Not of this release, or by another parser: the site maps the record as if nothing had come with it.
    check(
        |made| {
            made["by"] = json!("zeek@3 0.0.0");
            made["event"] = json!({"class_uid": 7});
        },
        expect!["4001"],
    );
    check(
        |made| {
            let by = made["by"].as_str().unwrap().replace("zeek", "windows");
            (made["by"], made["event"]) = (json!(by), json!({"class_uid": 7}));
        },
        expect!["4001"],
    );
}

/// A valid event that is not the record's: one of 64 is mapped again, whichever the trace says.
#[test]
fn forged_events_are_found_by_comparing() {
    let rows = (0..128).map(|n| FLOW.replace("C1", &format!("C{n}")).into_bytes());
    let mut batch = arrived(&batch("zeek@branch7", rows));
    for record in &mut batch.records {
        let mut made: Value = serde_json::from_slice(&record.event).unwrap();
        made["event"]["dst_endpoint"]["ip"] = json!("203.0.113.9");
        record.event = made.to_string().into_bytes();
    }
    for drawn in [0, 7, 255] {
        let mut trace = *batch.trace.trace_id.as_bytes();
        trace[0] = drawn;
        batch.trace.trace_id = Id128::from_bytes(trace);
        let processed = REGISTRY.process(&scope(), &batch);
        let found: Vec<_> = processed.dead().collect();
        assert_eq!(found.len(), 2);
        let wanted = "zeek@3 0.1.0 makes another of it: `dst_endpoint` differs";
        assert!(found[0].detail.ends_with(wanted), "{}", found[0].detail);
        assert_eq!(found[0].raw, batch.records[found[0].seq as usize].body);
    }
    let honest = arrived(&crate::support::batch(
        "zeek@branch7",
        batch.records.into_iter().map(|record| record.body),
    ));
    assert_eq!(REGISTRY.process(&scope(), &honest).dead().count(), 0);
}

/// An event stands for its record and no other one: what is joined, and what is in pieces, has none.
#[test]
fn records_that_are_joined_or_cut_have_no_event() {
    let line = b"type=PATH msg=audit(1.2:3): item=0 name=x".to_vec();
    let mut joined = batch("auditd", [line]);
    assert_eq!(REGISTRY.made(&joined, &joined.records[0], &|_| true), None);
    let without = REGISTRY.process(&scope(), &joined);
    joined.records[0].event = b"{}".to_vec();
    assert_eq!(REGISTRY.process(&scope(), &joined), without);
    let mut cut = batch("zeek", [FLOW.as_bytes().to_vec()]);
    assert!(REGISTRY.made(&cut, &cut.records[0], &|_| true).is_some());
    assert_eq!(
        REGISTRY.made(&cut, &cut.records[0], &|name| name != "zeek"),
        None
    );
    cut.records[0].part = Part::LastPiece;
    assert_eq!(REGISTRY.made(&cut, &cut.records[0], &|_| true), None);
}

proptest! {
    #[test]
    fn odd_records_become_the_same((source, record) in odd::record()) {
        let text = record.to_string();
        // The site compares what it is sent with its own.
        compare(&text, &batch(source, [text.clone().into_bytes()]));
    }
}
