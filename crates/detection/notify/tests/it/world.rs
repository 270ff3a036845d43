//! A notifier on stores in memory, and findings for it.

use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, ManualClock, Timestamp};
use aurora_ids::{Derive, Id128};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    Action, Alert, AlertId, AlertStatus, BatchId, Context, Finding, MatchId, Origin, OriginId,
    RuleId, Scope, Severity, SiteId, SourceName, Subject, TraceContext,
};
use aurora_notify::{Channels, Error, Notifier, Notify, Options};
use aurora_records::{Change, Collection, Document, Guard, Query};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::{Health, HealthBoard};
use serde_json::{Value, json};

pub struct World {
    pub clock: Arc<ManualClock>,
    pub health: HealthBoard,
    pub notify: Notify,
    /// The host that findings are about.
    host: String,
    bus: Arc<dyn Bus>,
    tasks: Option<Tasks>,
}

impl World {
    pub async fn start(options: &Options) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_700_000_000_000)));
        let wall: Arc<dyn Clock> = clock.clone();
        let notify = Notify {
            scope: Scope::of(SiteId(Id128::from_bytes([7; 16]))),
            site: "Lab\r\nBcc: x@y.zz".to_owned(),
            channels: Channels::new(options).unwrap(),
            records: Arc::new(MemoryRecords::new(wall.clone())),
            clock: wall.clone(),
        };
        let mut world = Self {
            clock,
            health: HealthBoard::default(),
            notify,
            host: "ws1".to_owned(),
            bus: Arc::new(MemoryBus::new(wall, aurora_bus_memory::Options::default())),
            tasks: None,
        };
        drop(world.handle().consumer(Notifier::consumer()).await.unwrap());
        world.run();
        world
    }

    fn handle(&self) -> BusHandle {
        BusHandle::new(self.bus.clone(), Capability::of("notify").unwrap())
    }

    pub fn run(&mut self) {
        let (tasks, interval) = (Tasks::new(), Duration::from_secs(300));
        let notifier = Notifier::new(
            self.notify.clone(),
            self.handle(),
            self.health.clone(),
            interval,
        );
        let shutdown: Shutdown = tasks.shutdown();
        let notifier = notifier.with_pages(true);
        tasks.spawn("notify", notifier.run(shutdown));
        self.tasks = Some(tasks);
    }

    pub async fn test(&self, channel: &str) -> Result<(), Error> {
        let context = Context::service(self.notify.scope.clone(), "test", "does it arrive");
        self.notify.test(&context, channel).await
    }

    pub async fn stop(&mut self) {
        if let Some(tasks) = self.tasks.take() {
            tasks.stop(Duration::from_secs(20)).await.unwrap();
        }
    }

    pub fn about(&mut self, host: &str) {
        self.host = host.to_owned();
    }

    /// A match of an alert comes in.
    pub async fn finding(
        &self,
        number: u8,
        alert: u8,
        severity: Severity,
        title: &str,
        suppressed: bool,
    ) {
        let id = Derive::new("test").part([number]).finish();
        let finding = Finding {
            match_id: MatchId(id),
            alert_id: AlertId(Id128::from_bytes([alert; 16])),
            event: json!({
                "time": 1_700_000_000_000_i64, "severity_id": severity.id(), "status_id": if suppressed { 3 } else { 1 },
                "finding_info": {"title": title, "analytic": {"uid": "rule-1"}, "data_sources": ["windows"]},
                "observables": observables(&self.host), "unmapped": {"rule_author": "An author"},
            }).as_object().unwrap().clone(),
        };
        let header = Header {
            format: Format::Finding,
            version: VERSION,
            scope: self.notify.scope.clone(),
            producer: "detect".to_owned(),
            trace: TraceContext::new(),
            source: SourceName::new("windows"),
            range: Range {
                origin: OriginId(id),
                first: 0,
                last: 0,
            },
            count: 1,
            records: 0,
            raw: None,
        };
        let message = Message {
            subject: Subject::alerts(severity),
            id: BatchId(id),
            header: header.to_bytes().into(),
            body: finding.encode().into(),
            fence: None,
        };
        self.handle().publish(vec![message]).await.unwrap();
    }

    /// Another site told of an alert, of which people are to hear.
    pub async fn page(&self, number: u8, severity: Severity, status: AlertStatus) {
        let now = self.clock.now();
        let site = SiteId(Id128::from_bytes([9; 16]));
        let alert = Alert {
            id: AlertId(Id128::from_bytes([number; 16])),
            rule: RuleId("rule-9".to_owned()),
            rule_revision: "1".to_owned(),
            title: format!("Abroad {number}"),
            author: "An author".to_owned(),
            severity,
            status,
            disposition: None,
            owner: None,
            note: None,
            entities: Vec::new(),
            group_key: format!("{site}|{number}"),
            count: 1,
            first_seen: now,
            last_seen: now,
            created_at: now,
            updated_at: now,
            attack: Vec::new(),
            source: SourceName::new("windows"),
            evidence: Vec::new(),
            related: Vec::new(),
            matched: Vec::new(),
            trace: TraceContext::new(),
            correlated: None,
            origin: Some(Origin {
                site,
                label: "cairo".to_owned(),
                received_at: now,
                late: false,
                changed_at: now,
            }),
        };
        let (id, body) = (alert.id.to_string(), serde_json::to_value(&alert).unwrap());
        let change = Change::decided(Action::on("federation.receive", [&id]))
            .put(Collection::Alerts, &id, Guard::New, body)
            .page(&id);
        let context = Context::service(self.notify.scope.clone(), "test", "another site tells");
        self.notify.records.commit(&context, change).await.unwrap();
    }

    pub async fn alerts(&self) -> Vec<Document> {
        let query = Query::of(Collection::Alerts);
        self.notify
            .records
            .list(&self.notify.scope, &query)
            .await
            .unwrap()
            .documents
    }

    pub fn health(&self) -> Option<Health> {
        self.health.all().get("notify").cloned()
    }

    /// Waits for a condition, moving the clock by `step` between two looks.
    pub async fn until(&self, step: Duration, mut holds: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !holds().await {
                self.clock.advance(step);
                // What is waited for is the condition; this lets the others have their turn.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting)
            .await
            .expect("it comes within a minute");
    }
}

/// A host and eight addresses: one more than is named. What is no entity is passed over.
fn observables(host: &str) -> Value {
    let mut all = vec![json!({"name": "host", "type_id": 1, "value": host})];
    all.push(json!({"name": "device.mac", "type_id": 3, "value": "00:00:5e:00:53:01"}));
    for last in 1..=8 {
        let value = format!("192.0.2.{last}");
        all.push(json!({"name": "address", "type_id": 2, "value": value}));
    }
    Value::Array(all)
}
