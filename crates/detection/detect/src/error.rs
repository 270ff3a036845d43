use aurora_model::AlertId;

/// What a caller of the detection plane decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("there is no alert `{0}`: `aurorasoc alerts` lists them")]
    NoSuchAlert(AlertId),
    #[error("there is no suppression `{0}`: `aurorasoc suppressions` lists them")]
    NoSuchSuppression(String),
    /// The command does not fit the alert's state.
    #[error("cannot {command} the alert: {reason}")]
    NotNow {
        command: &'static str,
        reason: String,
    },
    /// The command lacks what it needs.
    #[error("cannot {command}: {reason}")]
    Incomplete {
        command: &'static str,
        reason: String,
    },
    #[error("document `{id}` does not hold what this release writes")]
    Damaged {
        id: String,
        source: serde_json::Error,
    },
    #[error("the evaluation of a batch was cut off")]
    Evaluation(#[source] tokio::task::JoinError),
}
