//! The compressions of a request's body, with a cap on what comes out.

use std::borrow::Cow;
use std::io::{self, Read};

use aurora_formats::{Compression, Limits};

use crate::Error;

const SNAPPY_STREAM: &[u8] = b"\xff\x06\x00\x00sNaPpY";

/// How a body is packed, as its `Content-Encoding` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Nothing was said: gzip and zstd are told from the first bytes.
    Unsaid,
    Plain,
    Gzip,
    /// In zlib's wrapping as RFC 9110 has it, or bare as some senders have it.
    Deflate,
    Zstd,
    /// A snappy stream, or a single block.
    Snappy,
}

impl Encoding {
    /// From the header's value.
    ///
    /// # Errors
    /// [`Error::Encoding`] for any other, and for several on top of one another.
    pub fn parse(header: Option<&str>) -> Result<Self, Error> {
        let Some(header) = header else {
            return Ok(Self::Unsaid);
        };
        match header.trim().to_ascii_lowercase().as_str() {
            "" => Ok(Self::Unsaid),
            "identity" | "none" => Ok(Self::Plain),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" | "zlib" => Ok(Self::Deflate),
            "zstd" => Ok(Self::Zstd),
            "snappy" | "x-snappy-framed" => Ok(Self::Snappy),
            _ => Err(Error::Encoding(header.to_owned())),
        }
    }
}

/// The body unpacked, at most `limit` bytes of it; `grow` is asked before memory is taken for so
/// many more.
///
/// # Errors
/// [`Error::Bomb`] beyond the limit, [`Error::Unpack`] for a broken body, and what `grow` says.
pub fn unpack<'b>(
    body: &'b [u8],
    encoding: Encoding,
    limit: u64,
    grow: &mut dyn FnMut(usize) -> Result<(), Error>,
) -> Result<Cow<'b, [u8]>, Error> {
    let packed = match encoding {
        Encoding::Plain => false,
        Encoding::Unsaid => Compression::of(body) != Compression::None,
        // Said, but not done: senders exist that set the header on plain text.
        Encoding::Gzip | Encoding::Zstd => Compression::of(body) != Compression::None,
        Encoding::Deflate | Encoding::Snappy => !body.is_empty(),
    };
    if !packed {
        return Ok(Cow::Borrowed(body));
    }
    let unpacked = match encoding {
        Encoding::Deflate if is_zlib(body) => {
            let reader = flate2::bufread::ZlibDecoder::new(body);
            read(reader, "deflate", limit, grow)
        }
        Encoding::Deflate => {
            let reader = flate2::bufread::DeflateDecoder::new(body);
            read(reader, "deflate", limit, grow)
        }
        Encoding::Snappy if body.starts_with(SNAPPY_STREAM) => {
            let reader = snap::read::FrameDecoder::new(body);
            read(reader, "snappy", limit, grow)
        }
        Encoding::Snappy => block(body, limit, grow),
        _ => {
            // The cap stands here; the reader's own limits must not come before it.
            let none = Limits {
                bytes: u64::MAX,
                ratio: u64::MAX,
                ratio_after: u64::MAX,
            };
            let (kind, reader) = aurora_formats::unpacked(body, none).map_err(|error| {
                let source = io::Error::other(error);
                let format = "compressed";
                Error::Unpack { format, source }
            })?;
            read(reader, kind.name(), limit, grow)
        }
    };
    unpacked.map(Cow::Owned)
}

/// RFC 1950: method 8 and a header divisible by 31.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..] if method & 15 == 8 && (u32::from(*method) << 8 | u32::from(*flags)) % 31 == 0)
}

fn read(
    mut reader: impl Read,
    format: &'static str,
    limit: u64,
    grow: &mut dyn FnMut(usize) -> Result<(), Error>,
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let count = reader
            .read(&mut chunk)
            .map_err(|source| Error::Unpack { format, source })?;
        if count == 0 {
            return Ok(out);
        }
        if (out.len() + count) as u64 > limit {
            return Err(Error::Bomb { limit });
        }
        grow(count)?;
        out.extend_from_slice(&chunk[..count]);
    }
}

fn block(
    body: &[u8],
    limit: u64,
    grow: &mut dyn FnMut(usize) -> Result<(), Error>,
) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::Unpack {
        format: "snappy",
        source: io::Error::other(error),
    };
    let length = snap::raw::decompress_len(body).map_err(failed)?;
    if length as u64 > limit {
        return Err(Error::Bomb { limit });
    }
    grow(length)?;
    let unpacked = snap::raw::Decoder::new().decompress_vec(body);
    unpacked.map_err(failed)
}
