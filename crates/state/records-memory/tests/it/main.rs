//! The port's suite.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aurora_clock::ManualClock;
use aurora_records::Records;
use aurora_records::testkit::Stand;
use aurora_records_memory::MemoryRecords;

#[derive(Default)]
struct InMemory(Mutex<Option<Arc<MemoryRecords>>>);

#[async_trait]
impl Stand for InMemory {
    async fn open(&self, clock: Arc<ManualClock>) -> Arc<dyn Records> {
        let mut held = self.0.lock().expect("no case panics in here");
        let opened = match held.as_ref() {
            Some(before) => before.reopen(clock),
            None => MemoryRecords::new(clock),
        };
        let opened = Arc::new(opened);
        *held = Some(opened.clone());
        opened
    }
}

aurora_records::conformance!(InMemory::default());
