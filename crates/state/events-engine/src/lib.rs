//! The embedded event engine: ClickHouse's own library in a confined child, kept running.
//!
//! What it is: two halves of one program. [`serve`] is what the child runs: it confines itself, loads
//! `libchdb.so` and answers as much of ClickHouse's HTTP protocol on a Unix socket as
//! `aurora-events-clickhouse` speaks. [`Supervisor`] starts that child, watches it and starts it
//! again. What it is not: an adapter of the events port; it knows no table. Start at [`Supervisor`],
//! then [`serve`].
//!
//! The engine has no users and no quotas. What stands in their place, from the inside out: every
//! statement must have a shape that the adapter writes (`shape`), hunts run on connections that the
//! engine itself holds read-only, time and memory are limited, and the process may touch nothing but
//! its own directory (Landlock) and open no socket (seccomp). The child ends when its parent does.

mod child;
mod confine;
mod error;
mod ffi;
mod library;
mod options;
mod supervise;

pub use child::serve;
pub use confine::Confinement;
pub use error::Error;
pub use library::{find as find_library, npm_package};
pub use options::{ChildOptions, EngineOptions, SupervisorOptions};
pub use supervise::{Handle, Phase, Status, Supervisor};
