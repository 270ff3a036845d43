use async_trait::async_trait;
use aurora_messages::{NotifyChannels, NotifyTested};
use aurora_model::{Context, Scope};

use crate::site::Result;

/// How people are told of alerts. A part of [`crate::Site`].
#[async_trait]
pub trait NotifyDesk: Send + Sync {
    async fn notify_channels(&self, scope: &Scope) -> Result<NotifyChannels>;

    /// Sends a message that says it is a test. That it did not arrive is an answer, no error.
    async fn test_notification(&self, context: &Context, channel: &str) -> Result<NotifyTested>;
}
