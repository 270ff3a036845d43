/// Why a correlation cannot be compiled or a state not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    #[error("correlation `{id}`: {reason}")]
    Invalid { id: String, reason: String },
    #[error("correlation `{id}` is part of a circle of correlations: {path}")]
    Circle { id: String, path: String },
    #[error("the window state under key {key} is damaged: {reason}")]
    Damaged { key: String, reason: &'static str },
    #[error("the window state is of format {found}, this version reads up to {known}: upgrade it")]
    Newer { found: u8, known: u8 },
}
