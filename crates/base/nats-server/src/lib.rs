//! A `nats-server` of our own: where it is installed, which version it is, its process.
//!
//! What it is: [`find`], [`version`] and [`Server`], a process that is started with a configuration
//! written for it, keeps its port for as long as it is supervised, and ends with us. What it is not: a
//! client, or the configuration itself, which is whoever's that needs the server. Start reading at
//! [`Server::start`].

mod error;
mod place;
mod server;
mod version;

pub use error::Error;
pub use place::{Launch, quoted};
pub use server::{Server, Standing};
pub use version::{Version, version};

use std::path::PathBuf;

/// `nats-server` among the tools that `./aurora setup` installs, or on the PATH.
pub fn find() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let installed = cache.map(|cache| cache.join("aurorasoc/python/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = installed.into_iter().chain(std::env::split_paths(&path));
    folders
        .map(|folder| folder.join("nats-server"))
        .find(|program| program.is_file())
}
