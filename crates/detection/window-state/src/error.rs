use aurora_model::Shard;

/// What a caller of the window store decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else owns the shard by now; stop working on it.
    #[error("cannot write shard {}: epoch {epoch} is over, epoch {current} owns it", shard.number())]
    Fenced {
        shard: Shard,
        epoch: u64,
        current: u64,
    },
    /// Shards are opened before they are written.
    #[error("cannot write shard {}: it is not open", shard.number())]
    NotOpen { shard: Shard },
    #[error("cannot open window state of format {found}: this release knows up to {known}")]
    NewerFormat { found: u32, known: u32 },
    /// What is stored is not what this release writes; a snapshot can take its place.
    #[error("the window state is damaged: {0}")]
    Damaged(String),
    #[error("the window store failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn storage(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(source))
    }
}
