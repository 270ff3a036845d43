//! Whatever a decoder takes, the encoder writes again.

use aurora_audit::bundle;
use aurora_audit::witness::AddCheckpoint;
use aurora_audit::{Checkpoint, Note, Proof, Record, Tile, VerifierKey};
use proptest::prelude::*;

proptest! {
    #[test]
    fn bytes_have_one_meaning(bytes: Vec<u8>, width in 1u16..20) {
        if let Ok(records) = bundle::decode_records(&bytes, width) {
            prop_assert_eq!(bundle::encode_records(&records), bytes.clone());
        }
        if let Ok(entries) = bundle::decode_entries(&bytes, width) {
            prop_assert_eq!(bundle::encode_entries(&entries), bytes.clone());
        }
        prop_assert!(Record::decode(&bytes).is_err());
        prop_assert!(Note::parse(&bytes).is_err() || bytes.len() > 20);
    }

    #[test]
    fn texts_have_one_form(text in "(old|index|extra|—|[ -~\n=]){0,40}") {
        let bytes = text.as_bytes();
        let written = [
            Note::parse(bytes).map(|it| it.to_string()),
            Checkpoint::parse(&text).map(|it| it.to_string()),
            AddCheckpoint::parse(bytes).map(|it| it.to_string()),
            Proof::parse(bytes).map(|it| it.to_string()),
            text.parse::<VerifierKey>().map(|it| it.to_string()),
        ];
        for written in written.into_iter().flatten() {
            prop_assert_eq!(&written, &text);
        }
        prop_assert!(Tile::parse(&text).is_none_or(|tile| tile.to_string() == text));
    }
}
