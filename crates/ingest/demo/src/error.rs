/// Why a file of the demonstration cannot be used. The shipped files are checked by tests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("content/demo/{file}:{line}: {reason}")]
pub struct Error {
    /// Below `content/demo`.
    pub file: &'static str,
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
}
