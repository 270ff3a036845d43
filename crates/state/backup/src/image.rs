//! The files of a data directory at one moment, beside whoever works on them.
//!
//! An image is made twice over: at leisure while the site works, and once more, only what has changed,
//! while nobody may move a checkpoint. Files that never change (artifacts, parts of tables) are the
//! same file under a second name; all others are copied, again if their length or their date is another.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Error;
use crate::files::make;

/// What is in a data directory besides: keys go another way, the rest is of the running process, or is
/// made again.
const LEFT_OUT: [&str; 6] = ["LOCK", "keys", "run", "backup", "windows", "RESTORING"];

/// Files of an image, in a folder of the data directory that goes when it is dropped.
#[derive(Debug)]
pub struct Image {
    source: PathBuf,
    folder: PathBuf,
    left_out: Vec<String>,
}

impl Image {
    /// Begins an image of the data directory `source`, and sweeps what an earlier one left. `besides` are
    /// names in the data directory that are left out too.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn of(source: &Path, besides: &[&str]) -> Result<Self, Error> {
        let folder = source.join("backup");
        remove(&folder)?;
        make(&folder)?;
        let left_out = LEFT_OUT.iter().chain(besides);
        Ok(Self {
            source: source.to_owned(),
            folder,
            left_out: left_out.map(|name| (*name).to_owned()).collect(),
        })
    }

    /// Makes the image what the data directory is now.
    ///
    /// # Errors
    /// [`Error::TooBusy`] when it takes longer than `limit`; when a file cannot be read or written.
    pub fn follow(&self, limit: Duration) -> Result<(), Error> {
        let until = Instant::now() + limit;
        self.folder(Path::new(""), until)
            .map_err(|error| match error {
                Error::TooBusy { .. } => Error::TooBusy {
                    seconds: limit.as_secs(),
                },
                error => error,
            })
    }

    fn folder(&self, at: &Path, until: Instant) -> Result<(), Error> {
        if Instant::now() > until {
            return Err(Error::TooBusy { seconds: 0 });
        }
        let (from, to) = (self.source.join(at), self.folder.join(at));
        let entries = match fs::read_dir(&from) {
            Err(error) if error.kind() == ErrorKind::NotFound => return remove(&to),
            entries => entries.map_err(Error::io("read", &from))?,
        };
        make(&to)?;
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("read", &from))?;
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            found.push((folder, entry.file_name()));
        }
        // Files before folders: what speaks of others, such as a log's checkpoint, is copied before what it
        // speaks of, which is there by then and stays.
        found.sort();
        let mut names = BTreeSet::new();
        for (_, name) in found {
            let text = name.to_string_lossy();
            let top = at.as_os_str().is_empty();
            if (top && self.left_out.iter().any(|left| *left == text)) || passing(&text) {
                continue;
            }
            let at = at.join(&name);
            match fs::symlink_metadata(self.source.join(&at)) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("look at", &at)(error)),
                Ok(found) if found.is_dir() => self.folder(&at, until)?,
                Ok(found) if found.is_file() => self.file(&at, &found)?,
                // Sockets and the like.
                Ok(_) => continue,
            }
            names.insert(name);
        }
        for entry in fs::read_dir(&to).map_err(Error::io("read", &to))? {
            let entry = entry.map_err(Error::io("read", &to))?;
            if !names.contains(&entry.file_name()) {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    fn file(&self, at: &Path, found: &Metadata) -> Result<(), Error> {
        let (from, to) = (self.source.join(at), self.folder.join(at));
        let standing = fs::symlink_metadata(&to).ok();
        let done = if unchanging(at) {
            if standing.is_some_and(|standing| standing.ino() == found.ino()) {
                return Ok(());
            }
            remove(&to)?;
            fs::hard_link(&from, &to)
        } else {
            let same = standing.is_some_and(|standing| {
                standing.len() == found.len() && standing.modified().ok() == found.modified().ok()
            });
            if same {
                return Ok(());
            }
            copy(&from, &to)
        };
        match done {
            // It went meanwhile, as parts of tables do when they have been merged into others.
            Err(error) if error.kind() == ErrorKind::NotFound => remove(&to),
            done => done.map_err(Error::io("copy", &from)),
        }
    }

    /// Every file of the image, from its folder, in order.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        walk(&self.folder, &mut files)?;
        let plain = files.iter().map(|file| file.strip_prefix(&self.folder));
        let mut files: Vec<PathBuf> = plain.flatten().map(Path::to_owned).collect();
        files.sort();
        Ok(files)
    }

    /// Where the image's files are.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // The next one sweeps what is left.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The date goes along, by which a later pass tells whether there is more.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let dated = fs::metadata(from)?.modified()?;
    fs::copy(from, to)?;
    fs::File::options()
        .write(true)
        .open(to)?
        .set_modified(dated)
}

