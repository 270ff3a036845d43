//! Who may do what: one list of permissions, the roles that have them, and what an action needs
//! beyond a role.
//!
//! What it is: [`TABLE`], authored here and nowhere else; [`Principal`], who asks; the port
//! [`Decide`], which answers; and what is generated from the table ([`render`]): Cedar's schema and
//! policies, the console's types, the matrix for people. What it is not: a policy engine; that is
//! `aurora-permissions-cedar`, and [`Plain`] is only what it is compared with. Start reading at
//! [`TABLE`]. To add a permission: one line there, and the route names it.

mod decide;
mod error;
mod permission;
mod plain;
mod principal;
pub mod render;
mod role;
mod table;
mod words;

pub use decide::{Ask, Assured, Decide, Denial, Verdict};
pub use error::Error;
pub use permission::{Permission, Permissions};
pub use plain::Plain;
pub use principal::{Human, Kind, Principal, Tenants};
pub use role::{CustomRole, Role, RoleName};
pub use table::{Needs, Row, TABLE, Who};
pub use words::{Action, Resource};
