//! Secrets stay secret, keys stay the same, and bad files are refused with the fix.
#![allow(clippy::unwrap_used)]

mod canary;
mod identity;
mod keyring;
mod tokens;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aurora_clock::Timestamp;
use tempfile::TempDir;

/// A data directory with a place for keys in it.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn keys(&self) -> PathBuf {
        self.0.path().join("keys")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.keys().join(name)
    }
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_760_000_000_000)
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// An error with all its causes, as a log would show it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
