//! Several witnesses of one log, each in its own time.

use std::path::Path;
use std::sync::Arc;

use aurora_audit::{
    KeyKind, Policy, Report, Verdict, VerifierKey, WITNESSED, verify, witness_file,
};
use aurora_audit_sequencer::{Error, Keys, Log, keep_cosignature};
use aurora_disk::SimDisk;
use aurora_secrets::{Keyring, Purpose};

use crate::stand::{decision, disk_of, files, folder, keyring, open, scope};

/// The newest head is cosigned as that witness, and kept.
pub fn cosign(disk: &SimDisk, keys: &Keys, witness: &Keyring, name: &str) -> VerifierKey {
    let (log, folder) = (keys.verifier().unwrap(), folder(disk));
    let signer = witness.signer_of(Purpose::AuditWitness);
    let key = VerifierKey::new(name, KeyKind::Cosignature, signer.public_key()).unwrap();
    let head = folder.head(&log).unwrap();
    let signature = head
        .note
        .clone()
        .cosign(name, &signer, 1_679_315_147)
        .unwrap();
    keep_cosignature(disk, &folder, &log, &head, signature, &key).unwrap();
    key
}

struct Stand {
    keys: Keys,
    /// Of all witnesses.
    seeds: Keyring,
    disk: SimDisk,
    log: Log,
}

impl Stand {
    fn new() -> Self {
        let keys = Keys::of(&keyring(), &scope());
        let disk = SimDisk::new(1);
        let log = open(&disk, &keys);
        let seeds = keyring();
        Self {
            keys,
            seeds,
            disk,
            log,
        }
    }

    fn grow(&mut self, to: u64) {
        let first = self.log.head().checkpoint.size + 1;
        let more: Vec<_> = (first..=to).map(decision).collect();
        self.log.append(&more).unwrap();
    }

    fn cosign(&self, name: &str) -> VerifierKey {
        cosign(&self.disk, &self.keys, &self.seeds, name)
    }

    fn judge(&self, witnesses: &[&VerifierKey], quorum: usize) -> Report {
        let policy = Policy {
            witnesses: witnesses.iter().map(|it| (*it).clone()).collect(),
            quorum,
            ..Policy::of(self.keys.verifier().unwrap())
        };
        verify(&folder(&self.disk), &policy).unwrap()
    }

    /// Entries that are vouched for, and by whom; nothing when the quorum is not there.
    fn vouched(&self, witnesses: &[&VerifierKey], quorum: usize) -> Option<(u64, String)> {
        let report = self.judge(witnesses, quorum);
        assert_eq!(report.problems, []);
        let (size, names) = report.witnessed.clone()?;
        (report.verdict() == Verdict::Ok).then(|| (size, names.join(" ")))
    }
}

fn seen(size: u64, names: &str) -> Option<(u64, String)> {
    Some((size, names.to_owned()))
}

#[test]
fn no_witness_hides_another() {
    let mut stand = Stand::new();
    stand.grow(10);
    let http = stand.cosign("http.example/w");
    stand.grow(300);
    let site = stand.cosign("site-b/w");
    stand.grow(301);
    assert_eq!(stand.vouched(&[&http], 1), seen(10, "http.example/w"));
    assert_eq!(stand.vouched(&[&site], 1), seen(300, "site-b/w"));
    let both = [&http, &site];
    assert_eq!(stand.vouched(&both, 1), seen(300, "site-b/w"));
    // Both vouch for what the one who saw less has seen.
    assert_eq!(stand.vouched(&both, 2), seen(10, "http.example/w site-b/w"));
    assert_eq!(stand.vouched(&both, 3), None);
    stand.cosign("http.example/w");
    assert_eq!(
        stand.vouched(&both, 2),
        seen(300, "http.example/w site-b/w")
    );
    let kept = files(&stand.disk).into_keys();
    assert_eq!(
        kept.filter(|path| path.starts_with("witnesses/")).count(),
        2
    );
}

#[test]
fn what_an_earlier_release_wrote_counts() {
    let mut stand = Stand::new();
    stand.grow(5);
    let (one, two) = (stand.cosign("one/w"), stand.cosign("two/w"));
    // They stood in one file, with all signatures.
    let log = stand.keys.verifier().unwrap();
    let heads = folder(&stand.disk).vouched(&log).unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].note.signatures.len(), 3);
    let text = heads[0].note.to_string();
    for name in ["one/w", "two/w"] {
        aurora_disk::Disk::remove(&stand.disk, Path::new(&witness_file(name))).unwrap();
    }
    assert_eq!(stand.vouched(&[&one, &two], 1), None);
    aurora_disk::write_atomic(&stand.disk, Path::new(WITNESSED), text.as_bytes()).unwrap();
    assert_eq!(stand.vouched(&[&one, &two], 2), seen(5, "one/w two/w"));
    stand.grow(9);
    stand.cosign("one/w");
    assert_eq!(stand.vouched(&[&one, &two], 1), seen(9, "one/w"));
    assert_eq!(stand.vouched(&[&one, &two], 2), seen(5, "one/w two/w"));
}

#[test]
fn what_stands_in_anothers_place_is_told() {
    let mut stand = Stand::new();
    stand.grow(5);
    let one = stand.cosign("one/w");
    let bytes = files(&stand.disk)[&witness_file("one/w")].clone();
    let place = witness_file("two/w");
    aurora_disk::write_atomic(&stand.disk, Path::new(&place), &bytes).unwrap();
    let report = stand.judge(&[&one], 1);
    assert_eq!(report.verdict(), Verdict::Tampered);
    let problem = report.problems[0].to_string();
    assert!(
        problem.ends_with("the witness whose place it is did not sign it"),
        "{problem}"
    );
}

#[test]
fn a_log_that_is_shorter_than_any_witness_saw_is_not_gone_on_with() {
    let mut stand = Stand::new();
    stand.grow(5);
    let before = files(&stand.disk);
    stand.grow(9);
    stand.cosign("one/w");
    let place = witness_file("one/w");
    let mut older = before;
    older.insert(place.clone(), files(&stand.disk)[&place].clone());
    let opened = Log::open(Arc::new(disk_of(&older)), stand.keys.clone());
    assert!(matches!(opened, Err(Error::RolledBack { log: 5, seen: 9 })));
}
