//! What connecting and running a server can meet. In use, the port's own error is given.

use async_nats::ConnectErrorKind;
use async_nats::jetstream::{self, ErrorCode};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot connect to NATS at `{servers}`")]
    Connect {
        servers: String,
        source: async_nats::ConnectError,
    },
    #[error(
        "the NATS server at `{servers}` takes messages of {found} bytes; set `max_payload` to {needed} \
         there"
    )]
    Payload {
        servers: String,
        found: usize,
        needed: usize,
    },
    #[error("cannot make stream {name} as it should be")]
    Stream {
        name: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error(transparent)]
    Server(#[from] aurora_nats_server::Error),
    #[error("cannot make a NATS user's key")]
    Key(#[source] nkeys::error::Error),
    #[error("message {seq} of {stream} was not published by AuroraSOC: {what} is missing")]
    Foreign {
        stream: &'static str,
        seq: u64,
        what: &'static str,
    },
    #[error("the connection to NATS was lost before the answer came")]
    Lost,
    /// Of a request to JetStream.
    #[error("JetStream did not do what it was asked to: {0}")]
    Request(String),
}

impl Error {
    /// Whether it may be otherwise a moment later, as when a server is starting.
    pub fn passes(&self) -> bool {
        match self {
            Self::Connect { source, .. } => matches!(
                source.kind(),
                ConnectErrorKind::Io | ConnectErrorKind::TimedOut | ConnectErrorKind::Dns
            ),
            Self::Lost => true,
            _ => false,
        }
    }
}

impl From<Error> for aurora_bus::Error {
    fn from(error: Error) -> Self {
        Self::storage(error)
    }
}

/// Whether the server had no room for what it was to store.
pub(crate) fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<jetstream::Error>())
        .any(|error| {
            matches!(
                error.error_code(),
                ErrorCode::STREAM_STORE_FAILED
                    | ErrorCode::INSUFFICIENT_RESOURCES
                    | ErrorCode::STORAGE_RESOURCES_EXCEEDED
                    | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
            )
        })
}

/// A client's error with all it has to say, as the port's.
pub(crate) fn request(error: &(dyn std::error::Error + 'static)) -> aurora_bus::Error {
    Error::Request(aurora_tasks::chain(error)).into()
}
