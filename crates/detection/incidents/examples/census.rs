//! CPU time per event of the entity store's reading: `cargo run --release --example census`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_incidents::assets::{Census, sightings};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    EventBatch, EventItem, EventUid, OriginId, Scope, SiteId, SourceName, TraceContext,
};
use serde_json::{Value, json};

const BATCHES: u64 = 200;
const EVENTS: u64 = 1000;
const ROUNDS: u32 = 5;

fn main() {
    let scope = Scope::of(SiteId(Derive::new("bench").finish()));
    let batches: Vec<(Header, Vec<u8>)> = (0..BATCHES).map(|n| batch(&scope, n)).collect();
    let events = u32::try_from(BATCHES * EVENTS).unwrap();
    for _ in 0..ROUNDS {
        let started = on_cpu();
        let decoded: Vec<EventBatch> = batches
            .iter()
            .map(|(h, b)| EventBatch::decode(h, b).unwrap())
            .collect();
        let read = on_cpu();
        let mut census = Census::new(100_000);
        let now = Timestamp::from_millis(i64::MAX / 2);
        for ((header, _), batch) in batches.iter().zip(&decoded) {
            for item in &batch.items {
                sightings(item, |sighting| {
                    census.see(&sighting, item.time, &header.source, now)
                });
            }
            for slot in census.due(false) {
                census.settle(slot);
            }
        }
        let seen = on_cpu();
        let each = |spent: Duration| (spent / events).as_nanos();
        println!(
            "{events} events, {} entities: {} ns an event to decode, {} ns to see who is in it",
            census.len(),
            each(read - started),
            each(seen - read),
        );
    }
}

/// Time that this process spent on a processor, from the kernel's own account.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn batch(scope: &Scope, number: u64) -> (Header, Vec<u8>) {
    let items = (0..EVENTS).map(|at| item(number * EVENTS + at)).collect();
    let header = Header {
        format: Format::EventBatch,
        version: VERSION,
        scope: scope.clone(),
        producer: "normalise".to_owned(),
        trace: TraceContext::new(),
        source: SourceName::new("windows"),
        range: Range {
            origin: OriginId(Derive::new("bench").finish()),
            first: number,
            last: number,
        },
        count: u32::try_from(EVENTS).unwrap(),
        records: 1,
        raw: None,
    };
    (header, EventBatch { items }.encode())
}

/// A connection as Sysmon tells of it, in the size that such events have: 500 hosts, 2,000 users,
/// 20,000 addresses.
fn item(number: u64) -> EventItem {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let (host, user, to) = (mixed % 500, mixed % 2000, mixed % 20_000);
    let event: Value = json!({
        "class_uid": 4001, "activity_id": 1, "time": 1_700_000_000_000_i64 + i64::try_from(number).unwrap(),
        "severity_id": 1,
        "metadata": {"product": {"name": "Sysmon", "vendor_name": "Microsoft"}, "version": "1.3.0",
            "log_provider": "Microsoft-Windows-Sysmon", "event_code": "3", "sequence": number,
            "log_name": "Microsoft-Windows-Sysmon/Operational", "uid": format!("{mixed:032x}")},
        "device": {"os": {"name": "Windows", "type_id": 100}, "type_id": 0,
            "hostname": format!("WS-{host:03}.corp.nordhafen.example")},
        "actor": {"process": {"file": {"path": "C:\\Program Files\\Edge\\msedge.exe", "type_id": 0},
            "name": "msedge.exe", "pid": mixed % 65_536, "uid": format!("{{{mixed:036X}}}")},
            "user": {"name": format!("user.{user}"), "domain": "NORDHAFEN"}},
        "src_endpoint": {"ip": format!("10.20.{}.{}", host / 250, host % 250), "port": mixed % 60_000,
            "hostname": format!("WS-{host:03}.corp.nordhafen.example")},
        "dst_endpoint": {"ip": format!("198.{}.{}.7", to / 250, to % 250), "port": 443},
        "connection_info": {"protocol_name": "tcp", "direction_id": 2, "protocol_ver_id": 4},
        "category_uid": 4, "type_uid": 400_101, "class_name": "Network Activity",
        "activity_name": "Open", "category_name": "Network Activity", "severity": "Informational",
        "raw_data": "{\"Event\":{\"System\":{\"Provider\":\"Microsoft-Windows-Sysmon\"}}}".repeat(10),
    });
    let uid = EventUid(Derive::new("bench.event").number(number).finish());
    EventItem::new(uid, 1, event.as_object().unwrap())
}
