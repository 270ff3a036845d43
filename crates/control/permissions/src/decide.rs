use aurora_clock::Timestamp;
use aurora_model::Scope;

use crate::{CustomRole, Error, Needs, Permission, Principal};

/// The question: may the principal do this, here, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask<'a> {
    pub permission: Permission,
    /// Whose data it is done to.
    pub scope: &'a Scope,
    pub now: Timestamp,
    pub assured: Assured,
}

/// What was shown for exactly this action, beyond being signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assured {
    /// A fresh assertion of the actor, bound to the action's hash.
    pub step_up: bool,
    /// How many other humans agreed to the action's hash.
    pub approvers: u8,
    /// Two administrators opened a window in which the actor acts alone.
    pub break_glass: bool,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    /// They may, once this has been shown.
    Needs(Needs),
    Denied(Denial),
}

/// Why not; nothing that is shown for the action changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No role of theirs has the permission, or the API key is narrowed to others, or the data
    /// is another tenant's.
    Permission,
    /// Only the local operator may.
    NotAtTheHost,
    /// They signed in too long ago, by so many seconds at most.
    Stale { within_seconds: u32 },
}

/// Decides. The one place where permission comes from.
pub trait Decide: Send + Sync + std::fmt::Debug {
    fn decide(&self, principal: &Principal, ask: Ask<'_>) -> Verdict;

    /// Names the policies in force: changes when they do.
    fn version(&self) -> String;

    /// Puts the roles that administrators made in force, in place of those before.
    ///
    /// # Errors
    /// [`Error::Policies`]; what was in force stays.
    fn set_roles(&self, roles: &[CustomRole]) -> Result<(), Error>;
}
