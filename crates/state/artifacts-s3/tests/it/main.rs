//! The port's suite on a real server, parts, and object lock. Where there is no server, these tests
//! say so and pass.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::Arc;

use async_trait::async_trait;
use aurora_artifacts::testkit::{Stand, cases};
use aurora_artifacts::{Artifacts, Digest, Error};
use aurora_artifacts_s3::{Options, S3Artifacts};
use aurora_engines::Seaweed;
use aurora_ids::Id128;
use aurora_model::{Context, Scope, SiteId};
use aurora_objects::Bucket;
use aurora_secrets::Secret;
use bytes::Bytes;
use hyper::Method;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;

const LOCK: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
    <DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>\
    </ObjectLockConfiguration>";

fn bucket(server: &Seaweed, name: &str) -> Bucket {
    Bucket {
        name: name.to_owned(),
        endpoint: Some(server.endpoint()),
        region: "us-east-1".to_owned(),
        access_key: server.access_key().to_owned(),
        secret_key: Secret::new(server.secret_key().to_owned()),
        authorities: None,
    }
}

async fn made(server: &Seaweed, name: &str, headers: &[(&str, &str)]) -> Bucket {
    let bucket = bucket(server, name);
    let transport = bucket.connector().unwrap().transport();
    let made = bucket.ask_with(&transport, Method::PUT, "", headers, Bytes::new());
    let (status, text) = made.await.unwrap();
    assert!(status.is_success(), "{status} {text}");
    bucket
}

fn options(bucket: &Bucket, prefix: &str) -> Options {
    Options {
        bucket: bucket.clone(),
        prefix: prefix.to_owned(),
        want_lock: false,
    }
}

struct InBucket {
    bucket: Bucket,
    prefix: String,
}

impl InBucket {
    fn place(&self, scope: &Scope, digest: Digest) -> Path {
        let digits = digest.to_string();
        let (site, tenant) = (scope.site.to_string(), scope.tenant.as_str());
        Path::from_iter([&self.prefix, &site, tenant, &digits[..2], &digits[2..]])
    }
}

#[async_trait]
impl Stand for InBucket {
    async fn open(&self) -> Arc<dyn Artifacts> {
        let opened = S3Artifacts::open(options(&self.bucket, &self.prefix)).await;
        Arc::new(opened.unwrap())
    }

    async fn damage(&self, scope: &Scope, digest: Digest, bytes: &[u8]) {
        let (store, place) = (self.bucket.open().unwrap(), self.place(scope, digest));
        store.head(&place).await.unwrap();
        store.put(&place, bytes.to_vec().into()).await.unwrap();
    }
}

fn context() -> Context {
    Context::service(Scope::of(SiteId(Id128::random())), "test", "a test")
}

/// A server takes seconds to start, so that one serves everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn artifacts_are_kept_in_a_bucket() {
    let Some(server) = Seaweed::start().unwrap() else {
        return;
    };
    let plain = made(&server, "plain", &[]).await;
    for (name, case) in cases() {
        println!("{name}");
        let stand = InBucket {
            bucket: plain.clone(),
            prefix: name.to_owned(),
        };
        case(&stand).await;
    }
    large_blobs_go_in_parts(&plain).await;
    locked_blobs_stay(&server, &plain).await;
    what_is_not_ours_is_an_error(&server).await;
}

async fn large_blobs_go_in_parts(bucket: &Bucket) {
    let store = S3Artifacts::open(options(bucket, "")).await.unwrap();
    let large: Vec<u8> = (0..20_000_001_u32).map(|n| (n % 251) as u8).collect();
    let (context, large) = (context(), Bytes::from(large));
    for _ in 0..2 {
        let digest = store.put(&context, large.clone()).await.unwrap();
        let found = store.get(&context.scope, digest).await.unwrap();
        assert_eq!(found.as_ref(), Some(&large));
    }
}

/// Removing hides a version that the bucket keeps, and nobody can destroy it.
async fn locked_blobs_stay(server: &Seaweed, plain: &Bucket) {
    let header = [("x-amz-bucket-object-lock-enabled", "true")];
    let locked = made(server, "locked", &header).await;
    let transport = locked.connector().unwrap().transport();
    let rule = locked.ask(&transport, Method::PUT, "?object-lock", LOCK.into());
    let (status, text) = rule.await.unwrap();
    assert!(status.is_success(), "{status} {text}");

    let wanting = |bucket: &Bucket| Options {
        want_lock: true,
        ..options(bucket, "evidence")
    };
    let refused = S3Artifacts::open(wanting(plain)).await;
    assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
    let store = S3Artifacts::open(wanting(&locked)).await.unwrap();
    let context = context();
    let digest = store.put(&context, "evidence".into()).await.unwrap();
    assert_eq!(
        store.put(&context, "evidence".into()).await.unwrap(),
        digest
    );

    let stand = InBucket {
        bucket: locked.clone(),
        prefix: "evidence".to_owned(),
    };
    let place = stand.place(&context.scope, digest);
    let version = locked.open().unwrap().head(&place).await.unwrap().version;
    let version = version.expect("a bucket that locks keeps versions");
    let object = Bucket {
        name: format!("locked/{place}"),
        ..locked.clone()
    };
    let query = format!("?versionId={version}");
    let destroy = object.ask(&transport, Method::DELETE, &query, Bytes::new());
    let (status, text) = destroy.await.unwrap();
    assert!(status.is_client_error(), "{status} {text}");
    let kept = store.get(&context.scope, digest).await.unwrap();
    assert_eq!(kept.as_deref(), Some(&b"evidence"[..]));
}

async fn what_is_not_ours_is_an_error(server: &Seaweed) {
    let stranger = Bucket {
        secret_key: Secret::new("canary-wrong".to_owned()),
        ..bucket(server, "plain")
    };
    for bucket in [stranger, bucket(server, "absent")] {
        let error = S3Artifacts::open(options(&bucket, "")).await.unwrap_err();
        assert!(!format!("{error:?} {bucket:?}").contains("canary"));
    }
}
