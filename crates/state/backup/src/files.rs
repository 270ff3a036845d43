//! Files that are copied whole, and told from others by their digest.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::Error;

const PIECE: usize = 1 << 20;

/// What became of a file that was to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    pub bytes: u64,
    /// BLAKE3, 64 hexadecimal digits.
    pub digest: String,
    /// It was there already.
    pub known: bool,
}

/// Length and BLAKE3 of a file.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> Result<(u64, String), Error> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    through(file, path, &mut std::io::sink(), path)
}

/// Copies `from` to `to`, whole or not at all. With `expected`, a copy that is there already and is
/// that file is left, and a source that is another is refused.
///
/// # Errors
/// [`Error::Damaged`], or when a file cannot be read or written.
pub fn copy(from: &Path, to: &Path, expected: Option<(u64, &str)>) -> Result<Copied, Error> {
    let standing = fs::metadata(to).is_ok();
    let wanted = match expected {
        Some((bytes, digest)) => (bytes, digest.to_owned()),
        None if standing => digest(from)?,
        None => (0, String::new()),
    };
    if standing && digest(to)? == wanted {
        let (bytes, digest) = wanted;
        return Ok(Copied {
            bytes,
            digest,
            known: true,
        });
    }
    if let Some(folder) = to.parent() {
        make(folder)?;
    }
    let draft = to.with_file_name(format!(".draft-{}", aurora_ids::Id128::random()));
    let copied = copy_to(from, &draft);
    let kept = copied.and_then(|found| {
        if let Some((bytes, digest)) = expected
            && (found.0 != bytes || found.1 != digest)
        {
            return Err(Error::damaged(from, "it has another digest"));
        }
        fs::rename(&draft, to).map_err(Error::io("rename", to))?;
        Ok(found)
    });
    if kept.is_err() {
        // Why it failed counts more than what is left of it.
        drop(fs::remove_file(&draft));
    }
    let (bytes, digest) = kept?;
    Ok(Copied {
        bytes,
        digest,
        known: false,
    })
}

fn copy_to(from: &Path, draft: &Path) -> Result<(u64, String), Error> {
    let source = File::open(from).map_err(Error::io("open", from))?;
    let mut out = create(draft)?;
    let found = through(source, from, &mut out, draft)?;
    out.sync_all().map_err(Error::io("sync", draft))?;
    Ok(found)
}

fn through(
    mut source: impl Read,
    from: &Path,
    out: &mut impl Write,
    to: &Path,
) -> Result<(u64, String), Error> {
    let (mut hash, mut bytes) = (blake3::Hasher::new(), 0);
    let mut piece = vec![0; PIECE];
    loop {
        let read = source.read(&mut piece).map_err(Error::io("read", from))?;
        if read == 0 {
            return Ok((bytes, hash.finalize().to_string()));
        }
        hash.update(&piece[..read]);
        out.write_all(&piece[..read])
            .map_err(Error::io("write", to))?;
        bytes += read as u64;
    }
}

/// A new file that its owner alone may read.
pub(crate) fn create(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).map_err(Error::io("create", path))
}

/// A folder that its owner alone may enter.
pub(crate) fn make(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(folder).map_err(Error::io("make", folder))
}

pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let draft = path.with_file_name(format!(".draft-{}", aurora_ids::Id128::random()));
    let mut file = create(&draft)?;
    file.write_all(bytes).map_err(Error::io("write", &draft))?;
    file.sync_all().map_err(Error::io("sync", &draft))?;
    fs::rename(&draft, path).map_err(Error::io("rename", path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(Error::io("sync", folder))
}
