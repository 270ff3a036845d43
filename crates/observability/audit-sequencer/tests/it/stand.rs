use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aurora_audit::{Folder, Policy, Report, Signed, verify};
use aurora_audit_sequencer::{Keys, Log};
use aurora_clock::Timestamp;
use aurora_disk::{Disk, Open, SimDisk};
use aurora_model::{Action, Actor, AuthStrength, Decision, Scope, SiteId, TraceContext};
use aurora_secrets::Keyring;

pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % n
    }
}

pub(crate) fn scope() -> Scope {
    Scope::of(SiteId("5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7".parse().unwrap()))
}

pub(crate) fn decision(seq: u64) -> Decision {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Decision {
        seq,
        at: Timestamp::from_millis(1_795_345_544_720 + seq as i64),
        scope: scope(),
        actor: Actor::Person("eva".to_owned()),
        auth: AuthStrength::OneTimeLink,
        action: Action::on("alert.close", [format!("alert-{seq}")]),
        reason: format!("reason {seq}"),
        policy: None,
        trace: trace.parse::<TraceContext>().unwrap(),
        before: None,
        after: Some("cd".repeat(32)),
    }
}

pub(crate) fn decisions(range: std::ops::RangeInclusive<u64>) -> Vec<Decision> {
    range.map(decision).collect()
}

/// Keys of a site that is made for the test.
pub(crate) fn keyring() -> Keyring {
    let dir = tempfile::tempdir().unwrap();
    Keyring::open(&dir.path().join("keys")).unwrap()
}

pub(crate) fn open(disk: &SimDisk, keys: &Keys) -> Log {
    Log::open(Arc::new(disk.clone()), keys.clone()).unwrap()
}

pub(crate) fn folder(disk: &SimDisk) -> Folder {
    Folder::new(Arc::new(disk.clone()))
}

/// Judged against what is retained.
pub(crate) fn judge(disk: &SimDisk, keys: &Keys, retained: Option<&Signed>) -> Report {
    let policy = Policy {
        retained: retained.cloned(),
        ..Policy::of(keys.verifier().unwrap())
    };
    verify(&folder(disk), &policy).unwrap()
}

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn files(disk: &SimDisk) -> Files {
    let folder = folder(disk);
    let read = |path: String| {
        let bytes = folder.read(&path).unwrap().unwrap();
        (path, bytes)
    };
    folder.files().unwrap().into_iter().map(read).collect()
}

pub(crate) fn disk_of(files: &Files) -> SimDisk {
    let disk = SimDisk::new(1);
    for (path, bytes) in files {
        let path = Path::new(path);
        disk.create_dir_all(path.parent().unwrap()).unwrap();
        let file = disk.open(path, Open::CreateNew).unwrap();
        file.write_at(bytes, 0).unwrap();
    }
    disk
}
