//! The port's suite, and where the files stand.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use aurora_artifacts::testkit::Stand;
use aurora_artifacts::{Artifacts, Digest, Error};
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
