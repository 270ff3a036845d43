//! The blocking half of an import: from the file to batches.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use aurora_clock::Timestamp;
use aurora_formats::{Compression, Cut, Cutter, Framed, Framer, Item, Limits, auditd_event};

use crate::Error;
use crate::acceptor::record;

/// What the reader has to say.
pub(super) enum Read {
    Head { format: String, packed: bool },
    Batch { cut: Cut, errors: u64 },
}

/// Reads `path` from `offset` to its end, or until `sink` says that nobody listens.
pub(super) fn read(
    path: &Path,
    offset: u64,
    now: &dyn Fn() -> Timestamp,
    sink: &mut dyn FnMut(Read) -> bool,
) -> Result<(), Error> {
    let file = File::open(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let failed = |source| Error::Frame {
        path: path.to_owned(),
        source,
    };
    let input = BufReader::with_capacity(256 * 1024, file);
    let framer = Framer::resume(input, Limits::default(), offset).map_err(failed)?;
    let packed = framer.compression() != Compression::None;
    let format = format!("{:?}", framer.format()).to_lowercase();
    if !sink(Read::Head { format, packed }) {
        return Ok(());
    }
    let mut cutter = Cutter::new(auditd_event);
    let mut errors = 0;
    for framed in framer {
        // What was framed before the error is whole and is kept; the error then ends the job.
        let framed = match framed {
            Ok(framed) => framed,
            Err(error) => {
                if let Some(cut) = cutter.finish() {
                    sink(Read::Batch { cut, errors });
                }
                return Err(failed(error));
            }
        };
        errors += u64::from(!matches!(framed, Framed::Record { .. }));
        let item = Item {
            next: framed.next(),
            record: record(framed, now()),
        };
        if let Some(cut) = cutter.push(item)
            && !sink(Read::Batch {
                cut,
                errors: std::mem::take(&mut errors),
            })
        {
            return Ok(());
        }
    }
    if let Some(cut) = cutter.finish() {
        sink(Read::Batch { cut, errors });
    }
    Ok(())
}
