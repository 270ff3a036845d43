//! Reading and writing the few fixed-width fields of our binary bodies, little-endian.

/// A message's bytes are not what its header promises.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read a batch: it ends {missing} bytes early")]
    Truncated { missing: usize },
    #[error("cannot read a batch of format version {found}: this release reads up to {known}")]
    NewerVersion { found: u8, known: u8 },
    #[error("cannot read a batch: {0}")]
    Malformed(&'static str),
    #[error("cannot read a batch's header")]
    Header(#[source] serde_json::Error),
    #[error("cannot decompress a batch body")]
    Compression(#[source] std::io::Error),
    #[error("cannot read a batch body of {bytes} bytes: the limit is {limit}")]
    TooLarge { bytes: usize, limit: usize },
}

/// A cursor that never reads past its end.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let Some((head, rest)) = self.0.split_at_checked(len) else {
            return Err(Error::Truncated {
                missing: len - self.0.len(),
            });
        };
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut out = [0; N];
        out.copy_from_slice(self.bytes(N)?);
        Ok(out)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_le_bytes)
    }

    /// A `u32` length, then that many bytes.
    pub(crate) fn block(&mut self) -> Result<&'a [u8], Error> {
        let len = self.u32()?;
        self.bytes(usize::try_from(len).map_err(|_| Error::Malformed("length"))?)
    }
}

pub(crate) fn put_block(out: &mut Vec<u8>, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).expect("records and events are capped far below 4 GiB");
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(bytes);
}
