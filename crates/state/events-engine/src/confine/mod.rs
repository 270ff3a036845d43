//! What the child may do, once it has what it needs: read the library and what the engine asks the
//! machine, write its own directory, answer on sockets it already holds. Nothing else.

mod filesystem;
mod limits;
mod syscalls;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// How far this machine's kernel could confine the child.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// `full`, `partial` or `none`, by what the kernel knows of Landlock.
    pub landlock: String,
    /// `on`, or why not.
    pub seccomp: String,
}

/// Confines the calling thread and every thread it starts from now on.
pub(crate) fn confine(own: &Path, library: &Path) -> Result<Confinement, Error> {
    limits::apply()?;
    let landlock = filesystem::restrict(own, library)?;
    let seccomp = syscalls::restrict()?;
    Ok(Confinement { landlock, seccomp })
}
