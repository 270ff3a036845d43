//! The port's suite on a real server, a server that comes back, and TLS. Where there is no server,
//! these tests say so and pass.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_engines::{Certificate, Redis, RedisOptions};
use aurora_ephemeral::testkit::{Stand, suite};
use aurora_ephemeral::{Ephemeral, Error, Hint};
use aurora_ephemeral_redis::{Options, RedisEphemeral};
use aurora_ids::Id128;
use aurora_model::{Scope, SiteId};
use aurora_secrets::Secret;

const LONG: Duration = Duration::from_secs(60);

struct Server(Redis);

#[async_trait]
impl Stand for Server {
    async fn open(&self) -> Arc<dyn Ephemeral> {
        let options = Options::new(self.0.url());
        Arc::new(RedisEphemeral::open(options).await.unwrap())
    }

    async fn pass(&self, time: Duration) {
        // Redis has no clock to move.
        tokio::time::sleep(time).await;
    }
}

fn scope() -> Scope {
    Scope::of(SiteId(Id128::from_bytes([7; 16])))
}

fn told(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", told(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ports_suite_holds() {
    let Some(server) = Redis::start(RedisOptions::default()).unwrap() else {
        return;
    };
    suite(&Server(server)).await;
}

/// What it kept is gone, and nothing else is: calls are answered again, listeners are told that they
/// missed something, and tokens grow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_comes_back_is_used_again() {
    let Some(mut server) = Redis::start(RedisOptions::default()).unwrap() else {
        return;
    };
    let options = Options {
        patience: Duration::from_secs(2),
        ..Options::new(server.url())
    };
    let store = RedisEphemeral::open(options).await.unwrap();
    let scope = scope();
    let before = store.lock(&scope, "a", LONG).await.unwrap().unwrap();
    let mut hints = store.subscribe(&scope, "topic").await.unwrap();
    server.crash();
    let refused = store.count(&scope, "a", 1, LONG).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    server.restart().unwrap();
    let after = loop {
        match store.lock(&scope, "a", LONG).await {
            Ok(held) => break held.unwrap(),
            Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error:?}"),
        }
    };
    assert!(after > before, "{after:?} after {before:?}");
    assert_eq!(hints.next().await, Some(Hint::Missed));
    store.publish(&scope, "topic", "x".into()).await.unwrap();
    assert_eq!(hints.next().await, Some(Hint::Said("x".into())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_encrypted_and_its_server_known() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = Certificate {
        chain: made.cert.pem(),
        key: made.signing_key.serialize_pem(),
    };
    let options = RedisOptions {
        tls: Some(certificate.clone()),
    };
    let Some(server) = Redis::start(options).unwrap() else {
        return;
    };
    let trusting = |host: &str| Options {
        authority: Some(certificate.chain.clone().into_bytes()),
        patience: Duration::from_millis(700),
        ..Options::new(server.tls_url(host))
    };
    let store = RedisEphemeral::open(trusting("localhost")).await.unwrap();
    store.put(&scope(), "a", "x".into(), LONG).await.unwrap();
    let mut hints = store.subscribe(&scope(), "topic").await.unwrap();
    store.publish(&scope(), "topic", "x".into()).await.unwrap();
    assert_eq!(hints.next().await, Some(Hint::Said("x".into())));

    let unknown_authority = Options {
        authority: None,
        ..trusting("localhost")
    };
    let wrong_password = Options {
        password: Some(Secret::new("canary-wrong".to_owned())),
        ..trusting("localhost")
    };
    for options in [trusting("127.0.0.1"), unknown_authority, wrong_password] {
        let error = RedisEphemeral::open(options).await.unwrap_err();
        let text = told(&error) + &format!("{error:?} {store:?}");
        assert!(!text.contains("canary"), "{text}");
    }
}
