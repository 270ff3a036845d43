use async_trait::async_trait;
use aurora_api::NotifyDesk;
use aurora_api::site::{Error, Result};
use aurora_messages::{NotifyChannel, NotifyChannels, NotifyTested};
use aurora_model::{Context, Scope};
use aurora_notify::Error as NotifyError;

use super::{SiteService, errors};

#[async_trait]
impl NotifyDesk for SiteService {
    async fn notify_channels(&self, _: &Scope) -> Result<NotifyChannels> {
        let status = self.parts.notify.status().await.map_err(Error::internal)?;
        let shown = status.into_iter().map(|channel| {
            let state = channel.state;
            let outgoing = state.outgoing.as_ref().map_or(0, |out| out.alerts.len());
            NotifyChannel {
                name: channel.name,
                kind: channel.kind.to_owned(),
                min_severity: channel.filter.min_severity,
                rules: channel.filter.rules,
                not_rules: channel.filter.not_rules,
                sources: channel.filter.sources,
                entities: channel.filter.entities,
                sent: state.sent,
                last_sent: state.last_sent,
                waiting: (outgoing + state.pending.len()) as u64,
                failures: state.failures,
                failing_since: state.failing_since,
                detail: Some(state.detail).filter(|detail| !detail.is_empty()),
            }
        });
        Ok(NotifyChannels {
            channels: shown.collect(),
        })
    }

    async fn test_notification(&self, context: &Context, channel: &str) -> Result<NotifyTested> {
        let detail = match self.parts.notify.test(context, channel).await {
            Ok(()) => None,
            Err(NotifyError::NoSuchChannel { .. }) => {
                return Err(Error::not_found("notification channel", channel));
            }
            Err(NotifyError::Records(error)) => return Err(errors::records(error)),
            Err(error) => Some(error.to_string()),
        };
        Ok(NotifyTested {
            channel: channel.to_owned(),
            arrived: detail.is_none(),
            detail,
        })
    }
}
