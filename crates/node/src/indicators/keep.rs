use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use aurora_artifacts::Digest;
use aurora_indicators::Set;
use aurora_model::Context;
use bytes::Bytes;

use super::compile::{Compiled, Draft};
use super::{Entry, Shared};

/// Bytes of one artifact.
const PIECE: usize = 8 << 20;

/// Why indicators cannot be kept or had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("there is no indicator set `{0}`")]
    NoSuchSource(String),
    #[error("another import of indicators runs")]
    Busy,
    #[error("the import was cut off")]
    CutOff,
    #[error("`{0}` is no file")]
    NoFile(String),
    #[error(transparent)]
    Indicators(#[from] aurora_indicators::Error),
    #[error("cannot use a file of indicators")]
    File(#[source] io::Error),
    #[error("the records store failed")]
    Records(#[from] aurora_records::Error),
    #[error("the artifact store failed")]
    Artifacts(#[from] aurora_artifacts::Error),
    #[error("an entry does not hold what this release writes")]
    Entry(#[source] serde_json::Error),
    #[error("artifact {0} is missing: import the source again")]
    Missing(String),
    #[error("the artifacts make up another set: import the source again")]
    Other,
}

pub(super) fn digest(piece: &str) -> Result<Digest, KeepError> {
    Digest::parse(piece).ok_or_else(|| KeepError::Missing(piece.to_owned()))
}

impl Shared {
    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.set"))
    }

    /// The set's file, as artifacts.
    pub(super) async fn put(
        &self,
        context: &Context,
        compiled: &Compiled,
    ) -> Result<Vec<String>, KeepError> {
        let mut file = File::open(&compiled.draft.path).map_err(KeepError::File)?;
        let mut pieces = Vec::new();
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = Read::by_ref(&mut file)
                .take(PIECE as u64)
                .read_to_end(&mut piece);
            if read.map_err(KeepError::File)? == 0 {
                return Ok(pieces);
            }
            let digest = self.artifacts.put(context, Bytes::from(piece)).await?;
            pieces.push(digest.to_string());
        }
    }

    /// Gives the file of a kept set its name.
    pub(super) fn place(&self, compiled: &mut Compiled, id: &str) -> Result<(), KeepError> {
        std::fs::rename(&compiled.draft.path, self.path(id)).map_err(KeepError::File)?;
        compiled.draft.placed = true;
        Ok(())
    }

    /// The set of an entry, from its file or from its artifacts.
    pub(super) async fn restore(&self, entry: &Entry) -> Result<Arc<Set>, KeepError> {
        let path = self.path(&entry.id);
        if let Ok(file) = File::open(&path)
            && let Ok(set) = Set::open(Arc::new(file))
            && set.id() == entry.id
        {
            return Ok(Arc::new(set));
        }
        let mut draft = Draft {
            path: path.with_extension("draft"),
            placed: false,
        };
        let mut file = File::create(&draft.path).map_err(KeepError::File)?;
        for piece in &entry.pieces {
            let found = self.artifacts.get(&self.scope, digest(piece)?).await?;
            let bytes = found.ok_or_else(|| KeepError::Missing(piece.clone()))?;
            file.write_all(&bytes).map_err(KeepError::File)?;
        }
        file.sync_all().map_err(KeepError::File)?;
        let set = Set::open(Arc::new(File::open(&draft.path).map_err(KeepError::File)?))?;
        if set.id() != entry.id {
            return Err(KeepError::Other);
        }
        std::fs::rename(&draft.path, &path).map_err(KeepError::File)?;
        draft.placed = true;
        Ok(Arc::new(set))
    }

    pub(super) fn drop_file(&self, id: &str) -> Result<(), KeepError> {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(KeepError::File(error)),
            _ => Ok(()),
        }
    }

    /// Removes files that nobody names: drafts that a crash left, and sets that were replaced.
    pub(super) fn sweep<'e>(&self, ids: impl Iterator<Item = &'e str>) -> Result<(), KeepError> {
        let kept: BTreeSet<PathBuf> = ids.map(|id| self.path(id)).collect();
        for found in std::fs::read_dir(&self.folder).map_err(KeepError::File)? {
            let path = found.map_err(KeepError::File)?.path();
            if !kept.contains(&path) {
                std::fs::remove_file(&path).map_err(KeepError::File)?;
            }
        }
        Ok(())
    }
}
