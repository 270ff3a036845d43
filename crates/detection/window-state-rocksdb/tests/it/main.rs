//! The port's suite, over RocksDB, and what only files can go through.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aurora_model::Shard;
use aurora_window_state::testkit::Stand;
use aurora_window_state::{Batch, Error, WindowStore, conformance};
use aurora_window_state_rocksdb::{Options, RocksWindows};

struct Files {
    folder: tempfile::TempDir,
    others: AtomicU64,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            others: AtomicU64::new(0),
        }
    }

    fn store(&self, name: &str) -> RocksWindows {
        RocksWindows::open(&self.path(name), Options::default()).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Stand for Files {
    fn open(&self) -> Arc<dyn WindowStore> {
        Arc::new(self.store("windows"))
    }

    fn elsewhere(&self) -> Arc<dyn WindowStore> {
        let number = self.others.fetch_add(1, Ordering::Relaxed);
        Arc::new(self.store(&format!("other-{number}")))
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }
}

conformance!(Files::new());

fn fill(store: &RocksWindows, offset: u64, keys: u64) {
    let shard = Shard::numbered(1);
    let epoch = store.open(shard, 1).unwrap().epoch;
    let mut batch = Batch::new(shard, epoch, offset);
    batch.keys = (0..keys)
        .map(|n| (n.to_be_bytes().into(), Some(vec![offset as u8; 100])))
        .collect();
    store.commit(&[batch]).unwrap();
}

fn count(store: &RocksWindows) -> u64 {
    let mut count = 0;
    let shard = Shard::numbered(1);
    store.load(shard, &mut |_, _| count += 1).unwrap();
    count
}

#[test]
fn a_newer_store_is_refused_and_left_alone() {
    let files = Files::new();
    fill(&files.store("windows"), 1, 10);
    let version = files.path("windows").join("FORMAT");
    assert_eq!(std::fs::read_to_string(&version).unwrap(), "1\n");
    std::fs::write(&version, "2\n").unwrap();
    let refused = RocksWindows::open(&files.path("windows"), Options::default());
    assert!(matches!(
        refused,
        Err(Error::NewerFormat { found: 2, known: 1 })
    ));
    std::fs::write(&version, "1\n").unwrap();
    assert_eq!(count(&files.store("windows")), 10);
}

#[test]
fn what_did_not_change_keeps_its_file_between_checkpoints() {
    let files = Files::new();
    let store = files.store("windows");
    fill(&store, 1, 10_000);
    store.checkpoint(&files.path("one")).unwrap();
    fill(&store, 2, 10);
    store.checkpoint(&files.path("two")).unwrap();
    let tables = |name: &str| -> Vec<(String, Vec<u8>)> {
        let found = std::fs::read_dir(files.path(name).join("db")).unwrap();
        let found = found.map(|entry| entry.unwrap().path());
        let tables = found.filter(|path| path.extension().is_some_and(|end| end == "sst"));
        tables
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, std::fs::read(path).unwrap())
            })
            .collect()
    };
    let (one, two) = (tables("one"), tables("two"));
    assert!(!one.is_empty() && two.len() > one.len());
    assert!(one.iter().all(|table| two.contains(table)));
}

#[test]
fn an_adoption_that_was_cut_off_leaves_no_half_shard() {
    let files = Files::new();
    let store = files.store("windows");
    fill(&store, 1, 10);
    // As a crash leaves it: the draft of an adoption.
    drop(store);
    std::fs::create_dir(files.path("windows").join("db.new")).unwrap();
    let store = files.store("windows");
    assert_eq!(count(&store), 10);
    assert!(!files.path("windows").join("db.new").exists());
}
