//! The load of these examples: events that each feed two correlations, as the detector publishes them.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{BusHandle, Capability, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, Timestamp};
use aurora_correlation::{GroupKey, Namespace, Value};
use aurora_detect::RuleHandle;
use aurora_detect::correlate::Parts;
use aurora_events_memory::MemoryEvents;
use aurora_ids::{Derive, Id128};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    BatchId, Contribution, EventUid, Lane, MatchBatch, MatchEntry, Measured, OriginId, RuleId,
    SHARDS, Scope, Shard, SiteId, SourceName, Subject, TraceContext,
};
use aurora_records::Records;
use aurora_rules::RuleSet;
use aurora_telemetry::{HealthBoard, Metrics};
use aurora_window_state::WindowStore;
use aurora_window_state_rocksdb::RocksWindows;
use bytes::Bytes;

const RULES: &str = r"title: Logon
id: logon
logsource:
    product: windows
detection:
    selection:
        EventID: 4624
    condition: selection
---
title: Many logons
id: many
correlation:
    type: event_count
    rules: [logon]
    group-by: [User]
    timespan: 10m
    condition:
        gte: 1000000
---
title: Many addresses
id: spread
correlation:
    type: value_count
    rules: [logon]
    group-by: [User]
    timespan: 10m
    condition:
        field: IpAddress
        gte: 1000000
";
/// Events of one message of events, as the normaliser cuts them.
pub const BATCH: u64 = 1_000;

/// Where events come from.
pub struct Load {
    pub groups: u64,
    /// Event time runs this fast.
    pub per_second: u64,
    lanes: Vec<Arc<Lane>>,
}

fn rules() -> RuleSet {
    RuleSet::from_texts([("rules.yml", RULES)], aurora_rules::Options::default())
}

pub fn scope() -> Scope {
    Scope::of(SiteId(Id128::from_bytes([7; 16])))
}

/// RocksDB in a folder.
pub fn windows(folder: &Path) -> RocksWindows {
    RocksWindows::open(folder, aurora_window_state_rocksdb::Options::default()).unwrap()
}

/// User and system time of this process: fields 14 and 15 of `proc_pid_stat(5)`, in ticks of 10 ms.
pub fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = text.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

impl Load {
    pub fn new(groups: u64, per_second: u64) -> Self {
        let rules = rules();
        let lanes = rules.correlations().iter().map(|it| {
            Arc::new(Lane {
                correlation: it.id.clone(),
                namespace: Namespace::of(&it.id, &it.revision).0,
                base: 0,
                rule: RuleId("logon".to_owned()),
                source: SourceName::new("windows"),
            })
        });
        Self {
            groups,
            per_second,
            lanes: lanes.collect(),
        }
    }

    /// What the service works with; events and metrics are nobody's.
    pub fn parts(
        &self,
        bus: &MemoryBus,
        records: Arc<dyn Records>,
        artifacts: Arc<dyn aurora_artifacts::Artifacts>,
        windows: Arc<dyn WindowStore>,
        clock: Arc<dyn Clock>,
    ) -> Parts {
        Parts {
            scope: scope(),
            bus: BusHandle::new(Arc::new(bus.clone()), Capability::of("correlate").unwrap()),
            records,
            events: Arc::new(MemoryEvents::new()),
            artifacts,
            windows,
            rules: RuleHandle::new(rules()),
            clock,
            metrics: Metrics::new(),
            health: HealthBoard::default(),
        }
    }

    /// What the detector publishes for a message of events: one message a shard, then the progress.
    pub fn messages(&self, first: u64) -> Vec<Message> {
        let mut shards: Vec<Vec<MatchEntry>> = vec![Vec::new(); usize::from(SHARDS)];
        let mut time = Timestamp::from_millis(0);
        for n in first..first + BATCH {
            // Users in no order that a cache would like.
            let user = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let group = GroupKey::new([format!("LAB\\user{}", user % self.groups).as_str()]);
            time = Timestamp::from_millis(
                1_772_000_000_000 + i64::try_from(n * 1000 / self.per_second).unwrap(),
            );
            for (lane, has_value) in self.lanes.iter().zip([false, true]) {
                let address = format!("10.0.{}.{}", n % 7, n % 250);
                let value = match Value::text([address.as_str()]) {
                    Value::Text(hash) if has_value => Measured::Text(hash),
                    _ => Measured::Nothing,
                };
                let shard = Shard::of_group(&lane.correlation.0, group.bytes());
                shards[usize::from(shard.number())].push(MatchEntry::Match(Contribution {
                    lane: lane.clone(),
                    event: EventUid(Derive::new("bench").number(n).finish()),
                    time,
                    claimed: time,
                    group: group.bytes().to_vec(),
                    value,
                }));
            }
        }
        let mut messages = Vec::new();
        for (number, entries) in (0..SHARDS).zip(shards) {
            if !entries.is_empty() {
                let subject = Subject::matches_of(Shard::numbered(number));
                messages.push(message(subject, first, u64::from(number), entries));
            }
        }
        let source = SourceName::new("windows");
        let progress = vec![MatchEntry::Progress { source, time }];
        messages.push(message(Subject::matches_progress(), first, 64, progress));
        messages
    }
}

fn message(subject: Subject, first: u64, place: u64, entries: Vec<MatchEntry>) -> Message {
    let id = Derive::new("bench.message")
        .number(first)
        .number(place)
        .finish();
    let header = Header {
        format: Format::MatchBatch,
        version: VERSION,
        scope: scope(),
        producer: "detect".to_owned(),
        trace: TraceContext::new(),
        source: SourceName::new("windows"),
        range: Range {
            origin: OriginId(id),
            first,
            last: first,
        },
        count: entries.len().try_into().unwrap(),
        records: 0,
        raw: None,
    };
    Message {
        subject,
        id: BatchId(id),
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(MatchBatch { entries }.encode()),
        fence: None,
    }
}
