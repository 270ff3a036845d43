//! gzip and zstd, with a cap on what comes out.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;

const BUFFER_BYTES: usize = 64 * 1024;
/// A zstd stream may ask for a window of at most 2^27 bytes.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How a stream is packed, told from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

/// How much a compressed stream may unpack to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many bytes.
    pub bytes: u64,
    /// At most so many times the packed size, once [`Limits::ratio_after`] bytes came out.
    pub ratio: u64,
    /// Small streams may have any ratio.
    pub ratio_after: u64,
}

impl Default for Limits {
    /// For files that an operator imports: 1 TiB, and 200 times the packed size beyond 64 MiB.
    fn default() -> Self {
        Self {
            bytes: 1 << 40,
            ratio: 200,
            ratio_after: 64 << 20,
        }
    }
}

impl Compression {
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// `gzip`, `zstd` or `plain`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Reads `packed` unpacked. Reading fails with an [`Error`] inside the [`io::Error`] when a limit is passed.
///
/// # Errors
/// When the first bytes cannot be read.
pub fn unpacked<'r>(
    mut packed: impl BufRead + Send + 'r,
    limits: Limits,
) -> Result<(Compression, Box<dyn Read + Send + 'r>), Error> {
    let kind = Compression::of(packed.fill_buf().map_err(Error::Read)?);
    if kind == Compression::None {
        return Ok((kind, Box::new(packed)));
    }
    let read = Arc::new(AtomicU64::new(0));
    let counted = BufReader::with_capacity(
        BUFFER_BYTES,
        Counted {
            inner: packed,
            read: Arc::clone(&read),
        },
    );
    let inner: Box<dyn Read + Send + 'r> = match kind {
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(counted)),
        _ => {
            let mut decoder = zstd::Decoder::with_buffer(counted).map_err(Error::Read)?;
            decoder
                .window_log_max(ZSTD_WINDOW_LOG)
                .map_err(Error::Read)?;
            Box::new(decoder)
        }
    };
    Ok((
        kind,
        Box::new(Capped {
            inner,
            kind,
            limits,
            packed: read,
            unpacked: 0,
        }),
    ))
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

struct Capped<'r> {
    inner: Box<dyn Read + Send + 'r>,
    kind: Compression,
    limits: Limits,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl Capped<'_> {
    fn exceeded(&self) -> Option<String> {
        let Limits {
            bytes,
            ratio,
            ratio_after,
        } = self.limits;
        if self.unpacked > bytes {
            return Some(format!("{bytes} bytes"));
        }
        let stretched = self.unpacked > self.packed.load(Ordering::Relaxed).saturating_mul(ratio);
        (self.unpacked > ratio_after && stretched).then(|| format!("{ratio} times its size"))
    }
}

impl Read for Capped<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into).map_err(|source| {
            let (format, unpacked) = (self.kind.name(), self.unpacked);
            io::Error::other(Error::Unpack {
                format,
                unpacked,
                source,
            })
        })?;
        self.unpacked += count as u64;
        match self.exceeded() {
            Some(limit) => Err(io::Error::other(Error::Bomb {
                format: self.kind.name(),
                limit,
            })),
            None => Ok(count),
        }
    }
}

/// The crate's own error when a reader of this module made the I/O error.
pub(crate) fn own_error(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(own) => own,
        Err(other) => Error::Read(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(packed: &[u8], limits: Limits) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        unpacked(packed, limits)?
            .1
            .read_to_end(&mut out)
            .map_err(own_error)?;
        Ok(out)
    }

    #[test]
    fn every_packing_is_recognised_and_unpacked() {
        let two_members = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(
            read(&two_members, Limits::default()).unwrap(),
            b"one\ntwo\n"
        );
        let packed = zstd::encode_all(&b"three\n"[..], 3).unwrap();
        assert_eq!(read(&packed, Limits::default()).unwrap(), b"three\n");
        assert_eq!(read(b"four\n", Limits::default()).unwrap(), b"four\n");
    }

    #[test]
    fn a_bomb_is_refused_before_it_fills_memory() {
        let limits = Limits {
            bytes: 1 << 40,
            ratio: 100,
            ratio_after: 1 << 20,
        };
        let zeros = vec![0; 8 << 20];
        for bomb in [gzip(&zeros), zstd::encode_all(&zeros[..], 3).unwrap()] {
            assert!(matches!(read(&bomb, limits), Err(Error::Bomb { .. })));
            let by_size = Limits {
                bytes: 1000,
                ..Limits::default()
            };
            assert!(matches!(read(&bomb, by_size), Err(Error::Bomb { .. })));
        }
    }

    #[test]
    fn a_cut_stream_says_so() {
        let noise: Vec<u8> = (0..200_000_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        let packed = gzip(&noise);
        assert!(matches!(
            read(&packed[..packed.len() / 2], Limits::default()),
            Err(Error::Unpack { .. })
        ));
    }
}
