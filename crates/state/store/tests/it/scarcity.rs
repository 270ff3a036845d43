use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus as _, BusHandle, Capability, Message};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock};
use aurora_events::Events as _;
use aurora_events_memory::MemoryEvents;
use aurora_ids::Id128;
use aurora_model::envelope::{Format, Header, Range, VERSION};
use aurora_model::{
    BatchId, EventBatch, EventItem, EventUid, OriginId, Scope, Shard, SiteId, SourceName, Subject,
    TraceContext,
};
use aurora_records_memory::MemoryRecords;
use aurora_store::{EventWriter, Options};
use aurora_tasks::Tasks;
use aurora_telemetry::Metrics;
use bytes::Bytes;
use serde_json::json;

fn message(scope: &Scope) -> Message {
    let uid = EventUid(Id128::from_bytes([1; 16]));
    let event = json!({"time": 7, "class_uid": 3002, "metadata": {"uid": uid.to_string()}});
    let item = EventItem::new(uid, 1, event.as_object().unwrap());
    let batch = EventBatch { items: vec![item] };
    let id = BatchId(Id128::from_bytes([2; 16]));
    let header = Header {
        format: Format::EventBatch,
        version: VERSION,
        scope: scope.clone(),
        producer: "test".to_owned(),
        trace: TraceContext::new(),
        source: SourceName::new("windows"),
        range: Range {
            origin: OriginId(id.0),
            first: 0,
            last: 0,
        },
        count: 1,
        records: 1,
        raw: None,
    };
    Message {
        subject: Subject::events_of(3, 3002, Shard::numbered(1)),
        id,
        header: Bytes::from(header.to_bytes()),
        body: Bytes::from(batch.encode()),
        fence: None,
    }
}

/// Hunts may have taken the engine's memory when an insert comes: the events wait, and the writer with
/// them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_insert_that_finds_no_memory_is_tried_again() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    let bus = MemoryBus::new(clock.clone(), aurora_bus_memory::Options::default());
    let events = Arc::new(MemoryEvents::new());
    events.refuse_inserts(3);
    let options = Options {
        linger: Duration::from_millis(1),
        retry: Duration::from_millis(1),
        ..Options::default()
    };
    drop(bus.consumer(EventWriter::consumer()).await.unwrap());
    bus.publish(vec![message(&scope)]).await.unwrap();
    let role = BusHandle::new(Arc::new(bus.clone()), Capability::of("store").unwrap());
    let writer = EventWriter::new(
        options,
        scope.clone(),
        role,
        events.clone(),
        Arc::new(MemoryRecords::new(clock.clone())),
        clock,
        Metrics::new(),
    );
    let tasks = Tasks::new();
    tasks.spawn("store", writer.run(tasks.shutdown()));
    let stored = async {
        while events.info(&scope).await.unwrap().rows == 0 {
            // A pause between two looks at a condition; what is waited for is the condition.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let stored = tokio::time::timeout(Duration::from_secs(10), stored).await;
    stored.expect("the event is stored");
    tasks.stop(Duration::from_secs(10)).await.unwrap();
}
