//! Which parts of an event are looked up, and how.

mod paths;
mod table;
mod walk;
mod wanted;

pub use paths::Paths;
pub use table::Table;

pub(crate) use table::Reading;
pub(crate) use walk::{At, Look, look, read_as};
pub(crate) use wanted::Wanted;
