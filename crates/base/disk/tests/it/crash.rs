//! What the simulated disk loses, keeps and breaks.

use std::path::Path;

use aurora_disk::{Disk, Error, FaultKind, Op, Open, SimDisk, read, write_atomic};
use proptest::prelude::*;

const F: &str = "f";

fn synced(seed: u64, bytes: &[u8]) -> SimDisk {
    let disk = SimDisk::new(seed);
    let file = disk.open(Path::new(F), Open::CreateNew).unwrap();
    file.append(bytes).unwrap();
    file.sync().unwrap();
    disk.sync_dir(Path::new("")).unwrap();
    disk
}

#[test]
fn synced_bytes_and_names_survive() {
    for seed in 0..200 {
        assert_eq!(
            read(&synced(seed, b"safe").crash(), Path::new(F)).unwrap(),
            b"safe"
        );
    }
}

#[test]
fn a_name_without_directory_sync_may_be_lost() {
    let outcome = |seed| {
        let disk = SimDisk::new(seed);
        let file = disk.open(Path::new(F), Open::CreateNew).unwrap();
        file.append(b"x").unwrap();
        file.sync().unwrap();
        disk.crash().open(Path::new(F), Open::Read).is_ok()
    };
    let kept = (0..200).filter(|seed| outcome(*seed)).count();
    assert!((20..180).contains(&kept), "{kept} of 200 kept");
}

#[test]
fn unsynced_writes_are_lost_kept_torn_and_reordered() {
    let (mut lost, mut kept, mut torn, mut second_only) = (0, 0, 0, 0);
    for seed in 0..500 {
        let disk = synced(seed, b"");
        let file = disk.open(Path::new(F), Open::Write).unwrap();
        file.append(b"aaaa").unwrap();
        file.append(b"bbbb").unwrap();
        let left = read(&disk.crash(), Path::new(F)).unwrap();
        match left.as_slice() {
            b"" => lost += 1,
            b"aaaabbbb" => kept += 1,
            left if left.len() == 8 && &left[4..] == b"bbbb" => second_only += 1,
            _ => torn += 1,
        }
    }
    let counts = [lost, kept, torn, second_only];
    assert!(counts.iter().all(|n| *n > 20), "{counts:?}");
}

#[test]
fn the_same_seed_gives_the_same_disk() {
    let run = || {
        let disk = synced(7, b"base");
        let file = disk.open(Path::new(F), Open::Write).unwrap();
        (0..20u8).for_each(|i| file.write_at(&[i; 100], u64::from(i) * 50).unwrap());
        read(&disk.crash(), Path::new(F)).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_dead_disk_stays_dead() {
    let disk = synced(1, b"x");
    let file = disk.open(Path::new(F), Open::Write).unwrap();
    disk.lose_power_after(2);
    file.append(b"1").unwrap();
    assert!(file.sync().is_err() && disk.is_dead());
    assert!(file.append(b"2").is_err());
    assert!(disk.list(Path::new("")).is_err());
    assert!(read(&disk.crash(), Path::new(F)).unwrap().starts_with(b"x"));
}

/// The kernel calls pages clean after a failed write-back: a later success hides the loss.
#[test]
fn a_sync_after_a_failed_one_promises_nothing() {
    let outcome = |seed| {
        let disk = synced(seed, b"");
        let file = disk.open(Path::new(F), Open::Write).unwrap();
        file.append(b"gone?").unwrap();
        disk.fail(Op::Sync, 0, FaultKind::Io);
        assert!(file.sync().is_err());
        file.sync().unwrap();
        assert_eq!(read(&disk, Path::new(F)).unwrap(), b"gone?", "still shown");
        read(&disk.crash(), Path::new(F)).unwrap() == b"gone?"
    };
    let kept = (0..200).filter(|seed| outcome(*seed)).count();
    assert!((20..180).contains(&kept), "{kept} of 200 kept");
}

#[test]
fn faults_fall_where_they_were_asked_for() {
    let disk = synced(1, b"abcd");
    let file = disk.open(Path::new(F), Open::Write).unwrap();
    disk.fail(Op::Write, 1, FaultKind::Full);
    file.append(b"e").unwrap();
    assert!(matches!(file.append(b"fgh"), Err(Error::Full { .. })));
    file.append(b"i").unwrap();
    disk.fail(Op::Read, 0, FaultKind::Io);
    assert!(matches!(file.read_at(&mut [0], 0), Err(Error::Io { .. })));
    disk.damage(Path::new(F), 1, 0x20).unwrap();
    assert!(read(&disk, Path::new(F)).unwrap().starts_with(b"aBcd"));
}

#[test]
fn a_full_disk_refuses_and_takes_again() {
    let disk = synced(3, &[0; 90]);
    disk.set_capacity(Some(100));
    assert_eq!(disk.free_space().unwrap(), 10);
    let file = disk.open(Path::new(F), Open::Write).unwrap();
    assert!(matches!(file.append(&[1; 20]), Err(Error::Full { .. })));
    file.truncate(50).unwrap();
    file.append(&[1; 50]).unwrap();
}

proptest! {
    /// However power goes, a replaced file is the old one or the new one.
    #[test]
    fn an_atomic_write_is_atomic(seed: u64, at in 1u64..8) {
        let disk = SimDisk::new(seed);
        let path = Path::new("state");
        write_atomic(&disk, path, b"old").unwrap();
        disk.lose_power_after(at);
        let done = write_atomic(&disk, path, b"brand new").is_ok();
        let left = read(&disk.crash(), path).unwrap();
        prop_assert!(left == b"brand new" || (left == b"old" && !done), "{:?}", left);
    }
}
