//! The port's suite, and where the files stand.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use aurora_artifacts::testkit::Stand;
use aurora_artifacts::{Artifacts, Digest, Error, Pace, digest_of};
use aurora_artifacts_local::LocalArtifacts;
use aurora_ids::Id128;
use aurora_model::{Context, Scope, SiteId};

struct OnDisk(tempfile::TempDir);

impl OnDisk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("artifacts")
    }

    fn file(&self, scope: &Scope, digest: Digest) -> PathBuf {
        let digits = digest.to_string();
        let (site, tenant) = (scope.site.to_string(), scope.tenant.as_str());
        self.root()
            .join(site)
            .join(tenant)
            .join(&digits[..2])
            .join(&digits[2..])
    }
}

#[async_trait]
impl Stand for OnDisk {
    async fn open(&self) -> Arc<dyn Artifacts> {
        Arc::new(LocalArtifacts::open(&self.root()).unwrap())
    }

    async fn damage(&self, scope: &Scope, digest: Digest, bytes: &[u8]) {
        let file = self.file(scope, digest);
        assert!(file.exists());
        std::fs::write(file, bytes).unwrap();
    }
}

aurora_artifacts::conformance!(OnDisk::new());

fn context() -> Context {
    Context::service(Scope::of(SiteId(Id128::random())), "test", "a test")
}

#[tokio::test]
async fn a_blob_stands_under_its_digest_and_nothing_beside_it() {
    let (stand, context) = (OnDisk::new(), context());
    let digest = stand
        .open()
        .await
        .put(&context, "abc".into())
        .await
        .unwrap();
    let file = stand.file(&context.scope, digest);
    assert_eq!(std::fs::read(&file).unwrap(), b"abc");
    assert_eq!(
        std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
        1
    );
    let mode = stand.root().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// The same bytes, kept twice from files in `folder`: the file itself, and what stands in the store.
async fn kept_twice(stand: &OnDisk, folder: &Path) -> [std::fs::Metadata; 2] {
    let (store, context) = (stand.open().await, context());
    let bytes = vec![1; 3 << 20];
    let files = ["one", "two"].map(|name| folder.join(name));
    let mut kept = PathBuf::new();
    for file in &files {
        std::fs::write(file, &bytes).unwrap();
        for _ in 0..2 {
            let digest = digest_of(file, Pace::FREE).await.unwrap();
            let put = store.put_file(&context, file, digest, Pace::FREE).await;
            put.unwrap();
            kept = stand.file(&context.scope, digest);
        }
    }
    let names = std::fs::read_dir(kept.parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1, "no draft is left behind");
    assert_eq!(std::fs::read(&kept).unwrap(), bytes);
    [&files[1], &kept].map(|file| file.metadata().unwrap())
}

#[tokio::test]
async fn a_file_is_kept_under_a_second_name() {
    let stand = OnDisk::new();
    let [file, kept] = kept_twice(&stand, stand.0.path()).await;
    assert_eq!((kept.ino(), kept.nlink()), (file.ino(), 2));
}

#[tokio::test]
async fn a_file_of_another_file_system_is_copied() {
    let stand = OnDisk::new();
    let Ok(folder) = tempfile::tempdir_in("/dev/shm") else {
        println!("skipped: there is no second file system");
        return;
    };
    let [file, kept] = kept_twice(&stand, folder.path()).await;
    if file.dev() == kept.dev() {
        println!("skipped: there is no second file system");
        return;
    }
    assert_eq!((file.nlink(), kept.nlink()), (1, 1));
    let (store, context) = (stand.open().await, context());
    let back = folder.path().join("back");
    let digest = store.put(&context, "abc".into()).await.unwrap();
    let found = store.get_file(&context.scope, digest, &back).await;
    assert!(found.unwrap());
    assert_eq!(std::fs::read(back).unwrap(), b"abc");
}

#[tokio::test(start_paused = true)]
async fn a_file_is_read_no_faster_than_it_may_be() {
    let stand = OnDisk::new();
    let file = stand.0.path().join("file");
    std::fs::write(&file, vec![1; 3 << 20]).unwrap();
    let started = tokio::time::Instant::now();
    digest_of(&file, Pace::of(1 << 20)).await.unwrap();
    assert!(started.elapsed().as_secs() >= 3);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_error() {
    let (stand, context) = (OnDisk::new(), context());
    let store = stand.open().await;
    std::fs::remove_dir(stand.root()).unwrap();
    std::fs::write(stand.root(), "a file in the way").unwrap();
    assert!(matches!(
        store.put(&context, "abc".into()).await,
        Err(Error::Storage(_))
    ));
    assert!(matches!(
        LocalArtifacts::open(&stand.root()),
        Err(Error::Storage(_))
    ));
}
