use std::path::PathBuf;

/// What a caller of a site decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing listens on the socket.
    #[error("no site runs in this data directory: start one with `aurorasoc up`")]
    NotRunning { socket: PathBuf },
    /// The socket belongs to another user.
    #[error("cannot use `{}`: run this as the user who runs the site", socket.display())]
    NotAllowed { socket: PathBuf },
    /// The site understood and said no.
    #[error("{message}{}", fix.as_ref().map(|fix| format!(": {fix}")).unwrap_or_default())]
    Refused {
        /// HTTP status.
        status: u16,
        /// Stable, for programs: `not_found`, `invalid`, `conflict`, …
        code: String,
        message: String,
        fix: Option<String>,
    },
    /// It took longer than the site's own limits; the site is stuck or gone.
    #[error("the site does not answer: look at `aurorasoc logs`")]
    Silent,
    #[error("the connection to the site broke")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot read the site's answer: this command may be of another release than the site")]
    Unreadable(#[source] serde_json::Error),
}

impl Error {
    pub(crate) fn broken(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(source.into())
    }

    /// There is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}
