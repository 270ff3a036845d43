use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::filter::Filter;
use super::gates::Gates;
use super::layout::{GROUP, HEADER, Info, Layout, MAX_RECORDS, Part, Section};
use super::print::keyed;
use super::record::Record;
use crate::{About, Counts, Error, Indicator, Value};

/// Descriptions that are remembered so that the next like one is not written again.
const REMEMBERED: usize = 500_000;

/// Makes the compiled set of one source: [`Builder::add`] each indicator, then
/// [`Builder::finish`]. It holds the values in memory, about 50 bytes each, and what is told about
/// them in a file beside the set. The same indicators in the same order give the same bytes.
pub struct Builder {
    path: PathBuf,
    /// Encoded records in order of arrival.
    arena: Vec<u8>,
    entries: Vec<Entry>,
    gates: Gates,
    abouts: Abouts,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    print: u64,
    /// Into the arena.
    at: u64,
}

/// What [`Builder::finish`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Built {
    pub info: Info,
    /// Told before, with a span of time that covered this one's.
    pub duplicates: u64,
    pub bytes: u64,
}

impl Builder {
    /// The set will stand at `path`.
    ///
    /// # Errors
    /// When the file beside it cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            abouts: Abouts::create(&beside(path)).map_err(Error::Write)?,
            path: path.to_owned(),
            arena: Vec::new(),
            entries: Vec::new(),
            gates: Gates::default(),
        })
    }

    /// # Errors
    /// [`Error::TooLarge`], or when what is told about it cannot be written.
    pub fn add(&mut self, indicator: &Indicator) -> Result<(), Error> {
        if self.entries.len() as u64 >= MAX_RECORDS {
            return Err(Error::TooLarge {
                what: "indicators",
                limit: MAX_RECORDS,
            });
        }
        if let Value::Cidr(net) = indicator.value {
            self.gates.add(net);
        }
        let about = self.abouts.place(&indicator.about).map_err(Error::Write)?;
        let at = self.arena.len() as u64;
        let print = keyed(&indicator.value, |key| {
            let record = Record {
                key,
                confidence: indicator.confidence.min(100),
                validity: indicator.validity,
                about,
            };
            record.write(&mut self.arena);
            key.print()
        });
        self.entries.push(Entry { print, at });
        Ok(())
    }

    /// Writes the set and syncs it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<Built, Error> {
        self.entries.sort_unstable();
        let (kept, duplicates) = self.without_duplicates();
        self.entries = kept;
        let written = self.write();
        let aside = std::fs::remove_file(beside(&self.path));
        let (info, bytes) = written.map_err(Error::Write)?;
        aside.map_err(Error::Write)?;
        Ok(Built {
            info,
            duplicates,
            bytes,
        })
    }

    fn record(&self, entry: Entry) -> Record<'_> {
        record(&self.arena, entry)
    }

    /// Of records with one value, those go whose span of time another's covers.
    fn without_duplicates(&self) -> (Vec<Entry>, u64) {
        let mut kept: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for same in self.entries.chunk_by(|a, b| a.print == b.print) {
            if same.len() == 1 {
                kept.extend(same);
                continue;
            }
            let first = kept.len();
            let mut widest = same.to_vec();
            widest.sort_by_key(|entry| self.width(*entry));
            for entry in widest {
                let record = self.record(entry);
                let told = kept[first..].iter().any(|known| {
                    let known = self.record(*known);
                    known.key == record.key && known.validity.covers(&record.validity)
                });
                if !told {
                    kept.push(entry);
                }
            }
        }
        let duplicates = (self.entries.len() - kept.len()) as u64;
        (kept, duplicates)
    }

    /// Orders spans of time so that none is covered by a later one, the surest first of like ones.
    fn width(&self, entry: Entry) -> (i64, i64, u8, u64) {
        let record = self.record(entry);
        let from = record.validity.from.map_or(i64::MIN, |t| t.as_millis());
        let until = record.validity.until.map_or(i64::MAX, |t| t.as_millis());
        (
            from,
            -(until.max(-i64::MAX)),
            100 - record.confidence,
            entry.at,
        )
    }

    fn write(&mut self) -> io::Result<(Info, u64)> {
        let mut out = Sections::new(File::create(&self.path)?)?;
        let mut gates = Vec::new();
        self.gates.write(&mut gates);
        out.put(Part::Gates, |to| to.write_all(&gates))?;
        let mut filter = Filter::sized(self.entries.len() as u64);
        self.entries
            .iter()
            .for_each(|entry| filter.insert(entry.print));
        let words = || filter.blocks().iter().flatten();
        out.put(Part::Filter, |to| {
            words().try_for_each(|word| to.write_all(&word.to_le_bytes()))
        })?;
        let prints = self.entries.iter().map(|entry| entry.print);
        out.put(Part::Prints, |to| {
            prints
                .clone()
                .try_for_each(|print| to.write_all(&print.to_le_bytes()))
        })?;
        let (places, counts) = self.places();
        out.put(Part::Places, |to| {
            places
                .iter()
                .try_for_each(|place| to.write_all(&place.to_le_bytes()))
        })?;
        let told = self.abouts.finish()?;
        out.put(Part::Cold, |to| {
            for entry in &self.entries {
                to.write_all(encoded(&self.arena, *entry))?;
            }
            io::copy(&mut BufReader::new(told), to).map(drop)
        })?;
        let info = Info {
            records: self.entries.len() as u64,
            counts,
        };
        Ok((info, out.finish(info)?))
    }

    fn places(&self) -> (Vec<u64>, Counts) {
        let mut places = Vec::with_capacity(self.entries.len() / 8 + 2);
        let mut counts = Counts::default();
        let mut at = 0;
        for (index, entry) in (0_u64..).zip(&self.entries) {
            if index % GROUP == 0 {
                places.push(at);
            }
            counts.add(self.record(*entry).key.kind, 1);
            at += encoded(&self.arena, *entry).len() as u64;
        }
        places.push(at);
        (places, counts)
    }
}

