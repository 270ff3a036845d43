//! What a command's exit code says. Programs rely on it, so a number keeps its meaning.

use std::process::ExitCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    Failed = 1,
    Usage = 2,
    NoSite = 3,
    NotFound = 4,
    Refused = 5,
    Partly = 6,
    /// 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
    /// `aurorasoc audit` alone, which has codes of its own: 2.
    Tampered = 252,
    /// `aurorasoc audit` alone: 3.
    Unwitnessed = 253,
}

impl Exit {
    const ALL: [Self; 8] = [
        Self::Ok,
        Self::Failed,
        Self::Usage,
        Self::NoSite,
        Self::NotFound,
        Self::Refused,
        Self::Partly,
        Self::Interrupted,
    ];

    const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::Failed => "failed; also: the ledger does not balance, a check failed",
            Self::Usage => "the command or its arguments make no sense",
            Self::NoSite => "no site runs on this data directory",
            Self::NotFound => "there is no such thing",
            Self::Refused => "the site refused: not allowed, or not in this state",
            Self::Partly => "partly done: broken rules, or records in the dead letter",
            Self::Interrupted => "interrupted with Ctrl-C; an import can be resumed",
            Self::Tampered => "audit: the log was tampered with",
            Self::Unwitnessed => "audit: whole in itself, and nobody else vouches for it",
        }
    }

    /// What the process ends with. Those of `audit` are the ones that checkers of logs are known by;
    /// that arguments which make no sense give 2 as well fails on the safe side.
    pub const fn code(self) -> u8 {
        match self {
            Self::Tampered => 2,
            Self::Unwitnessed => 3,
            other => other as u8,
        }
    }

    /// A line a code, for `--help` and the reference page.
    pub fn table() -> String {
        let line = |exit: Self| format!("  {:>3}  {}\n", exit as u8, exit.meaning());
        Self::ALL.map(line).concat()
    }

    /// The meaning of another process's code, as far as we gave it.
    pub fn of(code: Option<i32>) -> Self {
        let known = Self::ALL
            .into_iter()
            .find(|exit| code == Some(i32::from(*exit as u8)));
        known.unwrap_or(Self::Failed)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
