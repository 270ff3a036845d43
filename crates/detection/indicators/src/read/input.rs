use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::{Format, Options, Report, Sink, read};
use crate::{Error, Indicator};

/// Bytes of a file by which its format is told.
const BEGINNING: usize = 1 << 16;

/// Told how many more bytes were read.
pub type Progress<'p> = dyn FnMut(u64) + 'p;

/// Reads a file, an indicator at a time.
///
/// # Errors
/// When the file cannot be read, is not of its format, or `add` fails.
pub fn from_path(
    path: &Path,
    options: &Options,
    report: &mut Report,
    progress: &mut Progress<'_>,
    add: &mut dyn FnMut(&Indicator) -> Result<(), Error>,
) -> Result<(), Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|source| Error::Read {
        name: name.clone(),
        source,
    })?;
    let counted = Counted { file, progress };
    let mut sink = Sink::new(&name, options, report, add);
    all(
        BufReader::with_capacity(BEGINNING, counted),
        path,
        &mut sink,
    )
}

/// As [`from_path`], of a text that came with a request.
///
/// # Errors
/// As [`from_path`].
pub fn from_text(
    name: &str,
    text: &str,
    options: &Options,
    report: &mut Report,
    add: &mut dyn FnMut(&Indicator) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut sink = Sink::new(name, options, report, add);
    all(text.as_bytes(), Path::new(name), &mut sink)
}

fn all(mut input: impl BufRead, path: &Path, sink: &mut Sink<'_>) -> Result<(), Error> {
    let beginning = input.fill_buf().map_err(|error| sink.unreadable(error))?;
    let marked = beginning.starts_with(b"\xef\xbb\xbf");
    let format = match sink.options.format {
        Format::Auto => tell(beginning, path),
        named => named,
    };
    if marked {
        input.consume(3);
    }
    read(format, &mut input, sink)
}

/// What a file is, by its beginning and its name.
fn tell(beginning: &[u8], path: &Path) -> Format {
    let text = String::from_utf8_lossy(beginning);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with(['{', '[']) && !text.starts_with("[.") {
        let stix = ["\"bundle\"", "\"spec_version\"", "\"pattern_type\""];
        let misp = ["\"Event\"", "\"Attribute\"", "\"to_ids\""];
        if stix.iter().any(|word| text.contains(word)) {
            return Format::Stix;
        }
        if misp.iter().any(|word| text.contains(word)) {
            return Format::Misp;
        }
        return Format::Stix;
    }
    let named_csv = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    if named_csv || first.is_some_and(super::table::is_header) {
        Format::Csv
    } else {
        Format::List
    }
}

struct Counted<'p, 'q> {
    file: File,
    progress: &'p mut Progress<'q>,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        (self.progress)(count as u64);
        Ok(count)
    }
}
