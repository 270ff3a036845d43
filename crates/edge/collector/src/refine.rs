use aurora_model::RawBatch;

/// What happens to records before they leave the host: some are left out, some are changed. The node
/// hands in one that runs the operator's programs.
pub trait Refine: Send + Sync + std::fmt::Debug {
    /// The same batch as it is to be sent, in one or several of one source each. Blocks.
    ///
    /// The same batch gives the same result. A record that is left out stays as
    /// [`aurora_model::Part::Dropped`] in its place, so that the site counts it and a batch's bounds
    /// do not move.
    fn refine(&self, batch: RawBatch) -> Vec<RawBatch>;
}
