/// What a caller decides on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event store did not answer; the same question may work later.
    #[error("cannot read the events of the range")]
    Events(#[source] aurora_events::Error),
    /// Somebody ended it.
    #[error("the work was cancelled")]
    Cancelled,
}
