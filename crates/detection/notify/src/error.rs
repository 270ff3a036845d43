/// What a caller of notifications decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    /// A setting cannot be.
    #[error("`{key}` cannot be `{value}`: {reason}")]
    Setting {
        key: &'static str,
        value: String,
        reason: String,
    },
    #[error("cannot read `{key}` from `{path}`")]
    Secret {
        key: &'static str,
        path: String,
        source: std::io::Error,
    },
    #[error("there is no channel `{0}`: settings under `notify` make webhook and email")]
    NoSuchChannel(String),
    /// The message did not go out; it may another time.
    #[error("{0}")]
    NotSent(String),
}

impl Error {
    pub(crate) fn not_sent(source: &(dyn std::error::Error + 'static)) -> Self {
        Self::NotSent(aurora_tasks::chain(source))
    }
}
