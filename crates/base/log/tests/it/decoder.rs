//! The decoder of a segment's bytes on bytes that nobody wrote.

use std::path::Path;
use std::sync::Arc;

use aurora_disk::{Disk, SimDisk, read};
use aurora_log::{Log, Options, scan};
use proptest::prelude::*;

fn segment(frames: &[Vec<u8>]) -> Vec<u8> {
    let disk = SimDisk::new(9);
    let (log, _) = Log::open(Arc::new(disk.clone()), "log", Options::default()).unwrap();
    frames.iter().for_each(|f| {
        log.append(f.clone()).unwrap();
    });
    let name = disk.list(Path::new("log")).unwrap()[0].name.clone();
    read(&disk, &Path::new("log").join(name)).unwrap()
}

proptest! {
    #[test]
    fn any_bytes(bytes: Vec<u8>) {
        drop(scan(&bytes));
    }

    #[test]
    fn a_real_segment_with_changes(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..20),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut: prop::sample::Index,
    ) {
        let mut bytes = segment(&frames);
        prop_assert_eq!(scan(&bytes).unwrap().last, frames.len() as u64);
        bytes.truncate(48 + cut.index(bytes.len() - 47));
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(found) = scan(&bytes) {
            prop_assert!(found.last <= frames.len() as u64);
            prop_assert!(found.end <= bytes.len() as u64 && found.unproven <= found.end);
        }
    }
}
