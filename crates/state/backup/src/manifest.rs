use std::fs;
use std::path::Path;

use aurora_ids::Id128;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The newest form that this release reads, and the one that it writes.
pub const FORMAT: u32 = 1;

/// Written last: without it a folder holds no backup.
pub const MANIFEST: &str = "MANIFEST.json";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The release that took it.
    pub release: String,
    pub site: Id128,
    /// RFC 3339.
    pub taken: String,
    /// Whether a site was at work meanwhile.
    pub online: bool,
    /// Entries of the records store.
    pub entries: u64,
    /// Stores that keep their own backups, for people.
    pub elsewhere: Vec<String>,
    /// Every other file of the folder.
    pub files: Vec<Kept>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kept {
    /// From the folder, with `/`.
    pub path: String,
    pub bytes: u64,
    /// BLAKE3, 64 hexadecimal digits.
    pub digest: String,
}

/// As it stands in the file: the digest is that of the manifest's own text.
#[derive(Serialize, Deserialize)]
struct Signed<'m> {
    digest: String,
    #[serde(borrow)]
    manifest: &'m serde_json::value::RawValue,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Manifest {
    /// Writes it, and with it makes the folder a backup.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_string(self).expect("a manifest is plain data");
        let manifest = serde_json::value::RawValue::from_string(text).expect("it was just written");
        let signed = Signed {
            digest: blake3::hash(manifest.get().as_bytes()).to_string(),
            manifest: &manifest,
        };
        let text = serde_json::to_vec(&signed).expect("a manifest is plain data");
        crate::files::write_whole(&path, &text)
    }

    /// Reads what [`Manifest::write`] wrote. Paths are checked: none leaves the folder.
    ///
    /// # Errors
    /// [`Error::NoManifest`], [`Error::NewerFormat`], [`Error::Damaged`].
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoManifest {
                    path: folder.to_owned(),
                    name: MANIFEST,
                });
            }
            text => text.map_err(Error::io("read", &path))?,
        };
        let damaged = |error: serde_json::Error| Error::damaged(&path, error);
        let signed: Signed<'_> = serde_json::from_str(&text).map_err(damaged)?;
        let manifest = signed.manifest.get();
        if blake3::hash(manifest.as_bytes()).to_string() != signed.digest {
            return Err(Error::damaged(&path, "its text has another digest"));
        }
        let Format { format } = serde_json::from_str(manifest).map_err(damaged)?;
        if format > FORMAT {
            return Err(Error::NewerFormat {
                path,
                found: format,
                known: FORMAT,
            });
        }
        let manifest: Self = serde_json::from_str(manifest).map_err(damaged)?;
        for file in &manifest.files {
            let parts = file.path.split('/');
            if parts
                .into_iter()
                .any(|part| matches!(part, "" | "." | ".."))
            {
                return Err(Error::damaged(&path, format!("`{}` is no path", file.path)));
            }
        }
        Ok(manifest)
    }
}
