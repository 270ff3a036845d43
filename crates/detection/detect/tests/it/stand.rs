//! A detector and its correlations on stores that a test keeps.

use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts::Artifacts;
use aurora_artifacts_memory::MemoryArtifacts;
use aurora_bus::{Bus as _, BusHandle, Capability, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_detect::correlate::{self, Correlate};
use aurora_detect::{Detector, RuleHandle};
use aurora_events::{Events as _, Row};
use aurora_events_memory::MemoryEvents;
use aurora_ids::{Derive, Id128};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    Alert, BatchId, EventBatch, EventItem, EventUid, OriginId, Scope, Shard, SiteId, SourceName,
    Stream, Subject, TraceContext,
};
use aurora_records::{Change, Collection, Query, Records};
use aurora_records_memory::MemoryRecords;
use aurora_rules::{Options, RuleSet};
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::{HealthBoard, Metrics};
use aurora_window_state::WindowStore;
use aurora_window_state_memory::MemoryWindows;
use bytes::Bytes;
use serde_json::json;

/// Failed logons of one user: five within ten minutes.
pub const RULES: &str = r"title: Failed logon
id: 5f8e0ad4-7a0b-4d6e-9a56-0a6d0b9f1c01
name: failed_logon
logsource:
    product: windows
    service: security
detection:
    selection:
        EventID: 4625
    condition: selection
level: low
---
title: Brute force
id: 5f8e0ad4-7a0b-4d6e-9a56-0a6d0b9f1c02
correlation:
    type: event_count
    rules:
        - failed_logon
    group-by:
        - TargetUserName
    timespan: 10m
    condition:
        gte: 5
level: high
";

/// Everything that outlives a process.
pub struct Stand {
    pub scope: Scope,
    pub bus: MemoryBus,
    pub records: Arc<dyn Records>,
    pub events: Arc<MemoryEvents>,
    pub artifacts: Arc<dyn Artifacts>,
    pub windows: Arc<dyn WindowStore>,
    pub rules: RuleHandle,
    pub clock: Arc<dyn Clock>,
    pub folder: tempfile::TempDir,
    published: u64,
}

/// A detector and its correlations at work.
pub struct Running(Tasks);

impl Running {
    /// In order.
    pub async fn stop(self) {
        self.0.stop(Duration::from_secs(10)).await.unwrap();
    }
}

