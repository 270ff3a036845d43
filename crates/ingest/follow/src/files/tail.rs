use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_formats::Cut;
use aurora_ids::Id128;
use aurora_model::OriginId;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::identity::Identity;
use super::section::{self, End};
use crate::Error;

/// A program that renamed its file away may still write to it for so long.
const GRACE: Duration = Duration::from_secs(5);
/// The lines of one auditd event come within this time.
const EVENT_WITHIN: Duration = Duration::from_secs(2);

/// How far a file was read; kept in the records store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    version: u32,
    /// Drawn anew for every file and every time that one begins anew: two files with the same
    /// first lines never share a record's name.
    pub(crate) origin: OriginId,
    /// Everything before is durable.
    offset: u64,
    /// What stands between was announced, at `at`, and may be durable.
    announced: u64,
    at: Timestamp,
    /// Of the bytes before `offset`, and of those before `announced`.
    identity: Identity,
    after: Identity,
    /// Device and inode: all there is to know a file by of which nothing was read.
    inode: (u64, u64),
}

/// Records to hand over, and how far that brings us.
#[derive(Clone, Debug)]
pub struct Round {
    /// To be kept before anything is handed over.
    pub announced: Place,
    pub cuts: Vec<Cut>,
}

/// Follows one path. Sans bus and store: it says what comes next and is told when that is done.
///
/// Three things happen to a log. It is renamed and a new file takes its name: the open file is read
/// to its end first. It is copied and truncated: what was not read yet is read from the copy. It is
/// rewritten in place, or its inode goes to another file: the bytes that were read no longer stand
/// there, and reading begins anew.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    from_start: bool,
    place: Option<Place>,
    open: Option<Open>,
    /// Rotated files still to be read, oldest first.
    ahead: Vec<PathBuf>,
}

#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    size: u64,
    /// When the size last changed.
    grown: Timestamp,
    /// Since when the path names another file, or none.
    left: Option<Timestamp>,
}

impl Tail {
    /// `place` is what was kept last.
    pub fn new(path: PathBuf, from_start: bool, place: Option<Place>) -> Self {
        Self {
            path,
            from_start,
            place: place.filter(|place| place.version == Place::VERSION),
            open: None,
            ahead: Vec::new(),
        }
    }

    /// How far everything is durable, to be kept when there is nothing else to do.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What is to be handed over next; `None` when there is nothing new.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn next(&mut self, now: Timestamp) -> Result<Option<Round>, Error> {
        let next = self.look(now);
        next.map_err(|source| match source {
            Problem::Io(source) => Error::Read {
                path: self.path.clone(),
                source,
            },
            Problem::Frame(source) => Error::Frame {
                name: self.path.display().to_string(),
                source,
            },
        })
    }

    /// The round's records are durable.
    pub fn done(&mut self, round: Round) {
        let place = round.announced;
        self.place = Some(Place {
            offset: place.announced,
            identity: place.after,
            ..place
        });
    }

    fn look(&mut self, now: Timestamp) -> Result<Option<Round>, Problem> {
        loop {
            if self.open.is_none() && !self.begin(now)? {
                return Ok(None);
            }
            if let Some(round) = self.round(now)? {
                return Ok(Some(round));
            }
            if !self.moved_on(now)? {
                return Ok(None);
            }
        }
    }

    /// Opens what comes next: the file that was left in the middle, then rotated ones, then the
    /// path. `false` when there is none.
    fn begin(&mut self, now: Timestamp) -> io::Result<bool> {
        if self.place.is_some() && self.ahead.is_empty() {
            return self.resume(now);
        }
        let path = if self.ahead.is_empty() {
            self.path.clone()
        } else {
            self.ahead.remove(0)
        };
        let rotated = path != self.path;
        let Some((file, metadata)) = open(&path)? else {
            // A rotated file that went away meanwhile; the next one follows.
            return if rotated { self.begin(now) } else { Ok(false) };
        };
        let skip = !rotated && !self.from_start;
        let offset = if skip {
            whole_lines(&file, metadata.len())?
        } else {
            0
        };
        self.place = Place::new(&file, offset, now)?;
        // Only what is there at the very first sight is skipped.
        self.from_start = true;
        self.take(file, path, &metadata, now);
        Ok(true)
    }

    fn take(&mut self, file: File, path: PathBuf, metadata: &Metadata, now: Timestamp) {
        let left = (path != self.path).then_some(now);
        self.open = Some(Open {
            file,
            path,
            size: metadata.len(),
            grown: now,
            left,
        });
    }

    /// Finds the file that was read up to the place: at the path, or rotated away.
    fn resume(&mut self, now: Timestamp) -> io::Result<bool> {
        let Some(place) = self.place.clone() else {
            return Ok(false);
        };
        self.from_start = true;
        if let Some((file, metadata)) = open(&self.path)?
            && place.fits(&file, &metadata)?
        {
            let path = self.path.clone();
            self.take(file, path, &metadata, now);
            return Ok(true);
        }
        let siblings = siblings(&self.path)?;
        for (at, sibling) in siblings.iter().enumerate().rev() {
            let Some((file, metadata)) = open(sibling)? else {
                continue;
            };
            if place.fits(&file, &metadata)? {
                info!(path = %sibling.display(), "the rest of a rotated file is read");
                self.ahead = siblings[at + 1..].to_vec();
                self.take(file, sibling.clone(), &metadata, now);
                return Ok(true);
            }
        }
        if place.announced > 0 && !siblings.is_empty() {
            let path = self.path.display();
            warn!(%path, "what was read up to is in no file any more; reading begins anew");
        }
        self.place = None;
        Ok(true)
    }

    fn round(&mut self, now: Timestamp) -> Result<Option<Round>, Problem> {
        let (Some(open), Some(place)) = (&mut self.open, &self.place) else {
            return Ok(None);
        };
        let metadata = open.file.metadata()?;
        let size = metadata.len();
        if size != open.size {
            (open.size, open.grown) = (size, now);
        }
        if !place.fits(&open.file, &metadata)? {
            return Ok(self.begin_anew());
        }
        // The last line of a file that others have left is whole as it is.
        let left = open.left.is_some_and(|since| now.since(since) >= GRACE);
        let end = if place.announced > place.offset {
            End::At(place.announced)
        } else if left || open.path != self.path {
            End::File
        } else {
            End::Line
        };
        let at = match end {
            End::At(_) => place.at,
            _ => now,
        };
        let Some(until) = section::end(&open.file, place.offset, size, end)? else {
            return Ok(None);
        };
        let hold_back = end == End::Line && now.since(open.grown) < EVENT_WITHIN;
        let cuts = section::cuts(&open.file, place.offset, until, at, hold_back)?;
        let announced = match cuts.last() {
            Some(last) => last.next,
            None if hold_back => return Ok(None),
            None => until,
        };
        // Both are asked after reading: what was read between is of the file that we know.
        let after = Identity::at(&open.file, announced)?;
        let (true, Some(after)) = (place.fits(&open.file, &metadata)?, after) else {
            return Ok(self.begin_anew());
        };
        let announced = Place {
            announced,
            at,
            after,
            ..place.clone()
        };
        Ok(Some(Round { announced, cuts }))
    }

    /// What was read no longer stands there. The rest, if there is any, is in a copy.
    fn begin_anew(&mut self) -> Option<Round> {
        let path = self.path.display();
        info!(%path, "the file was cut short or rewritten");
        self.open = None;
        None
    }

    /// Whether there is something else to read now that this file gives nothing.
    fn moved_on(&mut self, now: Timestamp) -> io::Result<bool> {
        let Some(open) = &mut self.open else {
            // It was found to be another file: whatever is there is looked at again.
            return Ok(true);
        };
        let ours = open.file.metadata()?;
        let there = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => Some(other?),
        };
        let same = |there: &Metadata| inode(there) == inode(&ours);
        if there.as_ref().is_some_and(same) {
            open.left = None;
            return Ok(false);
        }
        let since = *open.left.get_or_insert(now);
        let rotated = open.path != self.path;
        if (!rotated && now.since(since) < GRACE) || there.is_none() && self.ahead.is_empty() {
            return Ok(false);
        }
        if self.ahead.is_empty() {
            self.ahead = newer(&self.path, &ours)?;
        }
        self.open = None;
        self.place = None;
        Ok(true)
    }
}

