//! The artifacts port on a local folder, through `object_store`.
//!
//! A blob stands at `<site>/<tenant>/<2 digits>/<62 digits>` of its SHA-256 below the root. What
//! it is: [`LocalArtifacts`]. What it is not: a cache; every read is checked against its digest.
//!
//! **Invariant:** `put` returns after the file, its name and the folders above it are synced, and
//! a file appears under its name only whole (it is written beside it and renamed, or linked). A
//! file that is given to us, or by us, is the same file under two names where the file system can:
//! nobody writes to it any more.

mod files;

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use aurora_artifacts::{Artifacts, Digest, Error, Pace, digest_of};
use aurora_model::{Context, Scope};
use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{ObjectStore, ObjectStoreExt};

/// Blobs in a folder.
#[derive(Clone, Debug)]
pub struct LocalArtifacts {
    store: Arc<dyn ObjectStore>,
    root: PathBuf,
}

impl LocalArtifacts {
    /// Opens the folder, made for its owner only when it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made or found.
    pub fn open(root: &Path) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(root)
            .map_err(Error::storage)?;
        let store = LocalFileSystem::new_with_prefix(root).map_err(Error::storage)?;
        Ok(Self {
            store: Arc::new(store.with_fsync(true)),
            root: root.to_owned(),
        })
    }

    /// The file of a blob.
    fn file(&self, scope: &Scope, digest: Digest) -> PathBuf {
        self.root.join(location(scope, digest).as_ref())
    }
}

/// Parts of ids, tenants and digests need no escaping: all are plain lower-case words.
fn location(scope: &Scope, digest: Digest) -> Location {
    let digits = digest.to_string();
    let (folder, rest) = digits.split_at(2);
    Location::from_iter([&scope.site.to_string(), scope.tenant.as_str(), folder, rest])
}

#[async_trait]
impl Artifacts for LocalArtifacts {
    /// Writes also what is there already: that mends it when it was damaged.
    async fn put(&self, context: &Context, bytes: Bytes) -> Result<Digest, Error> {
        let digest = Digest::of(&bytes);
        let place = location(&context.scope, digest);
        self.store
            .put(&place, bytes.into())
            .await
            .map_err(Error::storage)?;
        Ok(digest)
    }

    async fn get(&self, scope: &Scope, digest: Digest) -> Result<Option<Bytes>, Error> {
        let found = match self.store.get(&location(scope, digest)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(Error::storage)?,
        };
        let bytes = found.bytes().await.map_err(Error::storage)?;
        if Digest::of(&bytes) != digest {
            return Err(Error::Damaged(digest));
        }
        Ok(Some(bytes))
    }

    async fn has(&self, scope: &Scope, digest: Digest) -> Result<bool, Error> {
        match self.store.head(&location(scope, digest)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(Error::storage(error)),
        }
    }

    async fn put_file(
        &self,
        context: &Context,
        file: &Path,
        digest: Digest,
        pace: Pace,
    ) -> Result<(), Error> {
        let place = self.file(&context.scope, digest);
        let kept = files::keep(file, &place, &self.root, pace).await;
        kept.map_err(Error::storage)
    }

    async fn get_file(&self, scope: &Scope, digest: Digest, to: &Path) -> Result<bool, Error> {
        let file = self.file(scope, digest);
        match digest_of(&file, Pace::FREE).await {
            Ok(found) if found == digest => {}
            Ok(_) => return Err(Error::Damaged(digest)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::storage(error)),
        }
        let given = files::give(&file, to).await;
        given.map(|()| true).map_err(Error::storage)
    }

    async fn remove(&self, context: &Context, digest: Digest) -> Result<(), Error> {
        match self.store.delete(&location(&context.scope, digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }
}
