//! What can go wrong, as the caller decides on it. Problems of an event are not errors: see [`crate::Problem`].

/// Errors of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The event names no class, or one that OCSF 1.3 does not have.
    #[error("`class_uid` {found} is no class of OCSF 1.3; set it before completing the event")]
    UnknownClass { found: String },
    /// The text is no path. The position is in bytes.
    #[error("cannot read path `{path}` at byte {position}: {reason}")]
    BadPath {
        path: String,
        position: usize,
        reason: &'static str,
    },
    /// A value stands where the path needs an object or an array, or an index lies beyond the array's end.
    #[error("cannot set `{path}`: {reason}")]
    CannotSet { path: String, reason: &'static str },
}
