//! Inputs that decoders take: golden records, content, and what our own encoders write. Mutations begin there.

use std::path::{Path, PathBuf};

use aurora_audit::{Checkpoint, Hash, KeyKind, Note, VerifierKey, bundle};
use aurora_federation::Frame;
use aurora_ids::Id128;
use aurora_model::{EventBatch, SiteId, relay};
use aurora_parsers::{Registry, golden};

/// The inputs of a target; the empty one is always there.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let mut inputs = match target {
        "audit_bundle" => audit_bundle(),
        "audit_text" => audit_text(),
        "bus_bodies" => bus_bodies(),
        "collector_batches" => collector_batches(),
        "event_text" | "json" => records_of(&["windows", "suricata", "ocsf", "json"]),
        "federation_frame" => federation_frame(),
        "framer" => framer(),
        "hunt" => texts(HUNTS),
        "indicator_feed" => texts(FEEDS),
        "joined_records" => lines_of(&["auditd", "laurel"]),
        "journal_export" => texts(JOURNALS),
        "push_bodies" => push_bodies(),
        "records" => records(),
        "rule_set" | "sigma_rules" => rules(),
        "syslog" => syslog(),
        "windows_event" => records_of(&["windows", "sysmon-linux"]),
        _ => Vec::new(),
    };
    inputs.push(Vec::new());
    inputs
}

const HUNTS: &[&str] = &[
    "class_uid:1007 and process.cmd_line:*encoded* | sort -time | limit 20",
    "event.outcome:failure or (user.name:\"a b\" and not src_endpoint.ip:10.0.0.0/8)",
    "ecs:user.name:x | stats count by device.hostname",
    "severity_id>=4 time>-1h unmapped.\"a.b\":/x.*y/",
];

const FEEDS: &[&str] = &[
    "192.0.2.1\nevil.example # why\nhttp://evil.example/a?b=c\nd41d8cd98f00b204e9800998ecf8427e\n10.0.0.0/8\n",
    "indicator,type,description\nevil.example,domain,\"a, b\"\n2001:db8::1,ip,\n",
    r#"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[domain-name:value = 'evil.example' OR ipv4-addr:value = '192.0.2.1']","valid_from":"2026-01-01T00:00:00Z"}]}"#,
    r#"{"Event":{"info":"x","Attribute":[{"type":"ip-dst|port","value":"192.0.2.1|80","to_ids":true},{"type":"sha256","value":"00"}]}}"#,
];

const JOURNALS: &[&str] = &[
    "__CURSOR=c1\n__REALTIME_TIMESTAMP=1700000000000000\nMESSAGE=one\nX=a=b\n\nMESSAGE\n\u{3}\0\0\0\0\0\0\0a\nb\n\n",
    "MESSAGE=two\n\n\nMESSAGE=three\nMESSAGE=four\n\n",
];

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The golden input files of a source, as they stand.
fn files(source: &str) -> Vec<Vec<u8>> {
    let folder = repository().join("content/parsers").join(source);
    let inputs = golden::inputs(&folder).expect("every source has golden records");
    let read = |path: PathBuf| std::fs::read(path).expect("it was just listed");
    inputs.into_iter().map(read).collect()
}

fn records_of(sources: &[&str]) -> Vec<Vec<u8>> {
    let files = sources.iter().flat_map(|source| files(source));
    files.flat_map(|text| golden::records(&text)).collect()
}

/// The golden records of each file, a line each.
fn lines_of(sources: &[&str]) -> Vec<Vec<u8>> {
    let files = sources.iter().flat_map(|source| files(source));
    files
        .map(|text| golden::records(&text).join(&b'\n'))
        .collect()
}

fn before(first: u8, input: &[u8]) -> Vec<u8> {
    [&[first], input].concat()
}

/// The first byte names the source, as the target reads it.
fn records() -> Vec<Vec<u8>> {
    let names = Registry::new()
        .map(|registry| registry.names())
        .unwrap_or_default();
    let of_source = |(at, name): (usize, &&'static str)| {
        let choice = u8::try_from(at).unwrap_or_default();
        let records = records_of(&[*name]);
        records
            .into_iter()
            .map(move |record| before(choice, &record))
            .collect::<Vec<_>>()
    };
    names.iter().enumerate().flat_map(of_source).collect()
}

fn syslog() -> Vec<Vec<u8>> {
    let lines = lines_of(&["syslog", "cef", "leef", "cisco-asa"]);
    let counted = |line: &[u8]| [format!("{} ", line.len()).as_bytes(), line].concat();
    let counted = lines
        .iter()
        .map(|text| before(7, &counted(text)))
        .collect::<Vec<_>>();
    lines
        .iter()
        .map(|text| before(255, text))
        .chain(counted)
        .collect()
}

