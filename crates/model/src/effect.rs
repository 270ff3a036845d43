//! Effects beyond our own stores, such as a message sent or an account disabled: announced before,
//! settled after. Both are decisions, so that the audit log has them.

use serde::{Deserialize, Serialize};

use crate::Action;

/// Announced: `objects` are the effect's id, what it does and to whom.
pub const INTEND: &str = "effect.intend";
/// Over: `objects` are the effect's id and its [`Outcome`].
pub const SETTLE: &str = "effect.settle";

/// How an effect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The other side confirmed it.
    Done,
    /// The other side refused it, or it never left.
    Failed,
    /// We ended between the two: it may have happened or not.
    Unknown,
}

/// An effect that is about to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// One id an effect, however often it is tried; the idempotency key where there is one.
    pub id: String,
    /// In the words of the permission taxonomy, such as `notify.send`.
    pub does: String,
    /// On whom or what: a channel, a host, an account.
    pub target: String,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl Intent {
    pub fn announced(&self) -> Action {
        Action::on(INTEND, [&self.id, &self.does, &self.target])
    }

    pub fn settled(&self, outcome: Outcome) -> Action {
        Action::on(SETTLE, [self.id.as_str(), outcome.as_str()])
    }
}
