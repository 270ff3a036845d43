/// Errors of this crate. That a record cannot become an event is no error: see [`crate::Outcome::Dead`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is VRL's own report.
    #[error("{0}")]
    Unprepared(String),
    #[error("no parser is named `{name}`; known: {known}{}", .nearest.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    UnknownParser {
        name: String,
        known: String,
        nearest: Option<&'static str>,
    },
    #[error("cannot read `{}`", .path.display())]
    Unread {
        path: std::path::PathBuf,
        source: std::io::Error,
    },
    #[error("a parser named `{0}` is there already; give the program another name")]
    Taken(String),
    #[error("no parser recognises the record; name its source, known: {known}")]
    Undetected { known: String },
    /// Nothing else depends on it: the others can be restored without it.
    #[error("what is kept of open event {0} is damaged, or of a newer release")]
    Held(u64),
}
