use std::io::Cursor;

use aurora_clock::Timestamp;
use aurora_formats::{Error, Framer, Limits};
use aurora_model::RawRecord;

use crate::acceptor::record;

/// The records of a request's body; compression and framing are told from its content.
///
/// # Errors
/// When the body cannot be unpacked or unpacks to more than `max_unpacked` bytes; then nothing of
/// it is accepted.
pub(super) fn records(
    body: &[u8],
    max_unpacked: u64,
    received_at: Timestamp,
) -> Result<Vec<RawRecord>, Error> {
    let limits = Limits {
        bytes: max_unpacked,
        ..Limits::default()
    };
    Framer::new(Cursor::new(body), limits)?
        .map(|framed| Ok(record(framed?, received_at)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bodies(body: &[u8]) -> Vec<String> {
        let found = records(body, 1 << 20, Timestamp::from_millis(0)).unwrap();
        found
            .into_iter()
            .map(|r| String::from_utf8(r.body).unwrap())
            .collect()
    }

    #[test]
    fn lines_and_arrays_give_the_same_records() {
        let want = [r#"{"a":1}"#, r#"{"a":2}"#];
        assert_eq!(bodies(b"{\"a\":1}\n{\"a\":2}\n"), want);
        assert_eq!(bodies(b"[{\"a\":1}, {\"a\":2}]"), want);
        let packed = zstd::bulk::compress(b"{\"a\":1}\n{\"a\":2}", 1).unwrap();
        assert_eq!(bodies(&packed), want);
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = zstd::bulk::compress(&vec![b'a'; 2 << 20], 1).unwrap();
        assert!(records(&bomb, 1 << 20, Timestamp::from_millis(0)).is_err());
    }
}
