//! Power is lost between any two operations of the disk: what was acknowledged is there, nothing
//! looks tampered with, and the same decisions give the same log.

use std::sync::Arc;

use aurora_audit::Signed;
use aurora_audit_sequencer::{Error, Keys, Log};
use aurora_disk::{FaultKind, Op, SimDisk};

use crate::stand::{Random, decision, decisions, files, judge, keyring, open, scope};

/// Appends up to `last`, in groups of these lengths in turn; gives what was acknowledged.
fn work(disk: &SimDisk, keys: &Keys, last: u64, groups: &[u64]) -> Option<Signed> {
    let mut log = Log::open(Arc::new(disk.clone()), keys.clone()).ok()?;
    let mut acknowledged = log.head().clone();
    for group in groups.iter().cycle() {
        let size = acknowledged.checkpoint.size;
        if size >= last {
            break;
        }
        match log.append(&decisions(size + 1..=last.min(size + group))) {
            Ok(head) => acknowledged = head.clone(),
            Err(_) => break,
        }
    }
    Some(acknowledged)
}

fn reference(keys: &Keys, last: u64) -> Signed {
    work(&SimDisk::new(1), keys, last, &[4096]).unwrap()
}

#[test]
fn a_crash_between_any_two_operations_loses_and_changes_nothing() {
    let keys = Keys::of(&keyring(), &scope());
    let (last, groups) = (262, [3, 250, 5, 4]);
    let quiet = SimDisk::new(7);
    work(&quiet, &keys, last, &groups).unwrap();
    let (wanted, operations) = (reference(&keys, last), quiet.ops());
    for operation in 1..=operations {
        let disk = SimDisk::new(operation);
        disk.lose_power_after(operation);
        let acknowledged = work(&disk, &keys, last, &groups);
        let disk = disk.crash();
        if let Some(acknowledged) = &acknowledged {
            let report = judge(&disk, &keys, Some(acknowledged));
            assert_eq!(report.problems, [], "operation {operation}");
            let size = report.head.unwrap().size;
            assert!(
                size >= acknowledged.checkpoint.size,
                "operation {operation}"
            );
        }
        let resumed = work(&disk, &keys, last, &[90]).unwrap();
        assert_eq!(resumed, wanted, "operation {operation}");
        let report = judge(&disk, &keys, acknowledged.as_ref());
        assert_eq!(
            (report.problems.len(), report.unfinished),
            (0, 0),
            "operation {operation}"
        );
    }
}

#[test]
fn random_crashes_and_faults_in_a_row() {
    let keys = Keys::of(&keyring(), &scope());
    let seeds = std::env::var("AURORA_AUDIT_SEEDS").map_or(5, |seeds| seeds.parse().unwrap());
    for seed in 1..=seeds {
        let mut random = Random(seed * 0x9e37_79b9 + 1);
        let mut disk = SimDisk::new(seed);
        let (mut last, mut acknowledged) = (0, None);
        for _ in 0..12 {
            last += random.below(150);
            match random.below(3) {
                0 => disk.lose_power_after(1 + random.below(60)),
                1 => {
                    let op = [Op::Open, Op::Write, Op::Sync, Op::Name, Op::SyncDir];
                    let op = op[random.below(5) as usize];
                    disk.fail(op, random.below(20), FaultKind::Io);
                }
                _ => {}
            }
            let groups = [1 + random.below(9), 1 + random.below(200)];
            acknowledged = work(&disk, &keys, last, &groups).or(acknowledged);
            disk.clear_faults();
            if disk.is_dead() || random.below(2) == 0 {
                disk = disk.crash();
            }
            if let Some(acknowledged) = &acknowledged {
                let report = judge(&disk, &keys, Some(acknowledged));
                assert_eq!(report.problems, [], "seed {seed}");
            }
        }
        let resumed = work(&disk, &keys, last + 1, &[300]).unwrap();
        assert_eq!(resumed, reference(&keys, last + 1), "seed {seed}");
    }
}

/// However the commits are cut, full tiles are the same bytes.
#[test]
fn the_log_is_a_function_of_the_decisions() {
    let keys = Keys::of(&keyring(), &scope());
    let made = |groups: &[u64]| {
        let disk = SimDisk::new(3);
        work(&disk, &keys, 700, groups).unwrap();
        let mut files = files(&disk);
        files.retain(|path, _| !path.contains(".p/") || path.ends_with(".p/188"));
        files
    };
    assert_eq!(made(&[700]), made(&[1, 255, 3]));
}

#[test]
fn what_is_not_the_next_decision_is_refused_and_changes_nothing() {
    let keys = Keys::of(&keyring(), &scope());
    let disk = SimDisk::new(1);
    let mut log = open(&disk, &keys);
    log.append(&decisions(1..=3)).unwrap();
    let before = files(&disk);
    for wrong in [3, 5] {
        let refused = log.append(&[decision(wrong)]).unwrap_err();
        assert!(matches!(refused, Error::Gap { wanted: 4, .. }), "{refused}");
    }
    let mut other = decision(4);
    other.scope.tenant = "other".to_owned().try_into().unwrap();
    assert!(log.append(&[other]).is_err());
    assert_eq!(files(&disk), before);
    log.append(&[decision(4)]).unwrap();
}

#[test]
fn another_sites_folder_is_refused() {
    let disk = SimDisk::new(1);
    open(&disk, &Keys::of(&keyring(), &scope()));
    let refused = Log::open(Arc::new(disk), Keys::of(&keyring(), &scope()))
        .err()
        .unwrap();
    assert!(matches!(refused, Error::OtherKey), "{refused}");
}
