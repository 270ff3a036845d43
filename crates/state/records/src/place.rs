//! A consumer's place: how far into a stream its work is settled, kept in a slot as a little-endian
//! `u64`. A slot that is absent is place 0; sequences start at 1.

use aurora_model::Scope;

use crate::{Change, Error, Records};

/// The place that the slot `key` holds, 0 when it is absent.
///
/// # Errors
/// [`Error::NoPlace`], or when storage fails.
pub async fn read(records: &dyn Records, scope: &Scope, key: &str) -> Result<u64, Error> {
    match records.slot(scope, key).await? {
        None => Ok(0),
        Some(bytes) => decode(key, &bytes),
    }
}

/// The place in a slot's bytes.
///
/// # Errors
/// [`Error::NoPlace`] when it is not eight bytes.
pub fn decode(key: &str, bytes: &[u8]) -> Result<u64, Error> {
    let bytes = bytes.try_into().map_err(|_| Error::NoPlace {
        key: key.to_owned(),
    })?;
    Ok(u64::from_le_bytes(bytes))
}

impl Change {
    /// Moves a place from what it is believed to be; from 0, the slot must be absent.
    #[must_use]
    pub fn move_place(self, key: &str, from: u64, to: u64) -> Self {
        let expected = (from > 0).then(|| from.to_le_bytes().to_vec());
        self.advance(key, expected, to.to_le_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_moved_from_where_it_was_read() {
        let first = Change::progress().move_place("store/events", 0, 7);
        assert_eq!(first.slots[0].expected, Some(None), "it must be absent");
        let kept = first.slots[0].value.clone().expect("it is written");
        assert_eq!(decode("store/events", &kept).expect("eight bytes"), 7);
        let next = Change::progress().move_place("store/events", 7, 9);
        assert_eq!(next.slots[0].expected, Some(Some(kept)));
    }

    #[test]
    fn other_bytes_are_named() {
        let refused = decode("store/events", b"short").expect_err("five bytes are no place");
        assert_eq!(
            refused.to_string(),
            "checkpoint `store/events` does not hold what this release writes"
        );
    }
}
