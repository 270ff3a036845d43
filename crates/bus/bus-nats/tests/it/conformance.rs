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

    /// The bucket of leases may not grow; the streams are another matter.
    async fn fill(&self, name: &str, full: bool) -> bool {
        let seed = site(name).seed;
        let client = async_nats::ConnectOptions::with_nkey(seed.expose().clone());
        let client = client.custom_inbox_prefix(format!("_INBOX.{}", Standing::Site.name()));
        let client = client.connect(self.url().await).await.unwrap();
        let jetstream = async_nats::jetstream::new(client);
        let mut bucket = jetstream.get_stream("KV_leases").await.unwrap();
        let info = bucket.info().await.unwrap();
        let now = i64::try_from(info.state.bytes).unwrap().max(1);
        let config = async_nats::jetstream::stream::Config {
            max_bytes: if full { now } else { -1 },
            ..info.config.clone()
        };
        jetstream.update_stream(config).await.unwrap();
        true
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
