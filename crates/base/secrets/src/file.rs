//! Small private files: made once, whole, and never written again.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use crate::Error;

const FILE_MODE: u32 = 0o600;
const DIR_MODE: u32 = 0o700;

/// Far more than any of these files holds.
const MAX_BYTES: u64 = 64 * 1024;

fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        action,
        path: path.to_owned(),
        source,
    }
}

/// Makes the folder when it is missing, and refuses one that others can enter.
pub(crate) fn folder(dir: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(DIR_MODE).create(dir) {
        Ok(()) => sync_folder(dir.parent().unwrap_or(Path::new("")))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(io("create", dir)(error)),
    }
    let metadata = fs::symlink_metadata(dir).map_err(io("look at", dir))?;
    if !metadata.is_dir() {
        return Err(Error::Kind {
            path: dir.to_owned(),
            wanted: "folder",
        });
    }
    private(dir, metadata.mode(), DIR_MODE)
}

/// The file's bytes, `None` when it is missing. Refuses a file that others can read or write.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => {
            return Err(Error::Kind {
                path: path.to_owned(),
                wanted: "file",
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io("look at", path)(error)),
    }
    let file = File::open(path).map_err(io("open", path))?;
    let metadata = file.metadata().map_err(io("look at", path))?;
    private(path, metadata.mode(), FILE_MODE)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(io("read", path))?;
    Ok(Some(bytes))
}

fn private(path: &Path, mode: u32, wanted: u32) -> Result<(), Error> {
    let found = mode & 0o7777;
    if found & 0o077 != 0 {
        return Err(Error::Permissions {
            path: path.to_owned(),
            found,
            wanted,
        });
    }
    Ok(())
}

/// Makes the file unless it is there already; either way it is there, whole and durable,
/// afterwards. Of several makers at once the first one wins, so the caller reads it back.
pub(crate) fn make(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let draft = dir.join(format!(".draft-{}", aurora_ids::Id128::random()));
    let made = write_draft(&draft, bytes).and_then(|()| publish(&draft, path));
    let swept = fs::remove_file(&draft).map_err(io("remove", &draft));
    made.and(swept)?;
    sync_folder(dir)
}

fn write_draft(draft: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(FILE_MODE);
    let mut file = options.open(draft).map_err(io("create", draft))?;
    // The mask of the process may have taken bits away that the owner needs.
    let mode = fs::Permissions::from_mode(FILE_MODE);
    file.set_permissions(mode).map_err(io("protect", draft))?;
    file.write_all(bytes).map_err(io("write", draft))?;
    file.sync_all().map_err(io("sync", draft))
}

/// A link fails when the name is taken; a rename would replace what stands there.
fn publish(draft: &Path, path: &Path) -> Result<(), Error> {
    match fs::hard_link(draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(io("create", path)(error))
        }
        _ => Ok(()),
    }
}

fn sync_folder(dir: &Path) -> Result<(), Error> {
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(io("sync", dir))
}
