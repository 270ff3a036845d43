//! The suite that every adapter of the port runs: [`conformance!`](crate::conformance) makes one
//! test of each case.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use aurora_ids::Id128;
use aurora_model::{Context, Scope, SiteId};
use bytes::Bytes;
use tokio::task::JoinSet;

use crate::{Artifacts, Digest, Error, Pace, digest_of};

/// One place where an adapter keeps artifacts, empty at first.
#[async_trait]
pub trait Stand: Send + Sync {
    /// Opens the store; what an earlier one kept is there.
    async fn open(&self) -> Arc<dyn Artifacts>;

    /// Replaces a stored blob's bytes behind the store's back.
    async fn damage(&self, scope: &Scope, digest: Digest, bytes: &[u8]);
}

/// One case, to be run on a fresh stand.
pub type Case = for<'s> fn(&'s dyn Stand) -> Pin<Box<dyn Future<Output = ()> + Send + 's>>;

/// Every case by its name, for an adapter whose cases share one server.
pub fn cases() -> Vec<(&'static str, Case)> {
    crate::conformance!(@with list [])
}

/// Makes one test of each case; the expression gives a fresh [`Stand`].
#[macro_export]
macro_rules! conformance {
    ($stand:expr) => {
        $crate::conformance! { @with tests [$stand] }
    };
    (@with $what:ident [$($stand:expr)?]) => {
        $crate::conformance! { @$what [$($stand)?]
            blobs_come_back_by_digest,
            scopes_keep_their_own,
            removed_blobs_are_gone,
            damage_is_told_and_mended,
            many_writers_agree,
            reopening_keeps_everything,
            files_come_and_go_whole,
        }
    };
    (@list [] $($case:ident,)+) => {
        vec![$((stringify!($case), (|stand| Box::pin($crate::testkit::$case(stand))) as Case),)+]
    };
    (@tests [$stand:expr] $($case:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::testkit::$case(&$stand).await;
            }
        )+
    };
}

fn context() -> Context {
    let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    Context::service(scope, "suite", "a test")
}

/// The same store, another tenant.
fn elsewhere() -> Context {
    let mut context = context();
    context.scope.tenant = "two".to_owned().try_into().expect("a good name");
    context
}

async fn put(store: &dyn Artifacts, bytes: impl Into<Bytes>) -> Digest {
    store
        .put(&context(), bytes.into())
        .await
        .expect("the store works")
}

async fn get(store: &dyn Artifacts, digest: Digest) -> Option<Bytes> {
    store
        .get(&context().scope, digest)
        .await
        .expect("the store works")
}

async fn has(store: &dyn Artifacts, digest: Digest) -> bool {
    let found = store.has(&context().scope, digest).await;
    found.expect("the store works")
}

