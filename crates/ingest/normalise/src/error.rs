/// Why the normaliser stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("the dedupe window cannot be restored")]
    Dedupe(#[from] aurora_dedupe::Error),
    #[error("the events that wait for more of their records cannot be restored")]
    Waiting(#[from] aurora_parsers::Error),
    #[error("what is on record of a shard's waiting events is damaged")]
    Holding(#[source] serde_json::Error),
    #[error("the parsing of a batch was cut off")]
    Parse(#[source] tokio::task::JoinError),
}
