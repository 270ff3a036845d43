use aurora_model::RawBatch;

/// What is done to records before they leave the host: some are left out, some are changed, and of some an event is
/// made. The node hands in one that runs the operator's programs and the site's parsers.
pub trait Refine: Send + Sync + std::fmt::Debug {
    /// The same batch as it is to be sent, in one or several of one source each. Blocks.
    ///
    /// The same batch gives the same result. A record that is left out stays as
    /// [`aurora_model::Part::Dropped`] in its place, so that the site counts it and a batch's bounds
    /// do not move.
    fn refine(&self, batch: RawBatch, wanted: Wanted) -> Vec<RawBatch>;

    /// Whether it makes events where they are wanted.
    fn makes_events(&self) -> bool {
        false
    }
}

/// What the site has use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Records,
    /// Records, and beside them the events that the host makes of them.
    Events,
}