/// Any bytes, also none and many, are found by what they are.
pub async fn blobs_come_back_by_digest(stand: &dyn Stand) {
    let store = stand.open().await;
    let large: Vec<u8> = (0..3_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for bytes in [&b""[..], b"\0", b"<script>", &large] {
        let digest = put(store.as_ref(), bytes.to_vec()).await;
        assert_eq!(digest, Digest::of(bytes));
        assert_eq!(
            put(store.as_ref(), bytes.to_vec()).await,
            digest,
            "twice is once"
        );
        assert_eq!(get(store.as_ref(), digest).await.as_deref(), Some(bytes));
        assert!(has(store.as_ref(), digest).await);
    }
    let never = Digest::of(b"never kept");
    assert_eq!(get(store.as_ref(), never).await, None);
    assert!(!has(store.as_ref(), never).await);
}

/// A digest is no right to another tenant's bytes.
pub async fn scopes_keep_their_own(stand: &dyn Stand) {
    let store = stand.open().await;
    let digest = put(store.as_ref(), &b"evidence"[..]).await;
    let other = elsewhere();
    assert_eq!(
        store
            .get(&other.scope, digest)
            .await
            .expect("the store works"),
        None
    );
    store
        .remove(&other, digest)
        .await
        .expect("nothing to remove");
    assert!(get(store.as_ref(), digest).await.is_some());
    store
        .put(&other, Bytes::from_static(b"evidence"))
        .await
        .expect("the store works");
    store
        .remove(&context(), digest)
        .await
        .expect("the store works");
    let kept = store
        .get(&other.scope, digest)
        .await
        .expect("the store works");
    assert_eq!(kept.as_deref(), Some(&b"evidence"[..]));
}

/// Removing is final, repeatable, and no bar to keeping the same bytes again.
pub async fn removed_blobs_are_gone(stand: &dyn Stand) {
    let store = stand.open().await;
    let digest = put(store.as_ref(), &b"a"[..]).await;
    for _ in 0..2 {
        store
            .remove(&context(), digest)
            .await
            .expect("the store works");
        assert_eq!(get(store.as_ref(), digest).await, None);
    }
    put(store.as_ref(), &b"a"[..]).await;
    assert!(get(store.as_ref(), digest).await.is_some());
}

/// Changed, shortened and emptied bytes are not handed out; keeping them again mends them.
pub async fn damage_is_told_and_mended(stand: &dyn Stand) {
    let store = stand.open().await;
    let digest = put(store.as_ref(), &b"evidence"[..]).await;
    for bytes in [&b"Evidence"[..], b"eviden", b"", b"evidence\n"] {
        stand.damage(&context().scope, digest, bytes).await;
        match store.get(&context().scope, digest).await {
            Err(Error::Damaged(damaged)) => assert_eq!(damaged, digest),
            other => panic!("want damage, got {other:?}"),
        }
        put(store.as_ref(), &b"evidence"[..]).await;
        assert_eq!(
            get(store.as_ref(), digest).await.as_deref(),
            Some(&b"evidence"[..])
        );
    }
}

/// Writers of the same and of different bytes at once.
pub async fn many_writers_agree(stand: &dyn Stand) {
    let store = stand.open().await;
    let mut tasks = JoinSet::new();
    for task in 0_u8..16 {
        let store = store.clone();
        tasks.spawn(async move {
            for round in 0_u8..8 {
                let same = put(store.as_ref(), vec![round; 10_000]).await;
                let own = put(store.as_ref(), vec![task, round]).await;
                assert_eq!(
                    get(store.as_ref(), same).await,
                    Some(vec![round; 10_000].into())
                );
                assert_eq!(
                    get(store.as_ref(), own).await,
                    Some(vec![task, round].into())
                );
            }
        });
    }
    tasks.join_all().await;
}

/// What was acknowledged outlives the handle.
pub async fn reopening_keeps_everything(stand: &dyn Stand) {
    let store = stand.open().await;
    let digest = put(store.as_ref(), &b"kept"[..]).await;
    drop(store);
    let store = stand.open().await;
    assert_eq!(
        get(store.as_ref(), digest).await.as_deref(),
        Some(&b"kept"[..])
    );
}

/// Files are blobs like any other, whatever becomes of the file afterwards.
pub async fn files_come_and_go_whole(stand: &dyn Stand) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, back) = (folder.path().join("file"), folder.path().join("back"));
    let store = stand.open().await;
    let (context, scope) = (context(), context().scope);
    for bytes in [&b""[..], b"a table", &[7; 3_000_001]] {
        std::fs::write(&file, bytes).expect("it can be written");
        // The second time mends what was damaged meanwhile.
        for damaged in [false, true] {
            let digest = digest_of(&file, Pace::FREE).await.expect("it is there");
            assert_eq!(digest, Digest::of(bytes));
            let kept = store.put_file(&context, &file, digest, Pace::FREE).await;
            kept.expect("the store works");
            assert!(has(store.as_ref(), digest).await);
            assert_eq!(get(store.as_ref(), digest).await.as_deref(), Some(bytes));
            let found = store.get_file(&scope, digest, &back).await;
            assert!(found.expect("the store works"));
            assert_eq!(std::fs::read(&back).expect("it is there"), bytes);
            let again = store.get_file(&scope, digest, &back).await;
            assert!(matches!(again, Err(Error::Storage(_))), "it is in the way");
            std::fs::remove_file(&back).expect("it is there");
            if damaged {
                continue;
            }
            std::fs::remove_file(&file).expect("it is there");
            stand.damage(&scope, digest, b"another").await;
            match store.get_file(&scope, digest, &back).await {
                Err(Error::Damaged(named)) => assert_eq!(named, digest),
                other => panic!("want damage, got {other:?}"),
            }
            assert!(!back.exists());
            std::fs::write(&file, bytes).expect("it can be written");
        }
        let digest = Digest::of(bytes);
        std::fs::remove_file(&file).expect("it is there");
        assert!(get(store.as_ref(), digest).await.is_some());
        store
            .remove(&context, digest)
            .await
            .expect("the store works");
        let found = store.get_file(&scope, digest, &back).await;
        assert!(!found.expect("the store works") && !back.exists());
        assert!(!has(store.as_ref(), digest).await);
    }
    let nothing = Digest::of(b"");
    let missing = store.put_file(&context, &file, nothing, Pace::FREE).await;
    assert!(matches!(missing, Err(Error::Storage(_))));
}
