use aurora_model::{Stream, Subject};

/// What a caller of the bus decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was stored. Wait until consumers catch up and try again.
    #[error("cannot publish to {stream:?}: it is full ({bytes} bytes wait to be consumed)")]
    Full { stream: Stream, bytes: u64 },
    #[error("cannot publish to `{0}`: no stream keeps that subject")]
    NoStream(Subject),
    #[error("cannot use `{0}`: this role's capability does not cover it")]
    Forbidden(String),
    /// Another holder has taken the lease; stop working on what it covers.
    #[error("lease `{name}` epoch {epoch} is over: epoch {current} holds it now")]
    Fenced {
        name: String,
        epoch: u64,
        current: u64,
    },
    #[error("cannot publish a message of {bytes} bytes: the limit is {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error(
        "consumer `{name}` of {stream:?} reads {known:?} and cannot be opened for {asked:?}; give it \
         another name"
    )]
    OtherFilters {
        stream: Stream,
        name: String,
        known: Vec<String>,
        asked: Vec<String>,
    },
    /// The device below is full, and nothing was changed. Wait until there is room and try again.
    #[error("the bus has no room left on its device; free some space")]
    NoRoom(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store below failed; nothing is acknowledged until the bus was opened again.
    #[error("the bus's storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the bus is closed")]
    Closed,
}

impl Error {
    pub fn storage(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(source))
    }

    pub fn no_room(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::NoRoom(Box::new(source))
    }
}