fn record(arena: &[u8], entry: Entry) -> Record<'_> {
    let (record, _) = Record::read(&arena[index(entry)..]).expect("we wrote it");
    record
}

fn encoded(arena: &[u8], entry: Entry) -> &[u8] {
    let all = &arena[index(entry)..];
    let (_, rest) = Record::read(all).expect("we wrote it");
    &all[..all.len() - rest.len()]
}

fn index(entry: Entry) -> usize {
    usize::try_from(entry.at).expect("the arena is in memory")
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("told")
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("path", &self.path)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

/// The file of descriptions, in which like ones stand once.
struct Abouts {
    file: BufWriter<File>,
    known: HashMap<[u8; 16], u64>,
    len: u64,
}

impl Abouts {
    fn create(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 16, file),
            known: HashMap::new(),
            len: 0,
        })
    }

    fn place(&mut self, about: &About) -> io::Result<u64> {
        let text = serde_json::to_vec(about).expect("descriptions are plain data");
        let mut id = [0; 16];
        id.copy_from_slice(&blake3::hash(&text).as_bytes()[..16]);
        if let Some(place) = self.known.get(&id) {
            return Ok(*place);
        }
        let place = self.len;
        let len = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.file.write_all(&crc32fast::hash(&text).to_le_bytes())?;
        self.file.write_all(&len.to_le_bytes())?;
        self.file.write_all(&text)?;
        self.len += 8 + u64::from(len);
        if self.known.len() < REMEMBERED {
            self.known.insert(id, place);
        }
        Ok(place)
    }

    /// The file from its start.
    fn finish(&mut self) -> io::Result<File> {
        self.file.flush()?;
        let mut file = self.file.get_ref().try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

/// Writes sections one after the other, and the header when all of them are known.
struct Sections {
    file: BufWriter<File>,
    at: u64,
    done: [Section; 5],
}

impl Sections {
    fn new(file: File) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        file.write_all(&[0; HEADER])?;
        Ok(Self {
            file,
            at: HEADER as u64,
            done: [Section::default(); 5],
        })
    }

    fn put(
        &mut self,
        part: Part,
        write: impl FnOnce(&mut Summed<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut summed = Summed {
            file: &mut self.file,
            hash: blake3::Hasher::new(),
            len: 0,
            pending: Vec::with_capacity(PENDING),
        };
        write(&mut summed)?;
        summed.flush()?;
        let (len, sum) = (summed.len, *summed.hash.finalize().as_bytes());
        self.done[part as usize] = Section {
            start: self.at,
            len,
            sum,
        };
        self.at += len;
        Ok(())
    }

    fn finish(mut self, info: Info) -> io::Result<u64> {
        let layout = Layout {
            info,
            sections: self.done,
        };
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&layout.write())?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(self.at)
    }
}

/// Bytes gathered before they are hashed: the hash is slow in small pieces.
const PENDING: usize = 1 << 16;

struct Summed<'f> {
    file: &'f mut BufWriter<File>,
    hash: blake3::Hasher,
    len: u64,
    pending: Vec<u8>,
}

impl Write for Summed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PENDING {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash.update(&self.pending);
        self.len += self.pending.len() as u64;
        self.file.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }
}
