use std::path::PathBuf;

use aurora_audit::witness::Refusal;

/// Why nothing is cosigned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the request is none")]
    Malformed(#[source] aurora_audit::Error),
    #[error("what is kept of the log cannot be read")]
    Kept(#[source] aurora_audit::Error),
    #[error("the folder of the witness cannot be used")]
    Disk(#[from] aurora_disk::Error),
    #[error("the witness's key cannot be used")]
    Key(#[from] aurora_secrets::Error),
    #[error("a witness cannot be called `{0}`: want a name without spaces or `+`")]
    Name(String),
    #[error("two keys are given for the log `{0}`; give one")]
    Twice(String),
    #[error("another process is the witness of `{}`; end it first", .0.display())]
    Taken(PathBuf),
    #[error("cannot ask the witness `{url}`: {reason}")]
    Setting { url: String, reason: String },
    #[error("the witness did not answer: {0}")]
    Unreachable(String),
    #[error("the witness answers {status}: {text}")]
    Answer { status: u16, text: String },
    #[error(
        "the witness has seen {seen} entries and this log has {size}: it was rolled back, or restored from an \
         older backup"
    )]
    RolledBack { seen: u64, size: u64 },
    #[error("the witness has seen another log with {size} entries: one of them is a fork")]
    Forked { size: u64 },
    #[error("somebody else shows this log to the witness at the same moment")]
    Raced,
    #[error("the cosignature cannot be kept")]
    Sequencer(#[from] aurora_audit_sequencer::Error),
    #[error("the process is ending")]
    Closed,
}
