//! Which process has a data directory.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// The process that owns the data directory, as its lock says. The kernel frees the lock with the
/// process, so this is never out of date.
pub fn owner(data_dir: &Path) -> Option<String> {
    let mut lock = File::open(data_dir.join("LOCK")).ok()?;
    // Shared, so that two who ask are not each other's owner.
    if flock(&lock, FlockOperation::NonBlockingLockShared).is_ok() {
        return None;
    }
    let mut text = String::new();
    lock.read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned())
}

/// The longest path of a socket (unix(7): `sun_path` with its end).
const LONGEST_SOCKET: usize = 107;

/// Whether the site's sockets can be made in the data directory.
pub fn has_room_for_sockets(data_dir: &Path) -> bool {
    data_dir.join("run/engine.sock").as_os_str().len() <= LONGEST_SOCKET
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_node::DataDir;

    use super::*;

    #[test]
    fn the_owner_is_known_while_it_lives() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(owner(dir.path()), None);
        let held = DataDir::open(dir.path()).unwrap();
        assert_eq!(owner(dir.path()), Some(std::process::id().to_string()));
        drop(held);
        assert_eq!(owner(dir.path()), None);
    }

    #[test]
    fn a_path_can_be_too_long() {
        assert!(has_room_for_sockets(Path::new("/var/lib/aurorasoc")));
        assert!(!has_room_for_sockets(&Path::new("/").join("x".repeat(95))));
    }
}
