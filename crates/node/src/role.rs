//! What a process does of a site's work.

use std::collections::BTreeSet;

/// A part of a site's work that a process may do by itself, where the bus is one that processes share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Listeners, imports, console and API; and the servers that the site runs for all: the bus and the
    /// event engine. One process has it, which owns the data directory.
    Api,
    /// Raw records to events, shared by raw shards.
    Ingest,
    /// Events, findings and dead letters to their stores; one process at a time.
    Store,
    /// Rules on events, shared by raw shards.
    Detect,
    /// The windows of correlations, shared by their shards.
    Correlate,
    /// Alerts to incidents, and who is seen in events; one process at a time.
    Incidents,
    /// Alerts told to people; one process at a time.
    Notify,
    /// The count of what is received; one process at a time.
    Ledger,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Api,
        Self::Ingest,
        Self::Store,
        Self::Detect,
        Self::Correlate,
        Self::Incidents,
        Self::Notify,
        Self::Ledger,
    ];

    /// All of them, as a site that is one process has them.
    pub fn all() -> BTreeSet<Self> {
        Self::ALL.into()
    }

    /// The user of the bus, and the name in the status; none for what is many users.
    pub(crate) const fn user(self) -> Option<&'static str> {
        match self {
            Self::Api => None,
            Self::Ingest => Some("normalise"),
            Self::Store => Some("store"),
            Self::Detect => Some("detect"),
            Self::Correlate => Some("correlate"),
            Self::Incidents => Some("incidents"),
            Self::Notify => Some("notify"),
            Self::Ledger => Some("ledger"),
        }
    }
}
