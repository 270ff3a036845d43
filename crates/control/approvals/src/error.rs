use crate::{Refusal, VerifierError};

/// Why an approval could not be asked for, given or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no approval `{0}`")]
    NotFound(String),
    #[error("cannot go on with the approval: {0}")]
    Refused(#[from] Refusal),
    /// Someone else did something to it in the same moment.
    #[error("cannot change the approval: somebody else just did; look at it again")]
    Raced,
    #[error("the assertion does not prove who does this")]
    BadAssertion,
    #[error("cannot judge the assertion")]
    Verifier(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot read or write approvals")]
    Records(#[source] aurora_records::Error),
}

impl From<VerifierError> for Error {
    fn from(error: VerifierError) -> Self {
        match error {
            VerifierError::Refused => Self::BadAssertion,
            VerifierError::Failed(source) => Self::Verifier(source),
        }
    }
}

impl From<aurora_records::Error> for Error {
    fn from(error: aurora_records::Error) -> Self {
        match error {
            aurora_records::Error::Conflict { .. } => Self::Raced,
            error => Self::Records(error),
        }
    }
}
