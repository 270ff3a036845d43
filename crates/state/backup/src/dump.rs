//! The records as lines of JSON, compressed: readable without us, and by every adapter.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use aurora_records::archive::{Entry, Filling, Moment};

use crate::Error;
use crate::files::create;

/// Entries that are added at a time.
const STEP: usize = 1_000;

/// Far more than any entry has.
const MAX_LINE: u64 = 256 << 20;

/// Writes a moment to a new file; how many entries there are.
///
/// # Errors
/// When the store fails, or the file cannot be written.
pub async fn write(mut moment: Box<dyn Moment>, path: &Path) -> Result<u64, Error> {
    let failed = || Error::io("write", path);
    let out = BufWriter::new(create(path)?);
    let mut out = zstd::Encoder::new(out, 3).map_err(failed())?;
    let mut count = 0;
    loop {
        let entries = moment.next().await?;
        if entries.is_empty() {
            break;
        }
        for entry in &entries {
            serde_json::to_writer(&mut out, entry)
                .map_err(std::io::Error::from)
                .and_then(|()| out.write_all(b"\n"))
                .map_err(failed())?;
        }
        count += entries.len() as u64;
    }
    let out = out.finish().map_err(failed())?;
    let file = out.into_inner().map_err(|error| failed()(error.into()))?;
    file.sync_all().map_err(Error::io("sync", path))?;
    Ok(count)
}

/// Reads a file into a store that is being filled; how many entries there were.
///
/// # Errors
/// [`Error::Damaged`], or when the store fails.
pub async fn read(path: &Path, mut filling: Box<dyn Filling>) -> Result<u64, Error> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let lines = zstd::Decoder::new(file).map_err(Error::io("read", path))?;
    let mut lines = BufReader::new(lines);
    let (mut count, mut line) = (0, Vec::new());
    loop {
        let mut entries = Vec::new();
        while entries.len() < STEP {
            line.clear();
            let mut rest = (&mut lines).take(MAX_LINE);
            let read = rest.read_until(b'\n', &mut line);
            if read.map_err(Error::io("read", path))? == 0 {
                break;
            }
            let entry: Entry =
                serde_json::from_slice(&line).map_err(|error| Error::damaged(path, error))?;
            entries.push(entry);
        }
        if entries.is_empty() {
            filling.finish().await?;
            return Ok(count);
        }
        count += entries.len() as u64;
        filling.add(entries).await?;
    }
}
