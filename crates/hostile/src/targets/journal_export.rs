//! systemd's export format: how the bytes arrive does not matter, and entries are JSON objects.

use aurora_push::journal::Entries;

fn entries<'d>(parts: impl Iterator<Item = &'d [u8]>) -> Vec<Vec<u8>> {
    let mut reader = Entries::default();
    let mut found = Vec::new();
    for part in parts {
        reader.feed(part);
        while let Some(entry) = reader.next_entry() {
            found.push(entry.json);
        }
    }
    found
}

pub fn run(data: &[u8]) {
    let [step, data @ ..] = data else { return };
    let whole = entries(std::iter::once(data));
    let parts = entries(data.chunks(usize::from(*step).max(1)));
    assert_eq!(whole, parts);
    for entry in whole {
        let read: serde_json::Value = serde_json::from_slice(&entry).expect("an entry is JSON");
        assert!(read.is_object());
    }
}
