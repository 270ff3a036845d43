//! The rules in force: those that come with AuroraSOC, configured folders, and imported ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aurora_detect::RuleHandle;
use aurora_detect::correlate::Limits;
use aurora_rules::{Options, RuleSet, SourceFiles};

use crate::Error;

/// Where rules come from. Cheap to clone.
#[derive(Clone)]
pub struct RuleBook {
    shipped: bool,
    folders: Arc<[PathBuf]>,
    /// The folder that imports go to.
    imported: PathBuf,
    handle: RuleHandle,
}

impl RuleBook {
    /// Loads everything. Rules that do not compile are problems of the set, not errors.
    ///
    /// # Errors
    /// When a configured folder cannot be listed.
    pub fn open(
        shipped: bool,
        folders: Vec<PathBuf>,
        imported: PathBuf,
        limits: Limits,
    ) -> Result<Self, Error> {
        let set = load(shipped, &folders, &imported)?;
        Ok(Self {
            shipped,
            folders: folders.into(),
            imported,
            handle: RuleHandle::with(set, limits),
        })
    }

    pub fn handle(&self) -> RuleHandle {
        self.handle.clone()
    }

    /// The folder that imports go to.
    pub fn imported(&self) -> &Path {
        &self.imported
    }

    /// Reads everything again and swaps it in as a whole.
    ///
    /// # Errors
    /// When a folder cannot be listed; then the old rules stay in force.
    pub fn reload(&self) -> Result<(), Error> {
        self.handle.swap(self.read()?);
        Ok(())
    }

    /// Reads everything again and puts nothing in force.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn read(&self) -> Result<RuleSet, Error> {
        load(self.shipped, &self.folders, &self.imported)
    }

    /// The texts of everything, in the order in which they are loaded.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn sources(&self) -> Result<SourceFiles, Error> {
        sources(self.shipped, &self.folders, &self.imported)
    }

    /// Puts a set in force that was read before.
    pub fn swap(&self, set: RuleSet) {
        self.handle.swap(set);
    }
}

fn load(shipped: bool, folders: &[PathBuf], imported: &Path) -> Result<RuleSet, Error> {
    Ok(sources(shipped, folders, imported)?.compile(Options::default()))
}

fn sources(shipped: bool, folders: &[PathBuf], imported: &Path) -> Result<SourceFiles, Error> {
    let mut files = SourceFiles::default();
    if shipped {
        files.extend(aurora_shipped::rules().map(|(name, text)| (format!("shipped/{name}"), text)));
    }
    for folder in folders.iter().map(PathBuf::as_path).chain([imported]) {
        files.read(folder).map_err(|source| Error::Rules {
            path: folder.to_owned(),
            source,
        })?;
    }
    Ok(files)
}
