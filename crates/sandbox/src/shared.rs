use std::path::PathBuf;

/// A file or folder of the test data that stays outside the repository; `None`, with a message,
/// where that is absent. `AURORA_SHARED` names another place.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("AURORA_SHARED")
        .map_or_else(|| crate::repository("../shared"), PathBuf::from);
    let found = root.join("data").join(path);
    if found.exists() {
        return Some(found);
    }
    // A test that skips says so; this is not a library of the product.
    #[allow(clippy::print_stderr)]
    {
        eprintln!("skipped: `{}` is not there", found.display());
    }
    None
}
