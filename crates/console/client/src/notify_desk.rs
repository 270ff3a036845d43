//! How people are told of alerts.

use aurora_messages::{NotifyChannels, NotifyTested};
use hyper::Method;

use crate::path::path;
use crate::{Client, Error};

#[allow(clippy::missing_errors_doc)] // the type says it once
impl Client {
    pub async fn notify_channels(&self) -> Result<NotifyChannels, Error> {
        self.get(&path(&["notify"])).await
    }

    pub async fn test_notification(&self, channel: &str) -> Result<NotifyTested, Error> {
        self.bare(Method::POST, &path(&["notify", channel, "test"]))
            .await
    }
}
