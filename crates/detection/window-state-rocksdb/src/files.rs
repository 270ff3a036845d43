//! The folder of a store and of a checkpoint.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aurora_window_state::{Error, FORMAT};

/// The database within a store's or a checkpoint's folder.
pub(crate) fn database(root: &Path) -> PathBuf {
    root.join("db")
}

/// A database that is being made and counts for nothing before it has its final name.
pub(crate) fn draft(root: &Path) -> PathBuf {
    root.join("db.new")
}

/// Makes sure that this release may open a folder; a new one gets its version.
pub(crate) fn prepare(root: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(root).map_err(Error::storage)?;
    if root.join("FORMAT").exists() {
        check(root)?;
    } else {
        mark(root)?;
    }
    match std::fs::remove_dir_all(draft(root)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::storage(error)),
        _ => Ok(()),
    }
}

pub(crate) fn mark(root: &Path) -> Result<(), Error> {
    let draft = root.join("FORMAT.new");
    std::fs::write(&draft, format!("{FORMAT}\n")).map_err(Error::storage)?;
    std::fs::rename(draft, root.join("FORMAT")).map_err(Error::storage)
}

pub(crate) fn check(root: &Path) -> Result<(), Error> {
    let damaged = |reason: &dyn std::fmt::Display| {
        Error::Damaged(format!("`{}`: {reason}", root.join("FORMAT").display()))
    };
    let text = std::fs::read_to_string(root.join("FORMAT")).map_err(|error| damaged(&error))?;
    match text.trim().parse::<u32>() {
        Ok(found) if found > FORMAT => Err(Error::NewerFormat {
            found,
            known: FORMAT,
        }),
        Ok(_) => Ok(()),
        Err(error) => Err(damaged(&error)),
    }
}

/// Takes a database's files to another folder. Tables never change and are linked where the file
/// system can; everything else is copied.
pub(crate) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        let target = to.join(name);
        let is_table = path.extension().is_some_and(|end| end == "sst");
        if !is_table || std::fs::hard_link(&path, &target).is_err() {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
