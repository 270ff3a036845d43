/// What a caller decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot keep {found} bytes as a short-lived value: want at most {most}")]
    TooLarge { found: usize, most: usize },
    /// No room for more keys: those that are there expire.
    #[error("cannot keep another short-lived value: {most} are kept already")]
    Full { most: usize },
    /// Whether a change was made is not known. Who guards something refuses it then.
    #[error("short-lived values cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }
}
