use aurora_clock::Timestamp;

/// Something about ourselves that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub kind: Kind,
    /// What it is about: a source, or a source and a host. From the log: hostile text.
    pub subject: String,
    pub detail: String,
    /// Names the notice with kind and subject: told again after a crash it is the same.
    pub since: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    WentSilent,
    DeadLetters,
}
