//! Connections: one that writes, some that read.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor as _, PgPool};
use tokio::time::sleep;

use crate::error::passes;

/// Of every session. A writer whose machine vanished must not hold its scope for long, and what is
/// acknowledged is on disk, whatever the server's default.
pub(crate) const SESSION: &str = "SET search_path = aurora; \
     SET idle_in_transaction_session_timeout = '30s'; \
     SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off';";

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Connects when it is first asked. A connection is not asked whether it lives before it is used; who
/// uses it tries again.
pub(crate) fn pool(options: PgConnectOptions, connections: u32, patience: Duration) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(patience)
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(SESSION).await?;
                Ok(())
            })
        })
        .connect_lazy_with(options)
}

/// How long to go on trying, and at which pace.
pub(crate) struct Patience {
    until: Instant,
    wait: Duration,
}

impl Patience {
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            wait: FIRST_WAIT,
        }
    }

    /// Waits before another try; false when there is none.
    pub(crate) async fn again(&mut self) -> bool {
        if Instant::now() + self.wait > self.until {
            return false;
        }
        sleep(self.wait).await;
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        true
    }

    /// The same after a failure, if it is one that passes.
    pub(crate) async fn after(&mut self, error: &sqlx::Error) -> bool {
        passes(error) && self.again().await
    }
}
