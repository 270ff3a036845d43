//! What snapshots leave on a disk that windows and artifacts share.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aurora_artifacts::{Artifacts, Digest, Pace, digest_of};
use aurora_artifacts_local::LocalArtifacts;
use aurora_detect::correlate::{self, Lost, Options};
use aurora_model::Context;
use aurora_records::{Change, DecisionQuery};
use aurora_window_state_rocksdb::RocksWindows;
use serde_json::Value;

use crate::stand::{RULES, Stand};

/// A stand whose windows and artifacts are in one folder.
struct OnDisk {
    stand: Stand,
    artifacts: LocalArtifacts,
}

impl OnDisk {
    async fn new() -> Self {
        let mut stand = Stand::new(RULES);
        let artifacts = LocalArtifacts::open(&stand.folder.path().join("artifacts")).unwrap();
        stand.artifacts = Arc::new(artifacts.clone());
        stand.prepare().await;
        let mut on_disk = Self { stand, artifacts };
        on_disk.open();
        on_disk
    }

    /// Opens the windows, which must be closed.
    fn open(&mut self) {
        let options = aurora_window_state_rocksdb::Options::default();
        self.stand.windows = Arc::new(RocksWindows::open(&self.windows(), options).unwrap());
    }

    /// Closes the windows.
    fn close(&mut self) {
        self.stand.windows = Arc::new(aurora_window_state_memory::MemoryWindows::new());
    }

    /// The windows' folder is lost.
    fn lose_windows(&mut self) {
        self.close();
        std::fs::remove_dir_all(self.windows()).unwrap();
        self.open();
    }

    /// The digest of one of the newest snapshot's tables.
    async fn table(&self) -> String {
        let (_, files) = self.newest().await;
        let mut tables = files.into_iter().filter(|(name, _)| name.ends_with(".sst"));
        tables.next().unwrap().1
    }

    async fn lost(&self) -> Vec<Lost> {
        let (records, scope) = (self.stand.records.as_ref(), &self.stand.scope);
        correlate::lost(records, scope).await.unwrap()
    }

    fn windows(&self) -> PathBuf {
        self.stand.folder.path().join("windows")
    }

    fn scratch(&self) -> PathBuf {
        self.stand.options().scratch.join("snapshot")
    }

    fn context(&self) -> Context {
        Context::service(self.stand.scope.clone(), "correlate", "a test")
    }

    /// Every artifact, by its digest.
    fn kept(&self) -> BTreeMap<String, PathBuf> {
        let scope = &self.stand.scope;
        let root = self.stand.folder.path().join("artifacts");
        let root = root
            .join(scope.site.to_string())
            .join(scope.tenant.as_str());
        let mut kept = BTreeMap::new();
        for folder in std::fs::read_dir(root).unwrap().map(Result::unwrap) {
            for file in std::fs::read_dir(folder.path())
                .unwrap()
                .map(Result::unwrap)
            {
                let [first, rest] = [folder.file_name(), file.file_name()];
                let digest = format!("{}{}", first.to_str().unwrap(), rest.to_str().unwrap());
                kept.insert(digest, file.path());
            }
        }
        kept
    }

    /// The newest snapshot: its digest and the digests of its files, by name.
    async fn newest(&self) -> (String, BTreeMap<String, String>) {
        let slot = self.stand.has_snapshot().await.unwrap();
        let digest = String::from_utf8(slot).unwrap();
        let scope = &self.stand.scope;
        let manifest = self.artifacts.get(scope, Digest::parse(&digest).unwrap());
        let manifest = manifest.await.unwrap().expect("the newest is there");
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let files = manifest["files"].as_object().unwrap().iter();
        let files = files.map(|(name, it)| {
            let digest = it["digest"].as_str().unwrap();
            (name.clone(), digest.to_owned())
        });
        (digest, files.collect())
    }

    /// Only the newest snapshot takes room.
    async fn has_only_the_newest(&self) {
        let (digest, files) = self.newest().await;
        let wanted: BTreeSet<String> = files.into_values().chain([digest]).collect();
        let kept: BTreeSet<String> = self.kept().into_keys().collect();
        assert_eq!(kept, wanted);
    }

    /// Some of the load of a crash test, until a snapshot has all of it.
    async fn work(&mut self, users: &[&str]) {
        let before = self.stand.has_snapshot().await;
        let running = self.stand.start();
        for user in users {
            self.stand.fail(&[(user, 60)]).await;
        }
        self.stand.settled().await;
        self.stand
            .until("a snapshot", async || {
                self.stand.has_snapshot().await != before
            })
            .await;
        running.stop().await;
    }
}

fn inode(file: &Path) -> u64 {
    file.metadata().unwrap().ino()
}

