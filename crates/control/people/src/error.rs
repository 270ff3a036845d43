use std::time::Duration;

/// What a caller decides on. None of the texts says more than the caller may know.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown, used or expired; which of them is nobody's business.
    #[error("the link was used before or is too old")]
    BadLink,
    /// No such account, a wrong password, a wrong or used code, an unknown or foreign passkey, a
    /// disabled account: outside they all look the same.
    #[error("that did not sign anybody in")]
    BadLogin,
    /// Wrong so often that nothing is looked at for a while.
    #[error("too many tries: wait {} s", wait.as_secs().max(1))]
    TooManyTries { wait: Duration },
    /// The proof does not fit what was asked, or was asked too long ago, or was given before.
    #[error("the proof does not fit what was asked: {0}")]
    BadProof(&'static str),
    #[error("there is no {kind} `{id}`")]
    NotFound { kind: &'static str, id: String },
    #[error("{what}")]
    Invalid { what: String, fix: Option<String> },
    #[error("{what}")]
    Conflict { what: String, fix: Option<String> },
    /// No provider is set up.
    #[error("no other provider is set up")]
    NoProvider,
    #[error("the other provider did not answer as it should")]
    Provider(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot read or write accounts")]
    Records(#[from] aurora_records::Error),
    /// What guards logins cannot be asked, so nobody is let in.
    #[error("tries cannot be counted")]
    Ephemeral(#[from] aurora_ephemeral::Error),
    #[error("what is kept of `{id}` cannot be read")]
    Damaged {
        id: String,
        #[source]
        source: serde_json::Error,
    },
}

impl Error {
    pub(crate) fn not_found(kind: &'static str, id: impl Into<String>) -> Self {
        Self::NotFound {
            kind,
            id: id.into(),
        }
    }

    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid {
            what: what.into(),
            fix: None,
        }
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict {
            what: what.into(),
            fix: None,
        }
    }

    pub(crate) fn fix(mut self, text: impl Into<String>) -> Self {
        if let Self::Invalid { fix, .. } | Self::Conflict { fix, .. } = &mut self {
            *fix = Some(text.into());
        }
        self
    }

    /// Whether somebody else wrote first.
    pub(crate) fn is_race(&self) -> bool {
        matches!(
            self,
            Self::Records(
                aurora_records::Error::Conflict { .. }
                    | aurora_records::Error::CheckpointMoved { .. }
            )
        )
    }
}
