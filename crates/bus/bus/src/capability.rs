use std::sync::Arc;
use std::time::Duration;

use aurora_model::Stream;

use crate::{
    Bus, Consumer, ConsumerInfo, ConsumerOptions, Error, Lease, Message, Peeked, Receipt,
    StreamInfo,
};

/// What one role may do on the bus. The whole table is [`Capability::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    pub role: &'static str,
    /// Subject patterns it may publish on.
    pub publish: &'static [&'static str],
    /// Streams it may consume.
    pub consume: &'static [Stream],
}

/// The roles and their subjects; NATS users are generated from the same table.
const TABLE: &[Capability] = &[
    Capability {
        role: "listen",
        publish: &["aurora.raw.*", "aurora.deadletter.ingest"],
        consume: &[],
    },
    Capability {
        role: "normalise",
        publish: &["aurora.events.>", "aurora.deadletter.ingest"],
        consume: &[Stream::Raw],
    },
    Capability {
        role: "store",
        publish: &[],
        consume: &[Stream::Events, Stream::Alerts, Stream::DeadLetter],
    },
    Capability {
        role: "detect",
        publish: &[
            "aurora.matches.*",
            "aurora.alerts.*",
            "aurora.deadletter.detection",
        ],
        consume: &[Stream::Events],
    },
    Capability {
        role: "correlate",
        publish: &["aurora.matches.*", "aurora.alerts.*"],
        consume: &[Stream::Matches],
    },
    Capability {
        role: "incidents",
        publish: &["aurora.incidents"],
        consume: &[Stream::Events],
    },
    Capability {
        role: "notify",
        publish: &["aurora.alerts.*"],
        consume: &[Stream::Alerts],
    },
    Capability {
        role: "ledger",
        publish: &[],
        consume: &[Stream::Raw, Stream::Events, Stream::DeadLetter],
    },
    Capability {
        role: "console",
        publish: &[],
        consume: &[Stream::Alerts],
    },
];

impl Capability {
    pub const ROLES: &'static [Self] = TABLE;

    /// # Errors
    /// When the table does not know the role.
    pub fn of(role: &str) -> Result<Self, Error> {
        TABLE
            .iter()
            .find(|capability| capability.role == role)
            .copied()
            .ok_or_else(|| Error::Forbidden(format!("role {role}")))
    }
}

/// A bus as one role sees it. A plane never holds a bare [`Bus`].
#[derive(Clone, Debug)]
pub struct BusHandle {
    bus: Arc<dyn Bus>,
    capability: Capability,
}

impl BusHandle {
    pub fn new(bus: Arc<dyn Bus>, capability: Capability) -> Self {
        Self { bus, capability }
    }

    /// As [`Bus::publish`], within the capability.
    ///
    /// # Errors
    /// [`Error::Forbidden`] before anything is stored, else as [`Bus::publish`].
    pub async fn publish(&self, messages: Vec<Message>) -> Result<Vec<Receipt>, Error> {
        for message in &messages {
            let allowed = self
                .capability
                .publish
                .iter()
                .any(|p| message.subject.matches(p));
            if !allowed {
                return Err(Error::Forbidden(message.subject.to_string()));
            }
        }
        self.bus.publish(messages).await
    }

    /// As [`Bus::consumer`], within the capability.
    ///
    /// # Errors
    /// [`Error::Forbidden`], else as [`Bus::consumer`].
    pub async fn consumer(&self, options: ConsumerOptions) -> Result<Box<dyn Consumer>, Error> {
        self.may_read(options.stream)?;
        self.bus.consumer(options).await
    }

    /// As [`Bus::header_consumer`], within the capability.
    ///
    /// # Errors
    /// [`Error::Forbidden`], else as [`Bus::consumer`].
    pub async fn header_consumer(
        &self,
        options: ConsumerOptions,
    ) -> Result<Box<dyn Consumer>, Error> {
        self.may_read(options.stream)?;
        self.bus.header_consumer(options).await
    }

    /// As [`Bus::delete_consumer`], within the capability.
    ///
    /// # Errors
    /// [`Error::Forbidden`], else as [`Bus::delete_consumer`].
    pub async fn delete_consumer(&self, stream: Stream, name: &str) -> Result<(), Error> {
        self.may_read(stream)?;
        self.bus.delete_consumer(stream, name).await
    }

    /// As [`Bus::peek`], within the capability.
    ///
    /// # Errors
    /// [`Error::Forbidden`], else as [`Bus::peek`].
    pub async fn peek(
        &self,
        stream: Stream,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Peeked>, Error> {
        self.may_read(stream)?;
        self.bus.peek(stream, from, limit).await
    }

    /// As [`Bus::stream`]; sizes are no secret.
    ///
    /// # Errors
    /// As [`Bus::stream`].
    pub async fn stream(&self, stream: Stream) -> Result<StreamInfo, Error> {
        self.bus.stream(stream).await
    }

    /// As [`Bus::consumer_info`].
    ///
    /// # Errors
    /// As [`Bus::consumer_info`].
    pub async fn consumer_info(
        &self,
        stream: Stream,
        name: &str,
    ) -> Result<Option<ConsumerInfo>, Error> {
        self.bus.consumer_info(stream, name).await
    }

    /// As [`Bus::acquire`]; leases are named `<role>/…`.
    ///
    /// # Errors
    /// As [`Bus::acquire`].
    pub async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error> {
        self.bus
            .acquire(&format!("{}/{name}", self.capability.role), holder, ttl)
            .await
    }

    /// As [`Bus::holders`], of the role's own leases.
    ///
    /// # Errors
    /// As [`Bus::holders`].
    pub async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error> {
        let role = self.capability.role;
        let names: Vec<String> = names.iter().map(|name| format!("{role}/{name}")).collect();
        self.bus.holders(&names).await
    }

    /// As [`Bus::release`].
    ///
    /// # Errors
    /// As [`Bus::release`].
    pub async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.bus.release(lease).await
    }

    fn may_read(&self, stream: Stream) -> Result<(), Error> {
        if self.capability.consume.contains(&stream) {
            return Ok(());
        }
        Err(Error::Forbidden(stream.name().to_owned()))
    }
}
