//! Cedar decides: the adapter of the port `aurora_permissions::Decide`.
//!
//! What it is: [`Cedar`], policies made of the table and of the site's own roles, with the entities
//! of everybody who asks kept ready. What it is not: the place where permissions are authored; that
//! is the table in `aurora-permissions`. Start reading at [`Cedar::decide`](Cedar).
//!
//! **Invariant:** what Cedar cannot evaluate is denied. A forbidding policy that fails is skipped by
//! Cedar, so an error in any policy counts as a denial.

mod cedar;
mod entities;
mod error;
mod policies;

pub use cedar::Cedar;
pub use error::Error;
