//! Files of any kind: told from content, unpacked, framed. Event logs go through here too.

use aurora_formats::{Fingerprint, Framed, Framer, Limits};

pub fn run(bytes: &[u8]) {
    assert!(bytes.is_empty() || Fingerprint::of(bytes).is_of(bytes));
    let limits = Limits {
        bytes: 8 << 20,
        ..Limits::default()
    };
    let Ok(framer) = Framer::new(bytes, limits) else {
        return;
    };
    let items: Vec<_> = framer.map_while(Result::ok).collect();
    assert!(items.is_sorted_by_key(Framed::offset));
    assert!(items.iter().all(|item| item.bytes().len() <= 1 << 20));
}
