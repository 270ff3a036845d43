//! Which parts of an event are looked up, and how.

mod paths;
mod table;
mod walk;

pub use paths::Paths;
pub use table::Table;

pub(crate) use walk::{At, Look, look, read_as};
