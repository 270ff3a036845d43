/// What a caller of the event store decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine is starting, restarting or out of reach. Nothing was stored; try again.
    #[error("the event engine is not available: {0}")]
    Unavailable(String),
    #[error("the query took longer than {limit_ms} ms: narrow its time range or its filters")]
    TimedOut { limit_ms: u64 },
    #[error("the query needs more memory than {limit_mb} MB: narrow its time range or grouping")]
    TooMuchMemory { limit_mb: u64 },
    /// The query is well formed but asks for something that cannot be answered.
    #[error("cannot run the query: {0}")]
    Unanswerable(String),
    /// The disk reserve was reached; events wait on the bus until there is room.
    #[error("the event store is full: {free} bytes are free and {reserve} are kept in reserve")]
    Full { free: u64, reserve: u64 },
    #[error("cannot open an event store of schema {found}: this release knows up to {known}")]
    NewerSchema { found: u32, known: u32 },
    #[error("the event store failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether a narrower query may be answered where this one was not.
    pub fn is_too_much(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::TooMuchMemory { .. })
    }

    /// Whether the same may succeed later: the engine is away, busy, or out of memory or disk for now.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unavailable(_)
            | Self::TimedOut { .. }
            | Self::TooMuchMemory { .. }
            | Self::Full { .. } => true,
            Self::Unanswerable(_) | Self::NewerSchema { .. } | Self::Storage(_) => false,
        }
    }

    pub fn storage(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(source))
    }
}
