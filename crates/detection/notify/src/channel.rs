use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;

use crate::email::Mailer;
use crate::render::Message;
use crate::state::Notice;
use crate::webhook::Poster;
use crate::{Error, Filter, Options};

/// The longest name of a channel, in bytes.
const NAME: usize = 40;

/// One way out.
#[derive(Debug)]
pub struct Channel {
    name: String,
    filter: Filter,
    /// Its own time between two messages.
    interval: Option<Duration>,
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
        let mut all: Vec<Channel> = Vec::new();
        let first = ("notify.webhook", &options.webhook);
        let first = Some(first).filter(|(_, it)| !it.url.is_empty());
        let more = options.webhooks.iter().map(|it| ("notify.webhooks", it));
        for (place, webhook) in first.into_iter().chain(more) {
            all.push(Channel {
                name: named(place, &webhook.name, &all)?,
                filter: webhook.filter(),
                interval: webhook.group_seconds.map(Duration::from_secs),
                way: Way::Webhook(Poster::new(place, webhook)?),
            });
        }
        let first = ("notify.email", &options.email);
        let first = Some(first).filter(|(_, it)| !it.server.is_empty());
        let more = options.emails.iter().map(|it| ("notify.emails", it));
        for (place, email) in first.into_iter().chain(more) {
            all.push(Channel {
                name: named(place, &email.name, &all)?,
                filter: email.filter(),
                interval: email.group_seconds.map(Duration::from_secs),
                way: Way::Email(Box::new(Mailer::new(place, email)?)),
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
        found.ok_or_else(|| Error::NoSuchChannel {
            name: name.to_owned(),
            known: self.0.iter().map(|channel| channel.name.clone()).collect(),
        })
    }
}

/// A name that can stand in an address and that no other channel has.
fn named(place: &str, name: &str, others: &[Channel]) -> Result<String, Error> {
    let wrong = |reason: &str| Err(Error::setting(place, "name", name, reason));
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    if name.is_empty() || name.len() > NAME || !name.bytes().all(plain) {
        return wrong("a name has 1 to 40 of a-z, 0-9, - and _");
    }
    if others.iter().any(|other| other.name == name) {
        return wrong("another channel has this name; give each its own");
    }
    Ok(name.to_owned())
}

impl Channel {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `webhook` or `email`.
    pub const fn kind(&self) -> &'static str {
        match self.way {
            Way::Webhook(_) => "webhook",
            Way::Email(_) => "email",
        }
    }

    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether it tells of such matches.
    pub fn wants(&self, notice: &Notice) -> bool {
        self.filter.wants(notice)
    }

    pub(crate) fn interval(&self, usual: Duration) -> Duration {
        self.interval.unwrap_or(usual)
    }

    pub(crate) async fn send(&self, message: &Message, now: Timestamp) -> Result<(), Error> {
        match &self.way {
            Way::Webhook(poster) => poster.send(message, now).await,
            Way::Email(mailer) => mailer.send(message).await,
        }
    }
}
