//! Keys: `shard u8`, then `h` for the head, `k` and the window's key, or `o` and the outgoing
//! message's number, big-endian. A head is `epoch, offset, last_out, handed`, little-endian.

use aurora_model::Shard;
use aurora_window_state::{Error, Head};

const HEAD: u8 = b'h';
const KEY: u8 = b'k';
const OUT: u8 = b'o';

fn lane(shard: Shard) -> u8 {
    u8::try_from(shard.number()).expect("there are 64 shards")
}

pub(crate) fn head(shard: Shard) -> Vec<u8> {
    vec![lane(shard), HEAD]
}

pub(crate) fn key(shard: Shard, key: &[u8], into: &mut Vec<u8>) {
    into.clear();
    into.extend([lane(shard), KEY]);
    into.extend(key);
}

pub(crate) fn out(shard: Shard, seq: u64) -> Vec<u8> {
    let mut key = vec![lane(shard), OUT];
    key.extend(seq.to_be_bytes());
    key
}

/// Keys of windows that start with `prefix`.
pub(crate) fn keys(shard: Shard, prefix: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut from = Vec::with_capacity(prefix.len() + 2);
    key(shard, prefix, &mut from);
    let until = after(from.clone());
    (from, until)
}

/// Outgoing messages from a number on.
pub(crate) fn outs(shard: Shard, from: u64) -> (Vec<u8>, Vec<u8>) {
    (out(shard, from), vec![lane(shard), OUT + 1])
}

/// Everything of a shard.
pub(crate) fn all(shard: Shard) -> (Vec<u8>, Vec<u8>) {
    (vec![lane(shard)], vec![lane(shard) + 1])
}

/// The part of a stored key that the windows know, or the message's number.
pub(crate) fn rest(key: &[u8]) -> &[u8] {
    key.get(2..).unwrap_or_default()
}

/// The first key behind all that start with `prefix`, whose first two bytes are never 0xff.
fn after(mut prefix: Vec<u8>) -> Vec<u8> {
    while prefix.last() == Some(&0xff) {
        prefix.pop();
    }
    if let Some(last) = prefix.last_mut() {
        *last += 1;
    }
    prefix
}

pub(crate) fn write_head(head: Head) -> [u8; 32] {
    let mut out = [0; 32];
    let numbers = [head.epoch, head.offset, head.last_out, head.handed];
    for (place, number) in out.chunks_exact_mut(8).zip(numbers) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    out
}

pub(crate) fn read_head(shard: Shard, bytes: &[u8]) -> Result<Head, Error> {
    let numbers: Vec<u64> = bytes
        .chunks_exact(8)
        .map(|chunk| u64::from_le_bytes(chunk.try_into().expect("chunks are of 8 bytes")))
        .collect();
    match numbers.as_slice() {
        &[epoch, offset, last_out, handed] if bytes.len() == 32 => Ok(Head {
            epoch,
            offset,
            last_out,
            handed,
        }),
        _ => Err(Error::Damaged(format!(
            "the head of shard {} has {} bytes",
            shard.number(),
            bytes.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_ends_behind_its_last_key() {
        let shard = Shard::numbered(63);
        for (prefix, until) in [
            (&b""[..], &[63, b'k' + 1][..]),
            (b"a", &[63, b'k', b'b']),
            (b"a\xff", &[63, b'k', b'b']),
            (b"\xff\xff", &[63, b'k' + 1]),
        ] {
            assert_eq!(keys(shard, prefix).1, until, "{prefix:?}");
        }
    }
}