fn framer() -> Vec<Vec<u8>> {
    let mut inputs = lines_of(&["windows", "zeek", "vpcflow", "syslog", "cloudtrail"]);
    let packed = inputs
        .iter()
        .filter_map(|text| zstd::bulk::compress(text, 1).ok());
    let packed: Vec<_> = packed.take(2).collect();
    let wide = "{\"a\":1}\r\n{\"b\":2}\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes);
    inputs.extend(packed);
    inputs.push([0xff, 0xfe].into_iter().chain(wide).collect());
    inputs
}

fn push_bodies() -> Vec<Vec<u8>> {
    let bodies: &[(u8, &str)] = &[
        (
            0,
            r#"{"event":"x","time":1700000000.5,"host":"h","fields":{"a":1}}{"event":{"EventID":1}}"#,
        ),
        (1, "one\ntwo\n"),
        (
            2,
            "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"a\":1}\n{\"delete\":{\"_id\":\"2\"}}\n",
        ),
        (
            3,
            r#"{"streams":[{"stream":{"job":"sshd"},"values":[["1700000000000000000","line",{"k":"v"}]]}]}"#,
        ),
        (
            5,
            r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"h"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","body":{"stringValue":"x"}}]}]}]}"#,
        ),
    ];
    let plain = |(how, body): &(u8, &str)| before(*how, body.as_bytes());
    let packed = |(how, body): &(u8, &str)| {
        let body = zstd::bulk::compress(body.as_bytes(), 1).unwrap_or_default();
        // The upper half of the byte chooses the packing.
        before(*how | 4 << 4, &body)
    };
    bodies
        .iter()
        .map(plain)
        .chain(bodies.iter().map(packed))
        .collect()
}

fn collector_batches() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for source in ["syslog", "windows"] {
        let batch = golden::batch(source, records_of(&[source]));
        relay::put(
            &mut out,
            &batch.header("collector").to_bytes(),
            &batch.encode(),
        );
    }
    vec![out]
}

/// As the target reads them: the kind, how many items, and the body unpacked.
fn bus_bodies() -> Vec<Vec<u8>> {
    let unpacked = |kind: u8, count: usize, body: &[u8]| {
        let count = u8::try_from(count).unwrap_or(u8::MAX);
        let body = zstd::bulk::decompress(body, 1 << 20).expect("it was just packed");
        [&[kind, count], &*body].concat()
    };
    let raw = golden::batch("syslog", records_of(&["syslog"]).into_iter().take(5));
    let mut inputs = vec![unpacked(0, raw.records.len(), &raw.encode())];
    if let Ok(registry) = Registry::new() {
        let (items, _) = registry.process(&golden::scope(), &raw).split();
        let events = EventBatch { items };
        inputs.push(unpacked(1, events.items.len(), &events.encode()));
    }
    inputs
}

fn federation_frame() -> Vec<Vec<u8>> {
    let site = SiteId(Id128::from_bytes([7; 16]));
    let frames = [
        Frame::Echo { number: 7, held: 9 },
        Frame::Announce(vec![1; 40].into()),
        Frame::Records(vec![vec![1; 40].into(), vec![2; 3].into()]),
        Frame::Probe(site),
        Frame::Heard { site, age: Some(3) },
    ];
    frames.iter().map(Frame::encode).collect()
}

fn hash(byte: u8) -> Hash {
    Hash::leaf(&[byte])
}

fn audit_bundle() -> Vec<Vec<u8>> {
    let hashes: Vec<_> = (0..3).map(hash).collect();
    vec![before(2, &bundle::encode_hashes(&hashes))]
}

fn audit_text() -> Vec<Vec<u8>> {
    let checkpoint = Checkpoint::new("example.org/log".to_owned(), 7, hash(1)).to_string();
    let note = Note::new(checkpoint.clone()).to_string();
    let mut inputs = vec![
        // A key's id and a signature, all zeros.
        format!("{note}\u{2014} example.org/log {}=\n", "A".repeat(91)),
        note,
        checkpoint,
        "tile/0/x001/067.p/8".to_owned(),
        "tile/entries/000".to_owned(),
    ];
    let key = VerifierKey::new("example.org/log", KeyKind::Ed25519, [3; 32]);
    inputs.extend(key.map(|key| key.to_string()));
    inputs.into_iter().map(String::into_bytes).collect()
}

fn rules() -> Vec<Vec<u8>> {
    let mut folders = vec![repository().join("content/rules")];
    let mut inputs = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder).expect("the shipped rules are there");
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "yml") {
                inputs.push(std::fs::read(path).expect("it was just listed"));
            }
        }
    }
    inputs.sort();
    inputs
}
