/// Why the service stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bus failed")]
    Bus(#[from] aurora_bus::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
}
