use async_trait::async_trait;
use aurora_model::{Context, Scope};
use bytes::Bytes;

use crate::Digest;

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

    /// # Errors
    /// When storage fails.
    async fn remove(&self, context: &Context, digest: Digest) -> Result<(), Error>;
}
