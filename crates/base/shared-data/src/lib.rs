//! Test data of other people's making, which lies beside the checkout and is not part of the project.
//!
//! What it is: the one place that knows where, for tests, benchmarks and examples: `../shared/data` from the repository's
//! root, or `data` in the folder that `AURORA_SHARED` names. What it is not: a part of the product; it may stand in
//! `[dev-dependencies]` alone. A test that finds nothing says so and passes. Start at [`shared_data`].

use std::path::{Path, PathBuf};

/// The folder, or `None` with a printed message when it is not there.
pub fn shared_data() -> Option<PathBuf> {
    shared_file("")
}

/// A file or folder in it, or `None` with a printed message when it is not there.
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
pub fn shared_file(path: &str) -> Option<PathBuf> {
    let found = root().join("data").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: `{}` is not there", found.display());
    None
}

fn root() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    std::env::var_os("AURORA_SHARED").map_or_else(beside, PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none() {
        assert_eq!(shared_file("no/such/file"), None);
        assert_eq!(shared_data().is_some(), root().join("data").is_dir());
    }
}
