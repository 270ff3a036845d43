use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_model::Severity;

use crate::email::Mailer;
use crate::render::Message;
use crate::state::Notice;
use crate::webhook::Poster;
use crate::{Error, Options};

/// One way out.
#[derive(Debug)]
pub struct Channel {
    name: &'static str,
    min_severity: Severity,
    rules: Vec<String>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Webhook(Poster),
    Email(Box<Mailer>),
}

/// The channels that the settings make. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Channels(Arc<[Channel]>);

impl Channels {
    /// # Errors
    /// [`Error::Setting`] or [`Error::Secret`] for settings that cannot be.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let mut all = Vec::new();
        let (webhook, email) = (&options.webhook, &options.email);
        if !webhook.url.is_empty() {
            all.push(Channel {
                name: "webhook",
                min_severity: webhook.min_severity,
                rules: webhook.rules.clone(),
                way: Way::Webhook(Poster::new(webhook)?),
            });
        }
        if !email.server.is_empty() {
            all.push(Channel {
                name: "email",
                min_severity: email.min_severity,
                rules: email.rules.clone(),
                way: Way::Email(Box::new(Mailer::new(email)?)),
            });
        }
        Ok(Self(all.into()))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.0.iter()
    }

    /// # Errors
    /// [`Error::NoSuchChannel`].
    pub fn get(&self, name: &str) -> Result<&Channel, Error> {
        let found = self.0.iter().find(|channel| channel.name == name);
        found.ok_or_else(|| Error::NoSuchChannel(name.to_owned()))
    }
}

impl Channel {
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it tells of such matches.
    pub fn wants(&self, notice: &Notice) -> bool {
        notice.severity >= self.min_severity || self.rules.contains(&notice.rule.0)
    }

    pub(crate) async fn send(&self, message: &Message, now: Timestamp) -> Result<(), Error> {
        match &self.way {
            Way::Webhook(poster) => poster.send(message, now).await,
            Way::Email(mailer) => mailer.send(message).await,
        }
    }
}
