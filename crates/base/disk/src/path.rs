//! Paths stay below the root.

use std::path::{Component, Path};

use crate::{Error, Result};

/// Refuses absolute paths and `..`, which would reach a neighbour's files.
pub(crate) fn check(path: &Path) -> Result<()> {
    let inside = path
        .components()
        .all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    if inside {
        Ok(())
    } else {
        Err(Error::Outside {
            path: path.to_owned(),
        })
    }
}
