//! The port's suite, and what is SQLite's own: crashes, formats, speed.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod crash;
mod format;
mod speed;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use aurora_clock::{ManualClock, SystemClock};
use aurora_ids::Id128;
use aurora_model::{Context, Scope, SiteId};
use aurora_records::Records;
use aurora_records::testkit::Stand;
use aurora_records_sqlite::SqliteRecords;

struct OnDisk(tempfile::TempDir);

impl OnDisk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

#[async_trait]
impl Stand for OnDisk {
    async fn open(&self, clock: Arc<ManualClock>) -> Arc<dyn Records> {
        let path = self.0.path().join("records.sqlite");
        Arc::new(SqliteRecords::open(&path, clock).await.unwrap())
    }
}

aurora_records::conformance!(OnDisk::new());

async fn open(path: &Path) -> Result<SqliteRecords, aurora_records::Error> {
    SqliteRecords::open(path, Arc::new(SystemClock::new())).await
}

fn context() -> Context {
    let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    Context::service(scope, "test", "a test")
}
