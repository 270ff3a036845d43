//! The port's suite on the bus in memory.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::Bus;
use aurora_bus::testkit::Harness;
use aurora_bus_memory::{MemoryBus, Options};
use aurora_clock::{ManualClock, Timestamp};

struct Memory {
    clock: Arc<ManualClock>,
    sites: Mutex<BTreeMap<String, MemoryBus>>,
}

fn harness() -> Memory {
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(0)));
    Memory {
        clock,
        sites: Mutex::default(),
    }
}

#[async_trait]
impl Harness for Memory {
    async fn open(&self, site: &str) -> Arc<dyn Bus> {
        let mut sites = self.sites.lock().unwrap();
        let options = Options {
            max_bytes: Self::MAX_BYTES,
        };
        let bus = match sites.get(site) {
            Some(bus) => bus.reopen(),
            None => MemoryBus::new(self.clock.clone(), options),
        };
        sites.insert(site.to_owned(), bus.clone());
        Arc::new(bus)
    }

    async fn fill(&self, site: &str, full: bool) -> bool {
        self.sites.lock().unwrap()[site].fill(full);
        true
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

aurora_bus::bus_conformance!(harness());
