//! What an action needs beyond a role: a fresh assertion of who does it, other people who agree to
//! exactly this, and the way round for emergencies.
//!
//! What it is: a [`Deed`] is an action with its exact arguments, and [`ActionHash`] binds all that
//! is shown for it; [`Approval`] is a pure machine over what people said of one; [`Approvals`] keeps
//! them, a decision in every change. What it is not: the judge of roles (`aurora-permissions`), or of
//! passkeys and codes, which stands behind [`Verifier`]. Start reading at [`Approval`].
//!
//! **Invariant:** nothing is approved by silence, by its asker, by another account of its asker, or
//! for other arguments; what was approved is used once, and a deed that was begun has its outcome on record,
//! if only that nobody knows it.

mod approval;
mod approvals;
mod break_glass;
mod deed;
mod error;
mod taken;
mod verifier;

pub use approval::{
    APPROVED_FOR, Approval, ApprovalId, Assertion, Blast, Given, Party, Refusal, STEP_UP_FOR, State,
};
pub use approvals::{Approvals, Asked};
pub use break_glass::{BreakGlass, OPEN_FOR};
pub use deed::{ActionHash, Deed};
pub use error::Error;
pub use taken::Taken;
pub use verifier::{NoVerifier, Verifier, VerifierError};
