//! The files of the audit log: tiles, bundles of entries and of records, and a record itself.

use aurora_audit::{Record, bundle};

pub fn run(bytes: &[u8]) {
    let Some((width, bytes)) = bytes.split_first() else {
        return;
    };
    let width = u16::from(*width) + 1;
    if let Ok(hashes) = bundle::decode_hashes(bytes, width) {
        assert_eq!(bundle::encode_hashes(&hashes), bytes);
    }
    if let Ok(entries) = bundle::decode_entries(bytes, width) {
        assert_eq!(bundle::encode_entries(&entries), bytes);
    }
    if let Ok(records) = bundle::decode_records(bytes, width) {
        assert_eq!(bundle::encode_records(&records), bytes);
    }
    if let Ok(record) = Record::decode(bytes) {
        assert_eq!(Record::encode(&record.decision), bytes);
    }
}
