//! The port's suite on a real server, and what is PostgreSQL's own: crashes, several processes,
//! formats, TLS, speed. Where there is no server, these tests say so and pass.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod archive;
mod crash;
mod format;
mod processes;
mod speed;
mod suite;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use aurora_clock::SystemClock;
use aurora_engines::{Postgres, PostgresOptions};
use aurora_ids::Id128;
use aurora_model::{Context, Scope, SiteId};
use aurora_records::Error;
use aurora_records_postgres::{Options, PostgresRecords};

/// A server with one empty database.
struct Lab {
    server: Postgres,
    url: String,
}

impl Lab {
    fn start() -> Option<Self> {
        Self::with(PostgresOptions::default())
    }

    fn with(options: PostgresOptions) -> Option<Self> {
        let server = Postgres::start(options).unwrap()?;
        let url = server.database("records").unwrap();
        Some(Self { server, url })
    }
}

async fn open(url: &str) -> Result<PostgresRecords, Error> {
    open_within(url, Duration::from_secs(20)).await
}

async fn open_within(url: &str, patience: Duration) -> Result<PostgresRecords, Error> {
    let options = Options {
        patience,
        ..Options::new(url)
    };
    PostgresRecords::open(options, Arc::new(SystemClock::new())).await
}

fn context() -> Context {
    let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    Context::service(scope, "test", "a test")
}

/// An error with what caused it.
fn told(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", told(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}
