//! Which bytes of a file may be read now, and the records in them.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;

use aurora_clock::Timestamp;
use aurora_formats::{Cut, Cutter, Format, Framer, Item, auditd_event};
use aurora_listeners::record;

/// Read at a time.
const SECTION_BYTES: u64 = 1 << 20;
/// A line that is longer is cut here; it is beyond every limit and goes to the dead letter.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// How a section may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Where a line ends.
    Line,
    /// At the file's end: nobody writes to it any more.
    File,
    /// Here and nowhere else: it was announced so.
    At(u64),
}

/// Where the section ends that begins at `offset`; `None` when there is nothing whole yet.
pub(super) fn end(file: &File, offset: u64, size: u64, end: End) -> io::Result<Option<u64>> {
    match end {
        End::At(at) => return Ok(Some(at)),
        _ if size <= offset => return Ok(None),
        _ => {}
    }
    let mut chunk = vec![0; usize::try_from(SECTION_BYTES).expect("a section fits memory")];
    let first = read(file, &mut chunk, offset, size)?;
    if let Some(last) = memchr::memrchr(b'\n', first) {
        return Ok(Some(offset + last as u64 + 1));
    }
    let mut searched = offset + first.len() as u64;
    while searched < size && searched - offset < MAX_LINE_BYTES {
        let part = read(file, &mut chunk, searched, size)?;
        if let Some(first) = memchr::memchr(b'\n', part) {
            return Ok(Some(searched + first as u64 + 1));
        }
        if part.is_empty() {
            break;
        }
        searched += part.len() as u64;
    }
    let cut = searched - offset >= MAX_LINE_BYTES || end == End::File;
    Ok(cut.then_some(searched))
}

fn read<'c>(file: &File, chunk: &'c mut [u8], from: u64, size: u64) -> io::Result<&'c [u8]> {
    let length = usize::try_from(size - from)
        .unwrap_or(usize::MAX)
        .min(chunk.len());
    let mut filled = 0;
    while filled < length {
        match file.read_at(&mut chunk[filled..length], from + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(&chunk[..filled])
}

/// The records of a section in batches. With `hold_back`, lines at its end that belong to an event
/// whose other lines may still come are left for the next.
pub(super) fn cuts(
    file: &File,
    offset: u64,
    end: u64,
    at: Timestamp,
    hold_back: bool,
) -> Result<Vec<Cut>, aurora_formats::Error> {
    let read_error = aurora_formats::Error::Read;
    let mut file = file.try_clone().map_err(read_error)?;
    file.seek(SeekFrom::Start(offset)).map_err(read_error)?;
    let section = io::BufReader::new(file.take(end - offset));
    let mut items = Vec::new();
    for framed in Framer::at(section, Format::Lines, offset) {
        let framed = framed?;
        items.push(Item {
            next: framed.next(),
            record: record(framed, at),
        });
    }
    if hold_back {
        leave_open_event(&mut items);
    }
    let mut cutter = Cutter::new(auditd_event);
    let mut cuts: Vec<Cut> = items
        .into_iter()
        .filter_map(|item| cutter.push(item))
        .collect();
    cuts.extend(cutter.finish());
    Ok(cuts)
}

/// An auditd event ends with its EOE or PROCTITLE line.
fn leave_open_event(items: &mut Vec<Item>) {
    let Some(last) = items.last() else { return };
    let Some(event) = auditd_event(&last.record.body).map(<[u8]>::to_vec) else {
        return;
    };
    if [&b"type=EOE "[..], b"type=PROCTITLE "]
        .iter()
        .any(|ending| last.record.body.starts_with(ending))
    {
        return;
    }
    let same = |item: &&Item| auditd_event(&item.record.body) == Some(&event);
    let open = items.iter().rev().take_while(same).count();
    items.truncate(items.len() - open);
}
