/// Why the store role stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("the event store failed")]
    Events(#[from] aurora_events::Error),
    #[error("the artifact store failed")]
    Artifacts(#[from] aurora_artifacts::Error),
    /// Our own bytes, which the bus has checked: a defect, and going on would lose records.
    #[error("cannot read event batch {seq}")]
    Batch {
        seq: u64,
        source: aurora_model::Error,
    },
    /// Messages below the announced range are gone; going on could store a part of it twice.
    #[error("cannot repeat the announced insert of {first}..={last}: message {missing} is gone")]
    IntentLost { first: u64, last: u64, missing: u64 },
}
