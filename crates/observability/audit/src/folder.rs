use std::path::Path;
use std::sync::Arc;

use aurora_disk::{Disk, Kind as What};
use sha2::{Digest as _, Sha256};

use crate::proof::{self, Nodes};
use crate::tree::root_of;
use crate::{Checkpoint, Error, Hash, Kept, Kind, Proof, Signed, Tile, VerifierKey, bundle};

/// The newest signed tree head.
pub const CHECKPOINT: &str = "checkpoint";
/// Where earlier releases kept the newest tree head that witnesses had cosigned, whoever they were. It is read.
pub const WITNESSED: &str = "witnessed";
/// The folder with the newest tree head that each witness has cosigned, a file for each.
const WITNESSES: &str = "witnesses";
/// Bytes of a name's hash that name its file.
const NAME: usize = 16;
/// The log's own key, in the open.
pub const KEY: &str = "log.vkey";

/// Where the newest tree head stands that the witness of that name has cosigned: `witnesses/` and the first 32
/// digits of the name's SHA-256.
pub fn witness_file(name: &str) -> String {
    let hash = Sha256::digest(name);
    let digits = hash[..NAME].iter().map(|byte| format!("{byte:02x}"));
    format!("{WITNESSES}/{}", digits.collect::<String>())
}

/// Whether a file may be one of [`witness_file`].
pub(crate) fn is_witness_file(path: &str) -> bool {
    let name = path.strip_prefix(WITNESSES);
    let digits = name.and_then(|name| name.strip_prefix('/'));
    digits.is_some_and(|digits| {
        digits.len() == 2 * NAME
            && digits
                .bytes()
                .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A folder of the log, for reading.
#[derive(Clone)]
pub struct Folder {
    disk: Arc<dyn Disk>,
}

impl Folder {
    /// The folder is the disk's root.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk }
    }

    /// A whole file, `None` when it is missing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        match aurora_disk::read(self.disk.as_ref(), Path::new(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(aurora_disk::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A tile's bytes. Where a partial one has gone because the tile is full by now, the full one
    /// serves: `true` with it.
    ///
    /// # Errors
    /// [`Error::Missing`], or when it cannot be read.
    fn tile(&self, tile: Tile) -> Result<(Vec<u8>, bool), Error> {
        let path = tile.to_string();
        if let Some(bytes) = self.read(&path)? {
            return Ok((bytes, tile.is_full()));
        }
        match self.read(&tile.full().to_string())? {
            Some(bytes) if !tile.is_full() => Ok((bytes, true)),
            _ => Err(Error::Missing { path }),
        }
    }

    /// A tile's bytes, as wide as it is, also when it has grown full since.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Malformed`], or when it cannot be read.
    pub fn exact(&self, tile: Tile) -> Result<Vec<u8>, Error> {
        let (bytes, full) = self.tile(tile)?;
        if !full || tile.is_full() {
            return Ok(bytes);
        }
        let width = usize::from(tile.width);
        Ok(match tile.kind {
            Kind::Hashes(_) => bundle::encode_hashes(&bundle::decode_hashes(&bytes, 256)?[..width]),
            Kind::Entries => bundle::encode_entries(&bundle::decode_entries(&bytes, 256)?[..width]),
            Kind::Records => bundle::encode_records(&bundle::decode_records(&bytes, 256)?[..width]),
        })
    }

    /// The hashes of a tile, as many as it is wide.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Malformed`], or when it cannot be read.
    pub fn hashes(&self, tile: Tile) -> Result<Vec<Hash>, Error> {
        bundle::decode_hashes(&self.exact(tile)?, tile.width)
    }

    /// The newest checkpoint of the log with this key.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Malformed`], [`Error::NotSigned`], or when it cannot be read.
    pub fn head(&self, key: &VerifierKey) -> Result<Signed, Error> {
        let bytes = self.read(CHECKPOINT)?.ok_or_else(|| Error::Missing {
            path: CHECKPOINT.to_owned(),
        })?;
        Signed::open(&bytes, key)
    }

    /// Every tree head that witnesses have cosigned, with the file that it stands in.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn cosigned(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut paths = vec![WITNESSED.to_owned()];
        match self.disk.list(Path::new(WITNESSES)) {
            Ok(entries) => {
                let entries = entries.into_iter();
                let entries = entries.map(|entry| format!("{WITNESSES}/{}", entry.name));
                paths.extend(entries.filter(|path| is_witness_file(path)));
            }
            Err(aurora_disk::Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let mut found = Vec::new();
        for path in paths {
            if let Some(bytes) = self.read(&path)? {
                found.push((path, bytes));
            }
        }
        Ok(found)
    }

    /// The newest tree heads that witnesses of the log with this key have cosigned, newest first; cosignatures of
    /// one head stand together below it, as many as a note may have.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::NotSigned`], or when one cannot be read.
    pub fn vouched(&self, key: &VerifierKey) -> Result<Vec<Signed>, Error> {
        let mut heads: Vec<Signed> = Vec::new();
        for (_, bytes) in self.cosigned()? {
            let opened = Signed::open(&bytes, key)?;
            match heads.iter_mut().find(|it| it.note.text == opened.note.text) {
                Some(known) => known.note.join(opened.note),
                None => heads.push(opened),
            }
        }
        heads.sort_by_key(|head| std::cmp::Reverse(head.checkpoint.size));
        Ok(heads)
    }

    /// The key that the folder itself names. Whoever can write the folder can name another.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Malformed`], or when it cannot be read.
    pub fn key(&self) -> Result<VerifierKey, Error> {
        let bytes = self.read(KEY)?.ok_or_else(|| Error::Missing {
            path: KEY.to_owned(),
        })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::malformed("a verifier key", "it is not UTF-8"))?;
        text.trim_end().parse()
    }

    /// Every file with its path, sorted. Empty folders are nothing.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn files(&self) -> Result<Vec<String>, Error> {
        let (mut files, mut folders) = (Vec::new(), vec![String::new()]);
        while let Some(folder) = folders.pop() {
            for entry in self.disk.list(Path::new(&folder))? {
                let path = match folder.as_str() {
                    "" => entry.name,
                    folder => format!("{folder}/{}", entry.name),
                };
                match entry.kind {
                    What::Dir => folders.push(path),
                    What::File => files.push(path),
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// The tree of a checkpoint's size.
    pub fn tree(&self, size: u64) -> Tree<'_> {
        Tree { folder: self, size }
    }

    /// Proves that the record with this index, from 0, is in the checkpoint's tree.
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; [`Error::Malformed`] also when the record was erased; or when it
    /// cannot be read.
    pub fn prove(&self, index: u64, head: &Signed) -> Result<Proof, Error> {
        let size = head.checkpoint.size;
        let path = proof::inclusion(&self.tree(size), index, size)?;
        Ok(Proof {
            slot: self.slot(index, size)?,
            index,
            path,
            checkpoint: head.note.to_string(),
        })
    }

    fn slot(&self, index: u64, size: u64) -> Result<Vec<u8>, Error> {
        let tile = Kind::Records.tile(index / 256, size);
        let tile = tile.ok_or(Error::OutOfRange { index, size })?;
        let bytes = self.exact(tile)?;
        let records = bundle::decode_records(&bytes, tile.width)?;
        match records.get((index % 256) as usize) {
            Some(Kept::Whole { blinding, record }) => Ok([&blinding[..], record].concat()),
            _ => Err(Error::malformed("a record", "it was erased")),
        }
    }

    /// Checks that the log at `old` is the beginning of the log at `new`, both of this folder.
    ///
    /// # Errors
    /// [`Error::NotProven`], [`Error::OutOfRange`], or when it cannot be read.
    pub fn continues(&self, old: &Checkpoint, new: &Checkpoint) -> Result<Vec<Hash>, Error> {
        let path = proof::consistency(&self.tree(new.size), old.size, new.size)?;
        proof::verify_consistency(old.size, old.root, new.size, new.root, &path)?;
        Ok(path)
    }
}

/// The nodes of the first `size` entries, from the tiles.
pub struct Tree<'a> {
    folder: &'a Folder,
    size: u64,
}

impl Nodes for Tree<'_> {
    fn node(&self, level: u8, index: u64) -> Result<Hash, Error> {
        // Of a tile at or below the level, `2^within` neighbours.
        let (tile_level, within) = (level / 8, level % 8);
        let first = index << within;
        let tile = Kind::Hashes(tile_level).tile(first / 256, self.size);
        let tile = tile.ok_or(Error::OutOfRange {
            index,
            size: self.size,
        })?;
        let hashes = self.folder.hashes(tile)?;
        let first = (first % 256) as usize;
        let wanted = hashes.get(first..first + (1 << within));
        wanted.map(root_of).ok_or(Error::OutOfRange {
            index,
            size: self.size,
        })
    }
}
