//! What sites say to each other before they are in one mesh: one question, one answer.

use async_trait::async_trait;
use aurora_secrets::Secret;
use bytes::Bytes;

/// Bytes of a question.
pub const MAX_QUESTION_BYTES: usize = 8 * 1024;
/// Bytes of an answer, which may hold a site directory.
pub const MAX_ANSWER_BYTES: usize = crate::MAX_FRAME_BYTES;

/// Whoever answers strangers.
#[async_trait]
pub trait Door: Send + Sync + std::fmt::Debug {
    /// `key` is the Ed25519 key that the stranger has proved to hold. `None`: it gets no answer.
    async fn knocked(&self, key: [u8; 32], question: Bytes) -> Option<Bytes>;
}

/// Whoever asks at another site's door.
#[async_trait]
pub trait Knock: Send + Sync + std::fmt::Debug {
    /// Asks the site at `address`, a host and a port, which must prove that it holds `key`.
    ///
    /// # Errors
    /// When it cannot be reached, is another one, or does not answer in time.
    async fn knock(&self, address: &str, key: [u8; 32], question: Bytes) -> std::io::Result<Bytes>;

    /// From now on it shows the key of that seed.
    fn renew(&self, _seed: &Secret<[u8; 32]>) {}
}
