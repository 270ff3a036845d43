//! Codes for what an operator must act on, each with a page under `docs/errors/`.
//!
//! What it is: the list [`Code`], with a title and the fix of each. What it is not: an error type;
//! errors carry a code where an operator can do something about them. Start reading at [`Code`].

/// A condition with a page `docs/errors/AURnnnn.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    PortInUse,
    DataDirectoryLocked,
    DataDirectoryNewer,
    DiskFull,
    EngineMissing,
    EngineDown,
    BusFull,
    NoSiteRunning,
    NoAdministrator,
    SocketRefused,
    ClockAhead,
    LedgerUnbalanced,
    RulesBroken,
    KeyPermissions,
    ConfigInvalid,
    WindowsLost,
}

impl Code {
    pub const ALL: &'static [Self] = &[
        Self::PortInUse,
        Self::DataDirectoryLocked,
        Self::DataDirectoryNewer,
        Self::DiskFull,
        Self::EngineMissing,
        Self::EngineDown,
        Self::BusFull,
        Self::NoSiteRunning,
        Self::NoAdministrator,
        Self::SocketRefused,
        Self::ClockAhead,
        Self::LedgerUnbalanced,
        Self::RulesBroken,
        Self::KeyPermissions,
        Self::ConfigInvalid,
        Self::WindowsLost,
    ];

    /// Number, what is wrong, what to do: one row each. Numbers are never used again.
    const fn facts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::PortInUse => (
                1,
                "a port is in use",
                "stop what listens there, choose another port, or run `up --port-offset 10000`",
            ),
            Self::DataDirectoryLocked => (
                2,
                "the data directory belongs to another process",
                "run `aurorasoc status`, or give another `--data-dir`",
            ),
            Self::DataDirectoryNewer => (
                3,
                "the data directory was written by a newer release",
                "run that release or a later one; nothing was changed",
            ),
            Self::DiskFull => (
                4,
                "the disk is full",
                "free space, or shorten retention in the configuration",
            ),
            Self::EngineMissing => (
                5,
                "the event engine is not installed",
                "run `./aurora up`, or set `events.engine_library`",
            ),
            Self::EngineDown => (
                6,
                "the event engine does not answer",
                "it is restarted by itself; see `aurorasoc logs` if it stays down",
            ),
            Self::BusFull => (
                7,
                "a stream of the bus is full",
                "wait for its consumers, or raise its limit in the configuration",
            ),
            Self::NoSiteRunning => (
                8,
                "no site runs on this data directory",
                "run `aurorasoc up`",
            ),
            Self::NoAdministrator => (
                9,
                "there is no administrator yet",
                "start the site on loopback first, and open the one-time link that `aurorasoc up` or `aurorasoc link` prints",
            ),
            Self::SocketRefused => (
                10,
                "the site's socket refused the connection",
                "run the command as the user who runs the site",
            ),
            Self::ClockAhead => (
                11,
                "events are dated far in the future",
                "set the clock of the sending host",
            ),
            Self::LedgerUnbalanced => (
                12,
                "the ledger does not balance",
                "keep the data directory and report a defect",
            ),
            Self::RulesBroken => (
                13,
                "some rules do not compile",
                "run `aurorasoc rules lint` and mend what it names",
            ),
            Self::KeyPermissions => (
                14,
                "a key file can be read by others",
                "run `chmod 600` on it",
            ),
            Self::ConfigInvalid => (
                15,
                "the configuration cannot be read",
                "mend the key that the message names",
            ),
            Self::WindowsLost => (
                16,
                "the snapshot of some windows is lost",
                "bring the artifact back from a backup, or set `detection.rebuild_lost_windows` and restart",
            ),
        }
    }

    pub const fn number(self) -> u16 {
        self.facts().0
    }

    /// What is wrong, in lower case and without a full stop.
    pub const fn title(self) -> &'static str {
        self.facts().1
    }

    /// What the operator does about it.
    pub const fn fix(self) -> &'static str {
        self.facts().2
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AUR{:04}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_page() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/errors");
        let missing: Vec<_> = Code::ALL
            .iter()
            .filter(|code| !std::path::Path::new(&format!("{docs}/{code}.md")).exists())
            .map(ToString::to_string)
            .collect();
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn numbers_are_unique() {
        let mut numbers: Vec<_> = Code::ALL.iter().map(|code| code.number()).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), Code::ALL.len());
    }
}
