//! One indicator in the file: `crc u32, length u16, body`. The body is `kind u8, prefix u8,
//! confidence u8, flags u8, about u64, value length u16, value, from i64?, until i64?`.

use aurora_clock::Timestamp;

use super::print::Key;
use crate::{Kind, Validity};

const FROM: u8 = 1;
const UNTIL: u8 = 2;
const HEAD: usize = 6;
const BODY: usize = 14;
/// A URL of 2,048 bytes with everything around it.
pub(crate) const MAX_RECORD: usize = 2_200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'r> {
    pub key: Key<'r>,
    pub confidence: u8,
    pub validity: Validity,
    /// Where in the section of descriptions what is told about it begins.
    pub about: u64,
}

impl<'r> Record<'r> {
    pub fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; HEAD]);
        let (from, until) = (self.validity.from, self.validity.until);
        let flags = if from.is_some() { FROM } else { 0 } | if until.is_some() { UNTIL } else { 0 };
        out.extend_from_slice(&[self.key.kind.id(), self.key.prefix, self.confidence, flags]);
        out.extend_from_slice(&self.about.to_le_bytes());
        let len = u16::try_from(self.key.bytes.len()).expect("values are capped");
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(self.key.bytes);
        for time in [from, until].into_iter().flatten() {
            out.extend_from_slice(&time.as_millis().to_le_bytes());
        }
        let body = start + HEAD;
        let len = u16::try_from(out.len() - body).expect("values are capped");
        let crc = crc32fast::hash(&out[body..]);
        out[start..start + 4].copy_from_slice(&crc.to_le_bytes());
        out[start + 4..body].copy_from_slice(&len.to_le_bytes());
    }

    /// The record at the start of `bytes`, and what follows it. `None` when it is damaged.
    pub fn read(bytes: &'r [u8]) -> Option<(Self, &'r [u8])> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let crc = u32::from_le_bytes(head[..4].try_into().ok()?);
        let len = u16::from_le_bytes(head[4..].try_into().ok()?);
        let (body, rest) = rest.split_at_checked(usize::from(len))?;
        if crc32fast::hash(body) != crc {
            return None;
        }
        Some((Self::body(body)?, rest))
    }

    fn body(body: &'r [u8]) -> Option<Self> {
        let (fixed, rest) = body.split_at_checked(BODY)?;
        let flags = fixed[3];
        let about = u64::from_le_bytes(fixed[4..12].try_into().ok()?);
        let len = u16::from_le_bytes(fixed[12..].try_into().ok()?);
        let (value, mut times) = rest.split_at_checked(usize::from(len))?;
        let mut time = |flag: u8| {
            if flags & flag == 0 {
                return Some(None);
            }
            let (this, rest) = times.split_at_checked(8)?;
            times = rest;
            let millis = i64::from_le_bytes(this.try_into().ok()?);
            Some(Some(Timestamp::from_millis(millis)))
        };
        Some(Self {
            key: Key {
                kind: Kind::of_id(fixed[0])?,
                prefix: fixed[1],
                bytes: value,
            },
            confidence: fixed[2].min(100),
            validity: Validity {
                from: time(FROM)?,
                until: time(UNTIL)?,
            },
            about,
        })
    }
}
