use std::sync::Arc;

use async_trait::async_trait;
use aurora_clock::ManualClock;
use aurora_engines::{Postgres, PostgresOptions};
use aurora_records::Records;
use aurora_records::testkit::{Stand, cases};
use aurora_records_postgres::{Options, PostgresRecords};
use tokio::task::JoinSet;

struct Database(String);

#[async_trait]
impl Stand for Database {
    async fn open(&self, clock: Arc<ManualClock>) -> Arc<dyn Records> {
        let options = Options::new(self.0.clone());
        Arc::new(PostgresRecords::open(options, clock).await.unwrap())
    }
}

/// One server for all cases: each has a database of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_suite_holds() {
    let Some(server) = Postgres::start(PostgresOptions::default()).unwrap() else {
        return;
    };
    let mut running = JoinSet::new();
    for (name, case) in cases() {
        let stand = Database(server.database(name).unwrap());
        running.spawn(async move {
            println!("{name}");
            case(&stand).await;
        });
    }
    // A case that panics has said which promise is broken.
    running.join_all().await;
}
