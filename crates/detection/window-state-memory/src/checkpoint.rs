//! A checkpoint is a folder of two files: `FORMAT`, and `windows` with every shard, little-endian:
//! `shard u16, epoch, offset, last_out, handed u64`, then keys and outbox, each as a count `u64`
//! and its entries as blocks of a length `u64` and bytes.

use std::collections::BTreeMap;
use std::path::Path;

use aurora_model::Shard;
use aurora_window_state::{Error, FORMAT, Head};

use crate::store::Kept;

const DATA: &str = "windows";

pub(crate) fn write(to: &Path, shards: &BTreeMap<Shard, Kept>) -> Result<(), Error> {
    let mut out = Vec::new();
    for (shard, kept) in shards {
        out.extend(shard.number().to_le_bytes());
        let Head {
            epoch,
            offset,
            last_out,
            handed,
        } = kept.head;
        for number in [epoch, offset, last_out, handed, kept.keys.len() as u64] {
            out.extend(number.to_le_bytes());
        }
        for (key, value) in &kept.keys {
            block(&mut out, key);
            block(&mut out, value);
        }
        out.extend((kept.outbox.len() as u64).to_le_bytes());
        for (seq, bytes) in &kept.outbox {
            out.extend(seq.to_le_bytes());
            block(&mut out, bytes);
        }
    }
    std::fs::create_dir(to).map_err(Error::storage)?;
    std::fs::write(to.join(DATA), out).map_err(Error::storage)?;
    std::fs::write(to.join("FORMAT"), format!("{FORMAT}\n")).map_err(Error::storage)
}

pub(crate) fn read(from: &Path) -> Result<BTreeMap<Shard, Kept>, Error> {
    let version = std::fs::read_to_string(from.join("FORMAT"));
    let version = version.map_err(|error| Error::Damaged(format!("FORMAT: {error}")))?;
    match version.trim().parse::<u32>() {
        Ok(FORMAT) => {}
        Ok(found) => {
            let known = FORMAT;
            return Err(Error::NewerFormat { found, known });
        }
        Err(error) => return Err(Error::Damaged(format!("FORMAT: {error}"))),
    }
    let bytes = std::fs::read(from.join(DATA)).map_err(Error::storage)?;
    let mut reader = Reader(&bytes);
    let mut shards = BTreeMap::new();
    while !reader.0.is_empty() {
        let shard = Shard::numbered(u16::from_le_bytes(reader.array()?));
        shards.insert(shard, reader.shard()?);
    }
    Ok(shards)
}

fn block(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let split = self.0.split_at_checked(len);
        let (head, rest) = split.ok_or_else(|| Error::Damaged("a checkpoint ends early".into()))?;
        self.0 = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn number(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    fn block(&mut self) -> Result<Vec<u8>, Error> {
        let len = self.number()?;
        let len = usize::try_from(len).map_err(|_| Error::Damaged("a length".into()))?;
        self.take(len).map(<[u8]>::to_vec)
    }

    fn shard(&mut self) -> Result<Kept, Error> {
        let mut kept = Kept {
            head: Head {
                epoch: self.number()?,
                offset: self.number()?,
                last_out: self.number()?,
                handed: self.number()?,
            },
            ..Kept::default()
        };
        for _ in 0..self.number()? {
            let key = self.block()?;
            kept.keys.insert(key, self.block()?);
        }
        for _ in 0..self.number()? {
            let seq = self.number()?;
            kept.outbox.insert(seq, self.block()?);
        }
        Ok(kept)
    }
}