fn tables(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|end| end == "sst"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_are_kept_and_given_back_without_a_copy() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva", "eva", "adam"]).await;
    it.work(&["eva"]).await;
    it.has_only_the_newest().await;
    let (_, files) = it.newest().await;
    let kept = it.kept();
    let of = |files: &BTreeMap<String, String>| -> BTreeSet<u64> {
        let tables = files.iter().filter(|(name, _)| name.ends_with(".sst"));
        tables.map(|(_, digest)| inode(&kept[digest])).collect()
    };
    let stored = of(&files);
    let own: BTreeSet<u64> = tables(&it.windows().join("db"))
        .iter()
        .map(|file| inode(file))
        .collect();
    assert!(
        !stored.is_empty() && stored.is_subset(&own),
        "{stored:?} {own:?}"
    );

    it.lose_windows();
    let hourly = Options {
        snapshot_every: Duration::from_secs(3600),
        ..it.stand.options()
    };
    let running = it.stand.start_with(hourly);
    it.stand.fail(&[("eva", 30)]).await;
    it.stand.settled().await;
    let back: BTreeSet<u64> = tables(&it.windows().join("db"))
        .iter()
        .map(|file| inode(file))
        .collect();
    assert!(stored.is_subset(&back), "{stored:?} {back:?}");
    let alerts = it.stand.alerts().await;
    let [alert] = alerts.as_slice() else {
        panic!("{alerts:?}");
    };
    assert_eq!(alert.entities[0].value, "eva");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_between_a_table_and_its_snapshot_left_is_taken_back() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva"]).await;
    // Of the next snapshot one table was stored, when the process died; another one is in the last
    // snapshot as well.
    let table = it.stand.folder.path().join("999999.sst");
    std::fs::write(&table, "a table of the next snapshot").unwrap();
    let (context, digest) = (it.context(), digest_of(&table, Pace::FREE).await.unwrap());
    let put = it.artifacts.put_file(&context, &table, digest, Pace::FREE);
    put.await.unwrap();
    let digest = digest.to_string();
    let (_, files) = it.newest().await;
    let blobs = [&digest, files.values().next().unwrap()];
    let now = it.stand.clock.now();
    let drafts = serde_json::json!([{"epoch": 0, "at": now, "blobs": blobs}]);
    let noted = Change::progress().slot("correlate/snapshot-drafts", drafts.to_string());
    it.stand.records.commit(&context, noted).await.unwrap();
    assert!(it.kept().contains_key(&digest));
    it.work(&["eva"]).await;
    assert!(!it.kept().contains_key(&digest));
    it.has_only_the_newest().await;
    assert!(!it.scratch().exists());
}

/// RocksDB makes a checkpoint under another name, of links, and renames it in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_the_middle_of_a_checkpoint_takes_nothing_from_the_newest_snapshot() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva"]).await;
    let staged = it.scratch().join("db.tmp");
    std::fs::create_dir_all(&staged).unwrap();
    for table in tables(&it.windows().join("db")) {
        std::fs::hard_link(&table, staged.join(table.file_name().unwrap())).unwrap();
    }
    it.work(&["eva"]).await;
    it.has_only_the_newest().await;
    it.lose_windows();
    it.work(&["adam"]).await;
    it.has_only_the_newest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_gone_is_stored_again_by_whoever_has_it() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva"]).await;
    let table = it.table().await;
    std::fs::remove_file(&it.kept()[&table]).unwrap();
    it.work(&["eva"]).await;
    it.has_only_the_newest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_is_lost_is_told_and_waited_for() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva", "eva", "adam"]).await;
    let table = it.table().await;
    let (place, aside) = (
        it.kept()[&table].clone(),
        it.stand.folder.path().join("aside"),
    );
    std::fs::rename(&place, &aside).unwrap();
    it.lose_windows();
    let running = it.stand.start();
    it.stand
        .until("it to be told", async || !it.lost().await.is_empty())
        .await;
    let lost = it.lost().await;
    assert!(lost[0].reason.contains(".sst"), "{lost:?}");
    // Nothing is to be started again once it is back.
    std::fs::rename(&aside, &place).unwrap();
    it.stand
        .until("it to be found", async || it.lost().await.is_empty())
        .await;
    it.stand.fail(&[("eva", 30), ("eva", 20)]).await;
    it.stand.settled().await;
    assert_eq!(it.stand.alerts().await.len(), 1);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_is_lost_can_be_done_without() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva", "eva", "adam"]).await;
    let table = it.table().await;
    std::fs::remove_file(&it.kept()[&table]).unwrap();
    it.lose_windows();
    let rebuild = Options {
        rebuild_lost: true,
        ..it.stand.options()
    };
    let running = it.stand.start_with(rebuild);
    it.stand
        .until("the windows to be filled", async || {
            let (records, scope) = (&it.stand.records, &it.stand.scope);
            let began = records.slot(scope, "correlate/rebuilt").await.unwrap();
            let asked = DecisionQuery {
                limit: 10,
                ..DecisionQuery::default()
            };
            let decisions = records.decisions(scope, &asked).await.unwrap();
            let mut decisions = decisions.iter();
            let is_decided = decisions.any(|it| it.action.name == "windows.rebuild");
            is_decided && began.is_none()
        })
        .await;
    // Three of the five are known from stored events alone.
    it.stand.fail(&[("eva", 30), ("eva", 20)]).await;
    it.stand.settled().await;
    let alerts = it.stand.alerts().await;
    let [alert] = alerts.as_slice() else {
        panic!("{alerts:?}");
    };
    assert_eq!(alert.entities[0].value, "eva");
    running.stop().await;
    assert!(it.lost().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_before_the_last_one_was_forgotten_left_is_forgotten() {
    let mut it = OnDisk::new().await;
    it.work(&["eva", "eva"]).await;
    let aside = it.stand.folder.path().join("aside");
    std::fs::create_dir(&aside).unwrap();
    let last = it.kept();
    for (digest, file) in &last {
        std::fs::hard_link(file, aside.join(digest)).unwrap();
    }
    it.work(&["eva"]).await;
    it.has_only_the_newest().await;
    // As if the process had died before it let go of the snapshot before.
    for (digest, file) in last {
        if !file.exists() {
            std::fs::rename(aside.join(digest), file).unwrap();
        }
    }
    let (newest, _) = it.newest().await;
    let hourly = Options {
        snapshot_every: Duration::from_secs(3600),
        ..it.stand.options()
    };
    let running = it.stand.start_with(hourly);
    let kept = it.kept().len();
    it.stand
        .until("something to be forgotten", async || it.kept().len() < kept)
        .await;
    running.stop().await;
    assert_eq!(it.newest().await.0, newest);
    it.has_only_the_newest().await;
}
