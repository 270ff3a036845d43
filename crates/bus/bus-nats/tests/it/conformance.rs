//! The port's suite on JetStream.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_bus::Bus;
use aurora_bus::testkit::Harness;
use aurora_bus_nats::{NatsBus, NatsServer, Options, Standing, User};
use aurora_secrets::Secret;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::support;

/// A server with an account for each site.
#[derive(Default)]
struct Nats {
    running: OnceCell<(NatsServer, TempDir)>,
}

fn site(name: &str) -> User {
    let key = [name.as_bytes()[name.len() - 1]; 32];
    User::new(Standing::Site, &Secret::new(key)).unwrap()
}

impl Nats {
    async fn url(&self) -> String {
        let start = async || {
            let dir = tempfile::tempdir().unwrap();
            let accounts = ["site-a", "site-b"].map(|name| (name.to_owned(), vec![site(name)]));
            let options = support::options(dir.path(), accounts.into());
            (NatsServer::start(&options).await.unwrap(), dir)
        };
        self.running.get_or_init(start).await.0.url().to_owned()
    }
}

#[async_trait]
impl Harness for Nats {
    async fn open(&self, name: &str) -> Arc<dyn Bus> {
        let options = Options {
            seed: Some(site(name).seed),
            max_bytes: Self::MAX_BYTES,
            ..Options::new(self.url().await)
        };
        Arc::new(NatsBus::connect(options).await.unwrap())
    }

    /// The server's clock is the only one; a little more, as it looks at its timers when it does.
    async fn advance(&self, by: Duration) {
        tokio::time::sleep(by + Duration::from_millis(200)).await;
    }
}

aurora_bus::bus_conformance!(if support::installed() {
    Nats::default()
} else {
    return;
});
