//! What opening the bus can meet. In use, the port's own error is given.

use aurora_model::Stream;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot use the log of {name}")]
    Log {
        name: String,
        source: aurora_log::Error,
    },
    #[error("cannot read message {seq} of {}; restore the bus's files from a copy", stream.name())]
    Message { stream: Stream, seq: u64 },
    #[error("cannot use the ids known to {}; remove `ids` there to do without them", stream.name())]
    Ids {
        stream: Stream,
        source: Option<aurora_disk::Error>,
    },
    #[error("cannot read what consumers have acknowledged; restore the bus's files from a copy")]
    Memory { source: serde_json::Error },
    #[error(
        "what consumers have acknowledged has format {found}, newer than {newest}, the newest \
         known here; run the version that wrote it or a later one"
    )]
    Version { found: u32, newest: u32 },
    /// Messages that were durable are gone; going on would skip as many new ones.
    #[error(
        "{} ends at message {last}, but consumer `{consumer}` has had {seen}; restore the bus's \
         files from a copy", stream.name()
    )]
    Lost {
        stream: Stream,
        last: u64,
        consumer: String,
        seen: u64,
    },
}

impl Error {
    /// Whether all it wants is room on the device.
    fn wants_room(&self) -> bool {
        match self {
            Self::Log { source, .. } => matches!(source, aurora_log::Error::NoSpace { .. }),
            Self::Ids { source, .. } => matches!(source, Some(aurora_disk::Error::Full { .. })),
            _ => false,
        }
    }
}

impl From<Error> for aurora_bus::Error {
    fn from(error: Error) -> Self {
        if error.wants_room() {
            Self::no_room(error)
        } else {
            Self::storage(error)
        }
    }
}

/// Sorts a log's error by what a publisher can do.
pub(crate) fn of_log(stream: Stream, error: aurora_log::Error) -> aurora_bus::Error {
    match error {
        aurora_log::Error::Full { used, .. } => aurora_bus::Error::Full {
            stream,
            bytes: used,
        },
        aurora_log::Error::NoSpace { .. } => {
            // The device is full, not the stream; waiting is right here too, and the operator
            // learns why from the warning.
            tracing::warn!(stream = stream.name(), %error, "publishing is refused");
            aurora_bus::Error::Full { stream, bytes: 0 }
        }
        aurora_log::Error::TooLarge { len, limit } => {
            aurora_bus::Error::TooLarge { bytes: len, limit }
        }
        aurora_log::Error::Closed => aurora_bus::Error::Closed,
        source => Error::Log {
            name: stream.name().to_owned(),
            source,
        }
        .into(),
    }
}