impl Place {
    const VERSION: u32 = 1;

    fn new(file: &File, offset: u64, now: Timestamp) -> io::Result<Option<Self>> {
        let identity = Identity::at(file, offset)?;
        let inode = inode(&file.metadata()?);
        Ok(identity.map(|identity| Self {
            version: Self::VERSION,
            origin: OriginId(Id128::random()),
            offset,
            announced: offset,
            at: now,
            identity,
            after: identity,
            inode,
        }))
    }

    /// Whether what was read, and what was announced, stands in this file.
    fn fits(&self, file: &File, metadata: &Metadata) -> io::Result<bool> {
        if self.announced == 0 {
            return Ok(inode(metadata) == self.inode);
        }
        Ok(self.identity.fits(file, self.offset)? && self.after.fits(file, self.announced)?)
    }
}

fn inode(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

enum Problem {
    Io(io::Error),
    Frame(aurora_formats::Error),
}

impl From<aurora_formats::Error> for Problem {
    fn from(error: aurora_formats::Error) -> Self {
        Self::Frame(error)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn open(path: &Path) -> io::Result<Option<(File, Metadata)>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(file) => {
            let metadata = file.metadata()?;
            Ok(metadata.is_file().then_some((file, metadata)))
        }
    }
}

/// Where the last whole line ends.
fn whole_lines(file: &File, size: u64) -> io::Result<u64> {
    let mut from = size;
    while from > 0 {
        let before = from.saturating_sub(4096);
        let mut bytes = vec![0; usize::try_from(from - before).expect("at most 4096")];
        std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, before)?;
        if let Some(at) = memchr::memrchr(b'\n', &bytes) {
            return Ok(before + at as u64 + 1);
        }
        from = before;
    }
    Ok(0)
}

/// Files beside the path that its rotation may have made, oldest first. Packed ones are not read:
/// whoever packs at once should let the last file be, as `delaycompress` does.
fn siblings(path: &Path) -> io::Result<Vec<PathBuf>> {
    const PACKED: [&str; 5] = [".gz", ".zst", ".xz", ".bz2", ".lz4"];
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy());
    let name = name.unwrap_or_default().into_owned();
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let other = entry.file_name().to_string_lossy().into_owned();
        let rest = other.strip_prefix(&name).unwrap_or_default();
        let rotated = rest.starts_with(['.', '-', '_']);
        if !rotated || PACKED.iter().any(|packed| other.ends_with(packed)) {
            continue;
        }
        match entry.metadata() {
            Ok(metadata) if metadata.is_file() => {
                found.push((metadata.mtime(), metadata.mtime_nsec(), entry.path()));
            }
            _ => {}
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, _, path)| path).collect())
}

/// Rotated files that were written after this one.
fn newer(path: &Path, than: &Metadata) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for sibling in siblings(path)? {
        let Ok(metadata) = fs::metadata(&sibling) else {
            continue;
        };
        let after = (metadata.mtime(), metadata.mtime_nsec()) > (than.mtime(), than.mtime_nsec());
        if after && metadata.ino() != than.ino() {
            found.push(sibling);
        }
    }
    Ok(found)
}
