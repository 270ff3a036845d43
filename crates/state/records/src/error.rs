use crate::Collection;

/// What a caller of the records store decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Someone else wrote it first. Read again, decide again.
    #[error("cannot write {collection} `{id}`: it is at version {found}, not {expected}")]
    Conflict {
        collection: Collection,
        id: String,
        expected: u64,
        found: u64,
    },
    /// The checkpoint has moved: this work was committed before, or another owner does it now.
    #[error("cannot commit: checkpoint `{key}` has moved")]
    CheckpointMoved { key: String },
    #[error("checkpoint `{key}` does not hold what this release writes")]
    NoPlace { key: String },
    #[error("cannot commit: documents change without a decision")]
    Undecided,
    #[error("cannot write {collection} `{id}`: a body is a JSON object")]
    NotAnObject { collection: Collection, id: String },
    /// The field, or the field as this type, is in no index.
    #[error("cannot query {collection} by `{field}`: it is not indexed; indexed are {known}")]
    NotIndexed {
        collection: Collection,
        field: String,
        known: String,
    },
    #[error("cannot open a records store of format {found}: this release knows up to {known}")]
    NewerFormat { found: u32, known: u32 },
    /// Only an empty store is filled.
    #[error("cannot fill a records store that is not empty")]
    NotEmpty,
    #[error("the records store is closed")]
    Closed,
    #[error("the records store failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn storage(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Storage(Box::new(source))
    }
}
