//! The crate as its users see it.
#![allow(clippy::unwrap_used)]

mod correlations;
mod events;
mod flat;
mod folder;
mod linting;
mod pipeline;
mod regression;
mod tables;

use std::path::{Path, PathBuf};

/// The shared test data, or a printed note that the test did not run.
#[allow(clippy::print_stderr)]
fn shared() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("AURORA_SHARED")
        .map_or(default, PathBuf::from)
        .join("data");
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("skipped: no shared test data at {}", root.display());
    None
}
