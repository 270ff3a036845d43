//! The port's suite, on real files and on a simulated disk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::Bus;
use aurora_bus::testkit::Harness;
use aurora_bus_local::{Io, LocalBus, Options};
use aurora_clock::{ManualClock, Timestamp};
use aurora_disk::{Disk, RealDisk, SimDisk};

/// Makes the disk of a site.
type Make = Box<dyn Fn(&str) -> Arc<dyn Disk> + Send + Sync>;
/// Fills it up; whether that can be done.
type Fill = Box<dyn Fn(bool) -> bool + Send + Sync>;

pub(crate) struct Local {
    clock: Arc<ManualClock>,
    disks: Mutex<BTreeMap<String, Arc<dyn Disk>>>,
    make: Make,
    fill: Fill,
    io: Io,
}

impl Local {
    fn new(io: Io, make: Make, fill: Fill) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(0)));
        Self {
            clock,
            disks: Mutex::default(),
            make,
            fill,
            io,
        }
    }
}

#[async_trait]
impl Harness for Local {
    async fn open(&self, site: &str) -> Arc<dyn Bus> {
        let mut disks = self.disks.lock().unwrap();
        let disk = disks
            .entry(site.to_owned())
            .or_insert_with(|| (self.make)(site));
        let options = Options {
            max_bytes: Self::MAX_BYTES,
            segment_bytes: Self::MAX_BYTES / 8,
            reserve_bytes: 0,
            io: self.io,
        };
        Arc::new(LocalBus::open(Arc::clone(disk), self.clock.clone(), options).unwrap())
    }

    async fn fill(&self, _: &str, full: bool) -> bool {
        (self.fill)(full)
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }
}

mod real {
    use super::*;

    fn harness() -> Local {
        let dir = tempfile::tempdir().unwrap();
        let disk = move |site: &str| RealDisk::new(dir.path().join(site)).unwrap();
        let make = Box::new(move |site: &str| -> Arc<dyn Disk> { Arc::new(disk(site)) });
        Local::new(Io::Pool, make, Box::new(|_| false))
    }

    aurora_bus::bus_conformance!(harness());
}

mod simulated {
    use super::*;

    fn harness() -> Local {
        let disks = [SimDisk::new(1), SimDisk::new(2)];
        let all = disks.clone();
        let make = Box::new(move |site: &str| -> Arc<dyn Disk> {
            Arc::new(disks[usize::from(site == "site-a")].clone())
        });
        let fill = move |full: bool| {
            let capacity = full.then_some(0);
            all.iter().for_each(|disk| disk.set_capacity(capacity));
            true
        };
        Local::new(Io::Inline, make, Box::new(fill))
    }

    aurora_bus::bus_conformance!(harness());
}