/// Files that are written once, under a name that is not given again: artifacts, and the parts of the
/// event store's tables (`events/store/<3 digits>/<table>/<part>/<file>`), whose logs alone grow.
fn unchanging(at: &Path) -> bool {
    let parts: Vec<_> = at.iter().map(|part| part.to_string_lossy()).collect();
    match parts.first().map(AsRef::as_ref) {
        Some("artifacts") => true,
        Some("events") => {
            parts.len() > 5 && parts[1] == "store" && parts[4] != "deduplication_logs"
        }
        _ => false,
    }
}

/// What is not there yet, or not any more.
fn passing(name: &str) -> bool {
    name.starts_with("tmp_") || name.starts_with("delete_tmp_") || name.starts_with(".draft-")
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.map_err(Error::io("remove", path))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    fn texts(image: &Image) -> Vec<(String, String)> {
        let read = |file: PathBuf| {
            let text = fs::read_to_string(image.path().join(&file)).unwrap();
            (file.display().to_string(), text)
        };
        image.files().unwrap().into_iter().map(read).collect()
    }

    #[test]
    fn an_image_follows_until_it_is_left_alone() {
        let data = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = data.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let part = "events/store/abc/table/part_1/data.bin";
        for (path, text) in [
            ("LOCK", "1"),
            ("keys/root.key", "secret"),
            ("bus/raw/1.log", "a"),
            (part, "rows"),
            ("events/store/abc/table/tmp_merge_2/data.bin", "half"),
            ("events/store/abc/table/deduplication_logs/1.txt", "x"),
            ("other/file", "kept elsewhere"),
        ] {
            write(path, text);
        }
        let image = Image::of(data.path(), &["other"]).unwrap();
        image.follow(LIMIT).unwrap();
        write("bus/raw/1.log", "ab");
        write("bus/raw/2.log", "c");
        write("events/store/abc/table/deduplication_logs/1.txt", "xy");
        write("events/store/abc/table/part_2/data.bin", "more rows");
        fs::remove_file(data.path().join(part)).unwrap();
        image.follow(LIMIT).unwrap();
        write("bus/raw/1.log", "abc");
        fs::remove_dir_all(data.path().join("events")).unwrap();
        let want = [
            ("bus/raw/1.log", "ab"),
            ("bus/raw/2.log", "c"),
            ("events/store/abc/table/deduplication_logs/1.txt", "xy"),
            ("events/store/abc/table/part_2/data.bin", "more rows"),
        ];
        let want = want.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(texts(&image), want);
        let folder = image.path().to_owned();
        drop(image);
        assert!(!folder.exists());
    }

    #[test]
    fn it_ends_in_time() {
        let data = tempfile::tempdir().unwrap();
        let image = Image::of(data.path(), &[]).unwrap();
        let late = image.follow(Duration::ZERO);
        assert!(matches!(late, Err(Error::TooBusy { seconds: 0 })));
    }
}
