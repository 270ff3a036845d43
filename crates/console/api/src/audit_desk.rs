use async_trait::async_trait;
use aurora_model::Context;

use crate::site::Result;

/// What is proved to others. A part of [`crate::Site`].
#[async_trait]
pub trait AuditDesk: Send + Sync {
    /// Puts on record that the records of earlier decisions are erased from the audit log, which follows.
    /// [`crate::site::Error::Invalid`] for a number that is none yet.
    async fn erase_audit(&self, context: &Context, numbers: &[u64]) -> Result<()>;
}
