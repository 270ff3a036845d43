//! The artifacts port on a bucket that speaks S3.
//!
//! A blob stands at `<prefix>/<site>/<tenant>/<2 digits>/<62 digits>` of its SHA-256, as in a folder.
//! What it is: [`S3Artifacts`]. What it is not: a cache; every read is checked against its digest.
//!
//! **Invariant:** a blob that is there whole is never written again: the first write asks the bucket
//! to refuse what is there already, so that a bucket which locks its objects keeps one of each.

use std::sync::Arc;

use async_trait::async_trait;
use aurora_artifacts::{Artifacts, Digest, Error};
use aurora_model::{Context, Scope};
use aurora_objects::{BadBucket, Bucket, ObjectLock};
use bytes::Bytes;
use object_store::path::Path as Location;
use object_store::{
    MultipartUpload as _, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload,
};

/// Blobs above it are sent in parts of it: one that is lost on the way is sent again alone.
const PART: usize = 8 << 20;

/// Blobs in a bucket.
#[derive(Clone, Debug)]
pub struct S3Artifacts {
    store: Arc<dyn ObjectStore>,
    prefix: String,
}

/// Which bucket, and what is expected of it.
#[derive(Clone, Debug)]
pub struct Options {
    pub bucket: Bucket,
    /// Stands before every name; the bucket may hold other things beside.
    pub prefix: String,
    /// Refuse a bucket without a default rule that locks objects.
    pub want_lock: bool,
}

/// The bucket does not keep what it is given.
#[derive(Debug, thiserror::Error)]
#[error("the bucket has no default retention: set one, or do without `object_lock`")]
struct NotLocked;

impl S3Artifacts {
    /// Opens the bucket, which must be there.
    ///
    /// # Errors
    /// When the bucket cannot be reached, or does not lock what it should.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let store = options.bucket.open().map_err(Error::storage)?;
        if options.want_lock {
            let lock = options.bucket.object_lock().await;
            if lock.map_err(Error::storage)? == ObjectLock::Off {
                return Err(Error::storage(NotLocked));
            }
        }
        let opened = Self {
            store: Arc::new(store),
            prefix: options.prefix,
        };
        opened.answers().await?;
        Ok(opened)
    }

    /// Asks for a blob that is not there: a bucket that is not there, or not ours, says so now.
    async fn answers(&self) -> Result<(), Error> {
        let place = Location::from_iter([self.prefix.as_str(), "is-it-there"]);
        match self.store.list_with_delimiter(Some(&place)).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::storage(BadBucket::Open(error))),
        }
    }

    /// Parts of ids, tenants and digests need no escaping: all are plain lower-case words.
    fn location(&self, scope: &Scope, digest: Digest) -> Location {
        let (site, digits) = (scope.site.to_string(), digest.to_string());
        let (folder, rest) = digits.split_at(2);
        let parts = [
            self.prefix.as_str(),
            &site,
            scope.tenant.as_str(),
            folder,
            rest,
        ];
        // An empty prefix is none.
        Location::from_iter(parts.into_iter().filter(|part| !part.is_empty()))
    }

    async fn write(
        &self,
        place: &Location,
        bytes: Bytes,
        mode: PutMode,
    ) -> object_store::Result<()> {
        if bytes.len() > PART {
            return self.write_parts(place, bytes).await;
        }
        let options = PutOptions::from(mode);
        let written = self.store.put_opts(place, bytes.into(), options).await;
        written.map(drop)
    }

    async fn write_parts(&self, place: &Location, bytes: Bytes) -> object_store::Result<()> {
        let mut upload = self.store.put_multipart(place).await?;
        let mut rest = bytes;
        while !rest.is_empty() {
            let part = rest.split_to(PART.min(rest.len()));
            if let Err(error) = upload.put_part(PutPayload::from_bytes(part)).await {
                // What is left of it costs room until the bucket sweeps it; why it failed counts more.
                drop(upload.abort().await);
                return Err(error);
            }
        }
        upload.complete().await.map(drop)
    }

    /// The bytes that stand there, if they are whole.
    async fn whole(&self, place: &Location, digest: Digest) -> Result<Option<Bytes>, Error> {
        let found = match self.store.get(place).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(Error::storage)?,
        };
        let bytes = found.bytes().await.map_err(Error::storage)?;
        if Digest::of(&bytes) != digest {
            return Err(Error::Damaged(digest));
        }
        Ok(Some(bytes))
    }
}

#[async_trait]
impl Artifacts for S3Artifacts {
    /// What is there already is read, and written again only if it is damaged.
    async fn put(&self, context: &Context, bytes: Bytes) -> Result<Digest, Error> {
        let digest = Digest::of(&bytes);
        let place = self.location(&context.scope, digest);
        if bytes.len() <= PART {
            match self.write(&place, bytes.clone(), PutMode::Create).await {
                Ok(()) => return Ok(digest),
                Err(object_store::Error::AlreadyExists { .. }) => {}
                Err(error) => return Err(Error::storage(error)),
            }
        }
        match self.whole(&place, digest).await {
            Ok(Some(_)) => return Ok(digest),
            Ok(None) | Err(Error::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
        let written = self.write(&place, bytes, PutMode::Overwrite).await;
        written.map_err(Error::storage)?;
        Ok(digest)
    }

    async fn get(&self, scope: &Scope, digest: Digest) -> Result<Option<Bytes>, Error> {
        self.whole(&self.location(scope, digest), digest).await
    }

    async fn has(&self, scope: &Scope, digest: Digest) -> Result<bool, Error> {
        match self.store.head(&self.location(scope, digest)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(Error::storage(error)),
        }
    }

    async fn remove(&self, context: &Context, digest: Digest) -> Result<(), Error> {
        let place = self.location(&context.scope, digest);
        match self.store.delete(&place).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::storage(error)),
        }
    }
}
