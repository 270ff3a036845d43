//! The files of a log, to bytes and back. Every decoder takes exactly what the encoder writes.

use crate::record::MAX_BYTES;
use crate::{Entry, Error, Hash, Kept};

const HASHES: &str = "a tile of hashes";
const ENTRIES: &str = "a bundle of entries";
const RECORDS: &str = "a bundle of records";

/// A tile: its hashes, one after the other.
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// # Errors
/// [`Error::Malformed`] unless there are `width` hashes.
pub fn decode_hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, Error> {
    let (hashes, rest) = bytes.as_chunks::<{ Hash::LEN }>();
    if !rest.is_empty() || hashes.len() != usize::from(width) {
        return Err(Error::malformed(HASHES, "its length does not fit its name"));
    }
    Ok(hashes.iter().copied().map(Hash).collect())
}

/// A bundle of entries: each behind its length, 16 bits, big-endian.
pub fn encode_entries(entries: &[Entry]) -> Vec<u8> {
    const LEN: [u8; 2] = (Entry::LEN as u16).to_be_bytes();
    let mut bytes = Vec::with_capacity(entries.len() * (2 + Entry::LEN));
    for entry in entries {
        bytes.extend_from_slice(&LEN);
        bytes.extend_from_slice(entry.as_bytes());
    }
    bytes
}

/// # Errors
/// [`Error::Malformed`] unless there are `width` entries of ours, [`Error::Newer`].
pub fn decode_entries(mut bytes: &[u8], width: u16) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::with_capacity(usize::from(width));
    for _ in 0..width {
        let (len, rest) = bytes
            .split_first_chunk()
            .ok_or(Error::malformed(ENTRIES, "entries are missing"))?;
        let len = usize::from(u16::from_be_bytes(*len));
        let (entry, rest) = rest
            .split_at_checked(len)
            .ok_or(Error::malformed(ENTRIES, "its last entry is cut off"))?;
        entries.push(Entry::decode(entry)?);
        bytes = rest;
    }
    end(ENTRIES, bytes)?;
    Ok(entries)
}

/// A bundle of records: each behind its length, 32 bits, big-endian; blinding, then canonical
/// bytes. A length of 0 is a record that was erased.
pub fn encode_records<'a>(records: impl IntoIterator<Item = &'a Kept<'a>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for kept in records {
        match kept {
            Kept::Whole { blinding, record } => {
                let len = u32::try_from(blinding.len() + record.len())
                    .expect("a decision is far below 4 GiB");
                bytes.extend_from_slice(&len.to_be_bytes());
                bytes.extend_from_slice(blinding);
                bytes.extend_from_slice(record);
            }
            Kept::Erased => bytes.extend_from_slice(&[0; 4]),
        }
    }
    bytes
}

/// # Errors
/// [`Error::Malformed`] unless there are `width` records.
pub fn decode_records(mut bytes: &[u8], width: u16) -> Result<Vec<Kept<'_>>, Error> {
    let mut records = Vec::with_capacity(usize::from(width));
    for _ in 0..width {
        let (len, rest) = bytes
            .split_first_chunk()
            .ok_or(Error::malformed(RECORDS, "records are missing"))?;
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        let (slot, rest) = rest
            .split_at_checked(len)
            .ok_or(Error::malformed(RECORDS, "its last record is cut off"))?;
        records.push(decode_slot(slot)?);
        bytes = rest;
    }
    end(RECORDS, bytes)?;
    Ok(records)
}

/// A record as it stands in its bundle, without its length.
///
/// # Errors
/// [`Error::Malformed`].
pub fn decode_slot(slot: &[u8]) -> Result<Kept<'_>, Error> {
    if slot.is_empty() {
        return Ok(Kept::Erased);
    }
    let (blinding, record) = slot
        .split_first_chunk()
        .ok_or(Error::malformed(RECORDS, "a record is too short"))?;
    if record.is_empty() || record.len() > MAX_BYTES {
        return Err(Error::malformed(RECORDS, "a record is empty or too large"));
    }
    Ok(Kept::Whole {
        blinding: *blinding,
        record,
    })
}

fn end(what: &'static str, rest: &[u8]) -> Result<(), Error> {
    if rest.is_empty() {
        Ok(())
    } else {
        Err(Error::malformed(what, "something follows its last item"))
    }
}
