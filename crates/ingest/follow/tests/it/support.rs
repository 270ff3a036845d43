use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability, ConsumerOptions};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, ManualClock, Timestamp};
use aurora_follow::Outlet;
use aurora_ids::Id128;
use aurora_listeners::{Acceptor, Detect};
use aurora_model::{Header, RawBatch, Scope, SourceName, Stream};
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use aurora_telemetry::Metrics;

/// What stands behind a feed.
pub struct Site {
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<ManualClock>,
    pub acceptor: Acceptor,
    pub scope: Scope,
    records: Arc<MemoryRecords>,
    pub tasks: Tasks,
}

pub fn start() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

impl Site {
    pub fn new() -> Self {
        let clock = Arc::new(ManualClock::at(start()));
        let shared: Arc<dyn Clock> = clock.clone();
        let options = aurora_bus_memory::Options::default();
        let bus: Arc<dyn Bus> = Arc::new(MemoryBus::new(shared.clone(), options));
        let scope = Scope::of(Id128::random().into());
        let handle = BusHandle::new(bus.clone(), Capability::of("listen").unwrap());
        let detect: Detect = Arc::new(|_| SourceName::new(SourceName::AUTO));
        let acceptor = Acceptor::new(
            handle,
            scope.clone(),
            shared.clone(),
            Metrics::new(),
            detect,
        );
        Self {
            records: Arc::new(MemoryRecords::new(shared)),
            bus,
            clock,
            acceptor,
            scope,
            tasks: Tasks::new(),
        }
    }

    pub fn outlet(&self) -> Outlet {
        let (acceptor, records) = (self.acceptor.clone(), self.records.clone());
        Outlet::new(acceptor, records, self.scope.clone(), self.tasks.shutdown())
    }

    /// Every record on the bus, in order.
    pub async fn bodies(&self) -> Vec<String> {
        self.at_least(0).await
    }

    /// The same, once so many are there.
    pub async fn at_least(&self, count: usize) -> Vec<String> {
        let options = ConsumerOptions {
            name: format!("test-{}", Id128::random()),
            stream: Stream::Raw,
            filters: Vec::new(),
            max_in_flight: 1 << 20,
            ack_wait: Duration::from_secs(600),
        };
        let consumer = self.bus.consumer(options).await.unwrap();
        let mut found = Vec::new();
        loop {
            let there = self.bus.stream(Stream::Raw).await.unwrap().last_seq > 0;
            let wait = if found.len() < count { 30_000 } else { 1 };
            if !there && count == 0 {
                return found;
            }
            let wait = Duration::from_millis(wait);
            let deliveries = consumer.fetch(1024, wait).await.unwrap();
            if deliveries.is_empty() {
                assert!(found.len() >= count, "only {} of {count} came", found.len());
                return found;
            }
            for delivery in deliveries {
                let header = Header::from_bytes(&delivery.header).unwrap();
                let batch = RawBatch::decode(&header, &delivery.body).unwrap();
                let body =
                    |record: aurora_model::RawRecord| String::from_utf8(record.body).unwrap();
                found.extend(batch.records.into_iter().map(body));
            }
        }
    }
}
