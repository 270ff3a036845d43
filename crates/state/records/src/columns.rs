//! How our numbers, prefixes and rows stand in the columns of a database, for every adapter on one.

use aurora_ids::Id128;
use aurora_model::{Scope, SiteId, TenantId};

use crate::archive::Entry;
use crate::{Collection, Document, Error};

/// A value in our own tables that we cannot have written.
#[derive(Debug, thiserror::Error)]
#[error("{0} in the records store is damaged")]
pub struct Damaged(pub &'static str);

/// One kind of what a store keeps, in tables of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Documents(Collection),
    Slots,
    Counters,
    Decisions,
}

/// A row of any part: documents have an id, a version and a body, slots a key and bytes, counters a
/// name and a number, decisions a sequence and a body.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub site: Vec<u8>,
    pub tenant: String,
    pub key: String,
    pub number: i64,
    pub bytes: Vec<u8>,
}

impl Part {
    /// Every part there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let documents = Collection::ALL.into_iter().map(Self::Documents);
        [Self::Decisions, Self::Slots, Self::Counters]
            .into_iter()
            .chain(documents)
    }

    /// What a row of the part says.
    ///
    /// # Errors
    /// When it is none that an adapter has written.
    pub fn entry(self, row: Row) -> Result<Entry, Error> {
        let site = row.site.try_into();
        let site: [u8; 16] = site.map_err(|_| Error::storage(Damaged("a scope")))?;
        let scope = Scope {
            site: SiteId(Id128::from_bytes(site)),
            tenant: TenantId::try_from(row.tenant).map_err(Error::storage)?,
        };
        let (key, number, bytes) = (row.key, row.number, row.bytes);
        Ok(match self {
            Self::Documents(collection) => {
                let body = std::str::from_utf8(&bytes).map_err(Error::storage)?;
                let Document {
                    id, version, body, ..
                } = document(collection, key, number, body)?;
                Entry::Document {
                    scope,
                    collection,
                    id,
                    version,
                    body,
                }
            }
            Self::Slots => Entry::Slot {
                scope,
                key,
                value: bytes,
            },
            Self::Counters => Entry::Counter {
                scope,
                name: key,
                value: natural(number)?,
            },
            Self::Decisions => {
                let decision = serde_json::from_slice(&bytes).map_err(Error::storage)?;
                Entry::Decision(Box::new(decision))
            }
        })
    }
}

/// A document of its columns.
///
/// # Errors
/// When they are none that an adapter has written.
pub fn document(
    collection: Collection,
    id: String,
    version: i64,
    body: &str,
) -> Result<Document, Error> {
    let body = serde_json::from_str(body).map_err(Error::storage)?;
    Ok(Document {
        collection,
        id,
        version: natural(version)?,
        body,
    })
}

/// Versions, sequences and counts all stay within a database's integers.
pub fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// # Errors
/// When [`integer`] did not write it.
pub fn natural(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| Error::storage(Damaged("a count")))
}

/// The first text after every text that starts with `prefix`; `None` when there is no such text.
pub fn end_of(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // The character range steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::end_of;

    #[test]
    fn a_prefix_ends_at_the_next_text() {
        for (prefix, end) in [
            ("", None),
            ("a", Some("b")),
            ("a/", Some("a0")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
        ] {
            assert_eq!(end_of(prefix).as_deref(), end, "{prefix:?}");
        }
    }
}