impl Stand {
    pub fn new(rules: &str) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        Self {
            scope: Scope::of(SiteId(Id128::from_bytes([7; 16]))),
            bus: MemoryBus::new(clock.clone(), aurora_bus_memory::Options::default()),
            records: Arc::new(MemoryRecords::new(clock.clone())),
            events: Arc::new(MemoryEvents::new()),
            artifacts: Arc::new(MemoryArtifacts::new()),
            windows: Arc::new(MemoryWindows::new()),
            rules: RuleHandle::new(set(rules)),
            clock,
            folder: tempfile::tempdir().unwrap(),
            published: 0,
        }
    }

    pub fn role(&self, role: &str) -> BusHandle {
        BusHandle::new(Arc::new(self.bus.clone()), Capability::of(role).unwrap())
    }

    /// Makes the consumers, so that nothing that is published is let go.
    pub async fn prepare(&self) {
        drop(self.bus.consumer(Detector::consumer()).await.unwrap());
        for options in Correlate::consumers() {
            drop(self.bus.consumer(options).await.unwrap());
        }
    }

    pub fn options(&self) -> correlate::Options {
        correlate::Options {
            snapshot_every: Duration::from_millis(100),
            ..correlate::Options::new(self.folder.path().to_owned())
        }
    }

    pub fn start(&self) -> Running {
        self.start_with(self.options())
    }

    pub fn start_with(&self, options: correlate::Options) -> Running {
        let tasks = Tasks::new();
        let (metrics, shutdown): (Metrics, Shutdown) = (Metrics::new(), tasks.shutdown());
        let detector = Detector::new(
            aurora_detect::Options::default(),
            self.scope.clone(),
            self.role("detect"),
            self.records.clone(),
            self.rules.clone(),
            self.clock.clone(),
            metrics.clone(),
        );
        let correlate = Correlate::new(
            options,
            correlate::Parts {
                scope: self.scope.clone(),
                bus: self.role("correlate"),
                records: self.records.clone(),
                events: self.events.clone(),
                artifacts: self.artifacts.clone(),
                windows: self.windows.clone(),
                rules: self.rules.clone(),
                clock: self.clock.clone(),
                metrics,
                health: HealthBoard::default(),
            },
        );
        tasks.spawn("detect", detector.run(shutdown.clone()));
        tasks.spawn("correlate", correlate.run(shutdown));
        Running(tasks)
    }

    /// As after a crash: whatever ran is cut off from the bus and fails.
    pub async fn crash(&mut self, running: Running) {
        self.bus = self.bus.reopen();
        // It ends with an error, as it must.
        drop(running.0.stop(Duration::from_secs(10)).await);
    }

    /// Publishes failed logons, one batch, and stores them as the event writer would. Times are
    /// seconds before now.
    pub async fn fail(&mut self, logons: &[(&str, i64)]) {
        self.happen("4625", logons).await;
    }

    /// The same of any event of the security log.
    pub async fn happen(&mut self, code: &str, logons: &[(&str, i64)]) {
        let now = self.clock.now();
        let mut items = Vec::new();
        for (user, ago) in logons {
            self.published += 1;
            let uid = EventUid(Derive::new("test").number(self.published).finish());
            let time = Timestamp::from_millis(now.as_millis() - ago * 1000);
            items.push(logon(uid, code, user, time));
        }
        let batch = EventBatch { items };
        self.store(&batch, now).await;
        let id = BatchId(Derive::new("batch").number(self.published).finish());
        let header = Header {
            format: Format::EventBatch,
            version: VERSION,
            scope: self.scope.clone(),
            producer: "test".to_owned(),
            trace: TraceContext::new(),
            source: SourceName::new("windows"),
            range: Range {
                origin: OriginId(id.0),
                first: 0,
                last: 0,
            },
            count: batch.items.len().try_into().unwrap(),
            records: batch.records(),
            raw: None,
        };
        let shard = Shard::numbered(u16::try_from(self.published % 64).unwrap());
        let message = Message {
            subject: Subject::events_of(3, 3002, shard),
            id,
            header: Bytes::from(header.to_bytes()),
            body: Bytes::from(batch.encode()),
            fence: None,
        };
        let receipts = self.bus.publish(vec![message]).await.unwrap();
        let context = aurora_model::Context::service(self.scope.clone(), "store", "test");
        let seq = receipts[0].seq.to_le_bytes().to_vec();
        let change = Change::progress().slot("store/events", seq);
        self.records.commit(&context, change).await.unwrap();
    }

    async fn store(&self, batch: &EventBatch, now: Timestamp) {
        let row = |item: &EventItem| Row {
            source: SourceName::new("windows"),
            received_at: now,
            item: item.clone(),
        };
        let rows = batch.items.iter().map(row).collect();
        let token = BatchId(Id128::random());
        self.events.insert(&self.scope, token, rows).await.unwrap();
    }

    /// Alerts, oldest first.
    pub async fn alerts(&self) -> Vec<Alert> {
        let query = Query::of(Collection::Alerts).oldest("created_at");
        let found = self.records.list(&self.scope, &query).await.unwrap();
        let read = |document: aurora_records::Document| {
            serde_json::from_value::<Alert>(document.body).unwrap()
        };
        found.documents.into_iter().map(read).collect()
    }

    /// Waits until everything that was published is judged.
    pub async fn settled(&self) {
        self.until("everything to be judged", async || {
            let mut pending = 0;
            for options in [Detector::consumer(), Correlate::consumer()] {
                let info = self.bus.consumer_info(options.stream, &options.name).await;
                pending += info.unwrap().unwrap().pending;
            }
            let late = self.records.slots(&self.scope, "correlate/late/").await;
            pending == 0 && late.unwrap().is_empty()
        })
        .await;
    }

    pub async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        let asking = async {
            while !holds().await {
                // A pause between two looks at a condition; what is waited for is the condition.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), asking).await;
        waited.unwrap_or_else(|_| panic!("waited for {what}"));
    }

    /// The newest message for windows.
    pub async fn last_match(&self) -> u64 {
        let stream = self.bus.stream(Stream::Matches).await;
        stream.unwrap().last_seq
    }

    /// As if windows were being made from the stream up to this message.
    pub async fn is_restoring(&self, last: u64) {
        let context = aurora_model::Context::service(self.scope.clone(), "correlate", "test");
        let mark = last.to_le_bytes().to_vec();
        let change = Change::progress().slot("correlate/restoring", mark);
        self.records.commit(&context, change).await.unwrap();
    }

    pub async fn has_snapshot(&self) -> Option<Vec<u8>> {
        let slot = self.records.slot(&self.scope, "correlate/snapshot").await;
        slot.unwrap()
    }
}

pub fn set(text: &str) -> RuleSet {
    let set = RuleSet::from_texts([("rules.yml", text)], Options::default());
    assert!(set.problems().is_empty(), "{:?}", set.problems());
    set
}

fn logon(uid: EventUid, code: &str, user: &str, time: Timestamp) -> EventItem {
    let event = json!({
        "class_uid": 3002, "class_name": "Authentication", "category_uid": 3, "activity_id": 1,
        "time": time.as_millis(), "severity_id": 1, "status_id": 2,
        "metadata": {
            "uid": uid.to_string(), "version": "1.3.0", "event_code": code,
            "log_name": "Security", "log_provider": "Microsoft-Windows-Security-Auditing",
            "product": {"name": "Windows", "vendor_name": "Microsoft"},
        },
        "device": {"hostname": "dc1", "os": {"name": "Windows", "type_id": 100}},
        "user": {"name": user},
        "unmapped": {"TargetUserName": user},
    });
    EventItem::new(uid, 1, event.as_object().unwrap())
}
