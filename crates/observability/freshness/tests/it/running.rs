use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_freshness::{Handle, Kind, Options, Service};
use aurora_ids::Id128;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    BatchId, DeadLetter, EventBatch, EventItem, EventUid, OriginId, Scope, SourceName, Subject,
    TraceContext,
};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use bytes::Bytes;
use serde_json::json;

fn header(scope: &Scope, format: Format, count: u32) -> Bytes {
    let header = Header {
        format,
        version: VERSION,
        scope: scope.clone(),
        producer: "test".to_owned(),
        trace: TraceContext::new(),
        source: SourceName::new("syslog"),
        range: Range {
            origin: OriginId(Id128::random()),
            first: 0,
            last: 0,
        },
        count,
        records: count,
        raw: None,
    };
    Bytes::from(header.to_bytes())
}

fn message(subject: Subject, header: Bytes, body: Vec<u8>) -> Message {
    Message {
        subject,
        id: BatchId(Id128::random()),
        header,
        body: Bytes::from(body),
        fence: None,
    }
}

fn events(scope: &Scope, received: Timestamp) -> Message {
    let event = json!({
        "time": received.as_millis() - 1500, "class_uid": 3002, "device": {"hostname": "gate"},
        "metadata": {"logged_time": received.as_millis()},
    });
    let item = EventItem::new(EventUid(Id128::random()), 1, event.as_object().unwrap());
    let batch = EventBatch { items: vec![item] };
    message(
        Subject::events(3, 3002),
        header(scope, Format::EventBatch, 1),
        batch.encode(),
    )
}

#[tokio::test]
async fn feeds_are_known_over_a_restart_and_spikes_are_told() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let bus: Arc<dyn Bus> = Arc::new(MemoryBus::new(
        clock.clone(),
        aurora_bus_memory::Options::default(),
    ));
    let records = Arc::new(MemoryRecords::new(clock.clone()));
    let scope = Scope::of(Id128::random().into());
    let service = || {
        let handle = BusHandle::new(bus.clone(), Capability::of("ledger").unwrap());
        let (scope, records) = (scope.clone(), records.clone());
        let book = Handle::default();
        let made = Service::new(
            Options::default(),
            scope,
            handle,
            records,
            clock.clone(),
            book.clone(),
        );
        (made.0, made.1, book)
    };
    let (first, mut notices, handle) = service();
    let tasks = Tasks::new();
    tasks.spawn("freshness", first.run(tasks.shutdown()));
    let now = clock.now();
    let letters: Vec<DeadLetter> = Vec::new();
    let dead = header(&scope, Format::DeadLetter, 500);
    let dead = message(
        Subject::dead_letter("ingest"),
        dead,
        DeadLetter::encode(&letters),
    );
    bus.publish(vec![events(&scope, now), dead]).await.unwrap();
    let notice = tokio::time::timeout(Duration::from_secs(30), notices.recv()).await;
    let notice = notice.unwrap().unwrap();
    assert_eq!(
        (notice.kind, notice.subject.as_str()),
        (Kind::DeadLetters, "syslog")
    );
    let book = async {
        loop {
            if let book = handle.book()
                && book.feeds().next().is_some()
            {
                return book;
            }
            tokio::task::yield_now().await;
        }
    };
    let book = tokio::time::timeout(Duration::from_secs(30), book)
        .await
        .unwrap();
    let (source, host, feed) = book.feeds().next().unwrap();
    assert_eq!(
        (source.as_str(), host, feed.events, feed.lag_millis),
        ("syslog", "gate", 1, 1500)
    );
    tasks.stop(Duration::from_secs(10)).await.unwrap();
    let (again, _, handle) = service();
    let tasks = Tasks::new();
    tasks.spawn("freshness", again.run(tasks.shutdown()));
    let known = async {
        while handle.book() != book {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), known)
        .await
        .unwrap();
    tasks.stop(Duration::from_secs(10)).await.unwrap();
}
