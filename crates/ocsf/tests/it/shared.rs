//! Test data that lies beside the checkout and is not part of it.

use std::path::{Path, PathBuf};

/// The data folder, or `None` with a printed message when it is not there.
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
pub fn data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared =
        std::env::var_os("AURORA_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let data = shared.join("data");
    let found = data.canonicalize().ok();
    if found.is_none() {
        eprintln!("skipped: `{}` is not there", data.display());
    }
    found
}
