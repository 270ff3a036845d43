use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use aurora_ids::{Derive, Id128};
use aurora_model::RuleId;

/// One revision of one correlation: whose state it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(pub Id128);

/// The values a group has in common, in the order of the correlation's `group-by`.
///
/// The bytes are each value's length as `u32` little-endian, then the value. Values are compared
/// byte for byte, as the query languages that Sigma is translated to do.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(Arc<[u8]>);

impl Namespace {
    pub fn of(id: &RuleId, revision: &str) -> Self {
        let id = Derive::new("aurora.correlation.v1").part(&id.0);
        Self(id.part(revision).finish())
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl GroupKey {
    pub fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let mut bytes = Vec::with_capacity(32);
        for value in values {
            let length = u32::try_from(value.len()).expect("a field is far below 4 GiB");
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(value.as_bytes());
        }
        Self(bytes.into())
    }

    /// `None` when the bytes are not what [`GroupKey::bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (value, after) = split(rest)?;
            std::str::from_utf8(value).ok()?;
            rest = after;
        }
        Some(Self(bytes.into()))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn values(&self) -> impl Iterator<Item = &str> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (value, after) = split(rest)?;
            rest = after;
            std::str::from_utf8(value).ok()
        })
    }

    /// The name under which the group's state is kept.
    pub(crate) fn id(&self) -> [u8; 16] {
        let id = Derive::new("aurora.correlation.group.v1").part(&self.0);
        *id.finish().as_bytes()
    }
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// Ordered, equal and hashed as its bytes.
impl Borrow<[u8]> for GroupKey {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}
