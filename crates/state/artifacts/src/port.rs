use std::io::Write as _;
use std::path::Path;

use async_trait::async_trait;
use aurora_model::{Context, Scope};
use bytes::Bytes;

use crate::pieces::blocking;
use crate::{Digest, Pace};

/// What a caller of the artifact store decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The stored bytes do not have the digest they are kept under.
    #[error("artifact {0} is damaged: its bytes have another digest")]
    Damaged(Digest),
    #[error("the artifact store failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn storage(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(source))
    }
}

/// Blobs by content. The same bytes in the same scope are kept once.
#[async_trait]
pub trait Artifacts: Send + Sync + std::fmt::Debug {
    /// Keeps `bytes` and returns when they are durable.
    ///
    /// # Errors
    /// When storage fails.
    async fn put(&self, context: &Context, bytes: Bytes) -> Result<Digest, Error>;

    /// # Errors
    /// [`Error::Damaged`] when the bytes changed behind our back.
    async fn get(&self, scope: &Scope, digest: Digest) -> Result<Option<Bytes>, Error>;

    /// Whether there is such a blob; not whether it is whole.
    ///
    /// # Errors
    /// When storage fails.
    async fn has(&self, scope: &Scope, digest: Digest) -> Result<bool, Error>;

    /// Keeps what a file holds, and returns when that is durable. `digest` is the file's, as
    /// [`digest_of`](crate::digest_of) says it. The file never changes again: an adapter may keep it
    /// under a second name instead of copying it, and one that copies does it in pieces, no faster than
    /// `pace` says.
    ///
    /// # Errors
    /// When the file cannot be read, or storage fails. [`Error::Damaged`] for a file with another
    /// digest, by an adapter that reads it.
    async fn put_file(
        &self,
        context: &Context,
        file: &Path,
        digest: Digest,
        pace: Pace,
    ) -> Result<(), Error> {
        // An adapter that has no use for files; only one of a few megabytes is worth its memory.
        let _ = pace;
        let file = file.to_owned();
        let bytes = blocking(move || std::fs::read(file)).await;
        let bytes = bytes.map_err(Error::storage)?;
        if Digest::of(&bytes) != digest {
            return Err(Error::Damaged(digest));
        }
        self.put(context, bytes.into()).await.map(drop)
    }

    /// Puts a blob in a file that does not exist yet and is only read from then on: it may be the
    /// kept one under a second name. Whether there is such a blob.
    ///
    /// # Errors
    /// [`Error::Damaged`] as [`Artifacts::get`]; when the file cannot be written, or storage fails.
    async fn get_file(&self, scope: &Scope, digest: Digest, to: &Path) -> Result<bool, Error> {
        let Some(bytes) = self.get(scope, digest).await? else {
            return Ok(false);
        };
        let to = to.to_owned();
        let written = blocking(move || std::fs::File::create_new(to)?.write_all(&bytes)).await;
        written.map(|()| true).map_err(Error::storage)
    }

    /// # Errors
    /// When storage fails.
    async fn remove(&self, context: &Context, digest: Digest) -> Result<(), Error>;
}
