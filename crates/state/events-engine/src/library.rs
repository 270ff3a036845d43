use std::path::{Path, PathBuf};

use crate::Error;

const FILE: &str = "libchdb.so";

/// The npm package that carries the engine for this machine, with the version that was tested.
pub fn npm_package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("@chdb/lib-linux-x64-gnu@26.5.3"),
        ("linux", "aarch64") => Some("@chdb/lib-linux-arm64-gnu@26.5.3"),
        _ => None,
    }
}

/// Finds the engine's library: `given` alone when there is one, else in the user's cache as
/// `npm install --prefix` leaves it, else in `/usr/lib/aurorasoc`.
///
/// # Errors
/// [`Error::NoLibrary`] with every place that was looked at.
pub fn find(given: Option<&Path>) -> Result<PathBuf, Error> {
    let candidates = match given {
        Some(path) => vec![path.to_owned()],
        None => candidates(),
    };
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(Error::NoLibrary {
            searched: candidates,
        }),
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut found = Vec::new();
    if let Some(package) = npm_package() {
        let name = package.rsplit_once('@').map_or(package, |(name, _)| name);
        let within = Path::new("aurorasoc/engine/node_modules")
            .join(name)
            .join(FILE);
        found.extend(cache().map(|cache| cache.join(within)));
    }
    found.push(Path::new("/usr/lib/aurorasoc").join(FILE));
    found
}

fn cache() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_missing_library_is_told_with_the_fix() {
        let error = find(Some(Path::new("/nowhere/libchdb.so")))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("./aurora up") && error.contains("/nowhere"),
            "{error}"
        );
    }
}
