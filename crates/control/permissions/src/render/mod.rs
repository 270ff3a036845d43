//! What is made of the table and checked in: Cedar's schema and policies, the console's types, and
//! the matrix for people. Texts only; `cargo xtask codegen` writes them.

mod cedar;
mod matrix;
mod typescript;

pub use cedar::{NAMESPACE, custom_policy, entity_type, groups, policies, schema};
pub use matrix::{mark, matrix, matrix_of};
pub use typescript::typescript;
