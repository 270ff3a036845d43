use aurora_model::IncidentId;

/// What a caller of incidents and entities decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("there is no incident `{0}`: `aurorasoc incidents` lists them")]
    NoSuchIncident(IncidentId),
    /// The command does not fit the incident's state.
    #[error("cannot {command} the incident: {reason}")]
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
    #[error("the reading of a batch was cut off")]
    CutOff(#[source] tokio::task::JoinError),
}
