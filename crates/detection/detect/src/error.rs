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
    #[error("the window store failed")]
    WindowStore(#[from] aurora_window_state::Error),
    #[error("the event store failed")]
    Events(#[from] aurora_events::Error),
    #[error("the artifact store failed")]
    Artifacts(#[from] aurora_artifacts::Error),
    #[error("cannot read the stored windows")]
    Windows(#[source] aurora_correlation::Error),
    #[error("cannot use the folder for snapshots")]
    Scratch(#[source] std::io::Error),
    #[error("a file of the newest snapshot is gone: `{0}`")]
    SnapshotGone(String),
    /// Nobody can work on the part before that file is there again, or is done without.
    #[error("the windows of part {part} cannot be made from their snapshot")]
    Unrestorable {
        part: u16,
        #[source]
        source: Box<Error>,
    },
    #[error("cannot read a snapshot of format {found}: this release knows up to {known}")]
    NewerSnapshot { found: u32, known: u32 },
}

impl Error {
    /// Whether a snapshot is not there as it was stored. To ask again does not help by itself.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(
            self,
            Self::SnapshotGone(_)
                | Self::Damaged { .. }
                | Self::Artifacts(aurora_artifacts::Error::Damaged(_))
        )
    }

    /// Whether another process does the work now: what was begun here counts for nothing.
    pub(crate) fn is_moved(&self) -> bool {
        matches!(
            self,
            Self::Bus(aurora_bus::Error::Fenced { .. })
                | Self::Records(aurora_records::Error::CheckpointMoved { .. })
                | Self::WindowStore(aurora_window_state::Error::Fenced { .. })
        )
    }
}
