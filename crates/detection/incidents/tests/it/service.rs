//! The services over memory stores: what they write, what people do with it, and crashes.

use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability};
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_ids::Id128;
use aurora_incidents::{AssetDesk, Command, Desk, EntityService, IncidentService, Options, Set};
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    Action, Actor, Alert, AlertStatus, AuthStrength, BatchId, Context, Criticality, Disposition,
    EntityKind, EventBatch, EventItem, EventUid, Incident, IncidentId, IncidentState, OriginId,
    Scope, SiteId, SourceName, Stream, Subject, TraceContext,
};
use aurora_records::{Change, Collection, Guard, Query, Records};
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metrics;
use serde_json::json;

use crate::samples::{alert, entity, id};

const HOST: EntityKind = EntityKind::Host;
const ADDRESS: EntityKind = EntityKind::Address;

/// Stores that outlive the services.
struct Lab {
    scope: Scope,
    clock: Arc<dyn Clock>,
    bus: Arc<dyn Bus>,
    records: Arc<dyn Records>,
    tasks: Tasks,
}

impl Lab {
    fn new() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let options = aurora_bus_memory::Options::default();
        Self {
            scope: Scope::of(SiteId(Id128::from_bytes([3; 16]))),
            bus: Arc::new(aurora_bus_memory::MemoryBus::new(clock.clone(), options)),
            records: Arc::new(aurora_records_memory::MemoryRecords::new(clock.clone())),
            tasks: Tasks::new(),
            clock,
        }
    }

    fn handle(&self) -> BusHandle {
        BusHandle::new(self.bus.clone(), Capability::of("incidents").unwrap())
    }

    fn start(&mut self) {
        self.tasks = Tasks::new();
        let service = IncidentService::new(
            Options::default(),
            self.scope.clone(),
            self.handle(),
            self.records.clone(),
            self.clock.clone(),
            Metrics::new(),
        );
        self.tasks.spawn("incidents", service.run(self.shutdown()));
        let service = EntityService::new(
            Options::default(),
            self.scope.clone(),
            self.handle(),
            self.records.clone(),
            self.clock.clone(),
            Metrics::new(),
        );
        self.tasks.spawn("entities", service.run(self.shutdown()));
    }

    fn shutdown(&self) -> Shutdown {
        self.tasks.shutdown()
    }

    async fn stop(&self) {
        self.tasks.stop(Duration::from_secs(10)).await.unwrap();
    }

    fn person(&self) -> Context {
        Context {
            scope: self.scope.clone(),
            actor: Actor::Person("ann".to_owned()),
            auth: AuthStrength::PeerCredential,
            reason: "a test".to_owned(),
            policy: None,
            trace: TraceContext::new(),
        }
    }

    /// Writes alerts as detection would, changed now.
    async fn alerts(&self, alerts: &[Alert]) {
        let mut change = Change::decided(Action::on("alert.detect", [] as [&str; 0]));
        for alert in alerts {
            let mut alert = alert.clone();
            alert.updated_at = self.clock.now();
            let body = serde_json::to_value(&alert).unwrap();
            change = change.put(Collection::Alerts, &alert.id.to_string(), Guard::Any, body);
        }
        self.records.commit(&self.person(), change).await.unwrap();
    }

    async fn remove(&self, number: u64) {
        let change = Change::decided(Action::on("demo.wipe", [] as [&str; 0]));
        let id = id(number).to_string();
        let change = change.remove(Collection::Alerts, &id, Guard::Any);
        self.records.commit(&self.person(), change).await.unwrap();
    }

    async fn incident(&self, earliest: u64) -> Option<Incident> {
        let id = IncidentId::of(&self.scope, id(earliest)).to_string();
        let found = self
            .records
            .get(&self.scope, Collection::Incidents, &id)
            .await
            .unwrap();
        found.map(|document| serde_json::from_value(document.body).unwrap())
    }

    /// Waits until the incident of this earliest alert is as wanted.
    async fn until(&self, earliest: u64, wanted: impl Fn(&Incident) -> bool) -> Incident {
        let mut last = None;
        for _ in 0..2_000 {
            last = self.incident(earliest).await;
            if let Some(incident) = last.take_if(|incident| wanted(incident)) {
                return incident;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came: {last:#?}");
    }

    async fn count(&self, collection: Collection) -> u64 {
        let query = Query::of(collection).limit(0);
        self.records.list(&self.scope, &query).await.unwrap().total
    }
}

fn on(host: &str, number: u64, minute: i64) -> Alert {
    alert(number, minute, &[(HOST, host)])
}

fn live(alerts: u64) -> impl Fn(&Incident) -> bool {
    move |incident| incident.state == IncidentState::Live && incident.story.alerts == alerts
}

#[tokio::test(start_paused = true)]
async fn what_people_decide_survives_growth_merge_split_and_crash() {
    let mut lab = Lab::new();
    lab.start();
    lab.alerts(&[
        on("ws1", 1, 0),
        on("ws1", 2, 5),
        on("ws1", 3, 300),
        on("ws1", 4, 310),
    ])
    .await;
    lab.until(1, live(2)).await;
    let later = lab.until(3, live(2)).await;
    let desk = Desk::new(lab.records.clone(), lab.clock.clone());
    let person = lab.person();
    let owner = "ann".to_owned();
    desk.act(&person, later.id, &Command::Own { owner })
        .await
        .unwrap();
    let text = "seen before".to_owned();
    desk.act(&person, later.id, &Command::Note { text })
        .await
        .unwrap();

    // Something between them makes them one; the old id leads there, with owner and note.
    lab.alerts(&[on("ws1", 5, 120), on("ws1", 6, 200)]).await;
    let whole = lab.until(1, live(6)).await;
    assert_eq!(whole.aliases, [later.id]);
    assert_eq!(
        (whole.status, whole.owner.as_deref()),
        (AlertStatus::Owned, Some("ann"))
    );
    assert!(whole.notes.iter().any(|note| note.text == "seen before"));
    assert_eq!(
        desk.incident(&lab.scope, later.id).await.unwrap().id,
        whole.id
    );

    // Closed through the old id. A restart changes nothing of it.
    let close = Command::Close {
        disposition: Disposition::TruePositive,
        note: Some("rebuilt".to_owned()),
    };
    let closed = desk.act(&person, later.id, &close).await.unwrap();
    assert_eq!(closed.id, whole.id);
    lab.stop().await;
    lab.start();
    lab.alerts(&[on("ws9", 90, 0), on("ws9", 91, 1)]).await;
    lab.until(90, live(2)).await;
    assert_eq!(lab.incident(1).await.unwrap(), closed);

    // An alert that is closed is no reason to wake anybody, one that is open is.
    let mut known = on("ws1", 7, 310);
    (known.status, known.disposition) = (AlertStatus::Closed, Some(Disposition::Test));
    lab.alerts(&[known]).await;
    let grown = lab.until(1, live(7)).await;
    assert_eq!(
        (grown.status, grown.story.set_aside),
        (AlertStatus::Closed, 1)
    );
    lab.alerts(&[on("ws1", 8, 320)]).await;
    let woken = lab.until(1, live(8)).await;
    assert_eq!(
        (woken.status, woken.disposition),
        (AlertStatus::Owned, None)
    );
    assert!(
        woken
            .notes
            .last()
            .unwrap()
            .text
            .starts_with("open again: 1 alerts")
    );

    // What joined them goes, while nobody is looking.
    lab.stop().await;
    lab.remove(5).await;
    lab.remove(6).await;
    lab.start();
    let first = lab.until(1, live(2)).await;
    let second = lab.until(3, live(4)).await;
    assert_eq!(first.aliases, []);
    assert_eq!(
        (second.status, second.merged_into),
        (AlertStatus::Owned, None)
    );
    for number in [1, 2] {
        lab.remove(number).await;
    }
    for _ in 0..2_000 {
        if lab.incident(1).await.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(lab.tasks.failure(), None);
    assert_eq!(lab.incident(1).await, None);
    lab.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_judged_alert_counts_for_less_and_a_critical_host_for_more() {
    let mut lab = Lab::new();
    lab.start();
    lab.alerts(&[on("dc", 1, 0), on("dc", 2, 5)]).await;
    let before = lab.until(1, live(2)).await;
    let assets = AssetDesk::new(lab.records.clone(), lab.clock.clone());
    let set = Set {
        criticality: Some(Criticality::Critical),
        ..Set::default()
    };
    let dc = entity(HOST, "DC.example");
    let asset = assets.set(&lab.person(), &dc, &set).await.unwrap();
    assert!((1..100).contains(&asset.risk) && asset.open_alerts == 2);
    let rated = lab
        .until(1, |incident| incident.story.risk > before.story.risk)
        .await;
    assert!(
        rated
            .story
            .reasons
            .iter()
            .any(|reason| reason.text == "dc is rated critical")
    );

    let mut judged = on("dc", 2, 5);
    (judged.status, judged.disposition) =
        (AlertStatus::Closed, Some(Disposition::FalsePositiveRule));
    lab.alerts(&[judged]).await;
    let after = lab.until(1, |incident| incident.story.set_aside == 1).await;
    assert!(after.story.risk < rated.story.risk && after.story.confidence < rated.story.confidence);
    assert_eq!((after.story.open, after.status), (1, AlertStatus::New));
    lab.alerts(&[on("dc", 2, 5)]).await;
    assert_eq!(
        lab.until(1, |i| i.story.set_aside == 0).await.story,
        rated.story
    );
    lab.stop().await;
}

/// A batch of connections of hosts, as the normaliser publishes it.
fn batch(scope: &Scope, number: u64, events: &[serde_json::Value]) -> aurora_bus::Message {
    let items = events.iter().zip(0_u8..).map(|(event, at)| {
        let uid = EventUid(Id128::from_bytes([at; 16]));
        EventItem::new(uid, 1, event.as_object().unwrap())
    });
    let batch = EventBatch {
        items: items.collect(),
    };
    let header = Header {
        format: Format::EventBatch,
        version: VERSION,
        scope: scope.clone(),
        producer: "normalise".to_owned(),
        trace: TraceContext::new(),
        source: SourceName::new("windows"),
        range: Range {
            origin: OriginId(Id128::from_bytes([1; 16])),
            first: number,
            last: number,
        },
        count: u32::try_from(events.len()).unwrap(),
        records: 1,
        raw: None,
    };
    aurora_bus::Message {
        subject: Subject::events(4, 4001),
        id: BatchId(Id128::from_bytes([u8::try_from(number).unwrap(); 16])),
        header: header.to_bytes().into(),
        body: batch.encode().into(),
        fence: None,
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_seen_in_events_is_kept_and_tells_whose_an_address_is() {
    let mut lab = Lab::new();
    drop(
        lab.handle()
            .consumer(EntityService::consumer())
            .await
            .unwrap(),
    );
    let event = |minute: i64, host: &str, ip: &str| {
        json!({"class_uid": 4001, "time": minute * 60_000, "device": {"hostname": host},
            "actor": {"user": {"name": r"LAB\eva"}},
            "src_endpoint": {"ip": ip, "hostname": host}, "dst_endpoint": {"ip": "203.0.113.7"}})
    };
    let events = [
        event(3, "ws1.example", "10.0.0.1"),
        event(1, "WS1", "10.0.0.1"),
    ];
    lab.bus
        .publish(vec![batch(&lab.scope, 1, &events)])
        .await
        .unwrap();
    let wire = alert(2, 4, &[(ADDRESS, "10.0.0.1"), (ADDRESS, "203.0.113.9")]);
    lab.alerts(&[on("ws1", 1, 2), wire]).await;
    lab.start();
    let joined = lab.until(1, live(2)).await;
    assert!(
        joined.story.members[1]
            .joined_by
            .iter()
            .any(|entity| entity.value == "ws1")
    );
    let assets = AssetDesk::new(lab.records.clone(), lab.clock.clone());
    let host = assets
        .asset(&lab.scope, &entity(HOST, "ws1"))
        .await
        .unwrap()
        .unwrap();
    let minutes = |time: Timestamp| time.as_millis() / 60_000;
    assert_eq!((minutes(host.first_seen), minutes(host.last_seen)), (1, 3));
    assert_eq!(host.sources, [SourceName::new("windows")]);

    // The same again, after a crash between reading and acknowledging, changes nothing.
    let set = Set {
        owner: Some("it".to_owned()),
        note: Some("a laptop".to_owned()),
        ..Set::default()
    };
    assets
        .set(&lab.person(), &entity(HOST, "WS1.example"), &set)
        .await
        .unwrap();
    let kept = lab.count(Collection::Entities).await;
    lab.stop().await;
    lab.start();
    let late = event(9, "ws1", "10.0.0.1");
    lab.bus
        .publish(vec![batch(&lab.scope, 2, &[late])])
        .await
        .unwrap();
    let mut seen = 0;
    for _ in 0..2_000 {
        let host = assets
            .asset(&lab.scope, &entity(HOST, "ws1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((host.owner.as_deref(), host.notes.len()), (Some("it"), 1));
        seen = minutes(host.last_seen);
        if seen == 9 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(seen, 9);
    assert_eq!(lab.count(Collection::Entities).await, kept);
    let info = lab.bus.stream(Stream::Incidents).await.unwrap();
    assert!(info.last_seq > 0);
    lab.stop().await;
}
