//! A site that tells a webhook.

use async_trait::async_trait;
use aurora_messages::{NotifyChannel, NotifyChannels, NotifyTested};
use aurora_model::{Context, Scope, Severity};

use super::FakeSite;
use crate::NotifyDesk;
use crate::site::{Error, Result};

#[async_trait]
impl NotifyDesk for FakeSite {
    async fn notify_channels(&self, _: &Scope) -> Result<NotifyChannels> {
        Ok(NotifyChannels {
            channels: vec![NotifyChannel {
                name: "webhook".to_owned(),
                kind: "webhook".to_owned(),
                min_severity: Severity::High,
                rules: Vec::new(),
                not_rules: Vec::new(),
                sources: Vec::new(),
                entities: Vec::new(),
                sent: 1,
                last_sent: None,
                waiting: 0,
                failures: 0,
                failing_since: None,
                detail: None,
            }],
        })
    }

    async fn test_notification(&self, _: &Context, channel: &str) -> Result<NotifyTested> {
        if channel != "webhook" {
            return Err(Error::not_found("channel", channel));
        }
        Ok(NotifyTested {
            channel: channel.to_owned(),
            arrived: true,
            detail: None,
        })
    }
}
