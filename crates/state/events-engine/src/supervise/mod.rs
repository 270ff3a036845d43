//! Keeping the child alive.

mod probe;
mod process;
mod supervisor;

pub use supervisor::{Handle, Phase, Status, Supervisor};
