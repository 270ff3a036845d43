/// What a reader of the log decides on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not of the format, and no release of ours writes them.
    #[error("cannot read {what}: {why}")]
    Malformed {
        what: &'static str,
        why: &'static str,
    },
    #[error("cannot read {what} of version {found}: this release knows up to {known}")]
    Newer {
        what: &'static str,
        found: u32,
        known: u32,
    },
    /// No signature of the key, or one that does not fit.
    #[error("the checkpoint is not signed by `{key}`")]
    NotSigned { key: String },
    /// The proof does not lead from the one hash to the other.
    #[error("the {what} proof does not hold")]
    NotProven { what: &'static str },
    #[error("the log has {size} entries: there is no number {index}")]
    OutOfRange { index: u64, size: u64 },
    #[error("`{path}` is missing")]
    Missing { path: String },
    #[error("cannot read the audit log")]
    Disk(#[from] aurora_disk::Error),
}

impl Error {
    pub(crate) const fn malformed(what: &'static str, why: &'static str) -> Self {
        Self::Malformed { what, why }
    }
}
