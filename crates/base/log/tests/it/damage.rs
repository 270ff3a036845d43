//! What was durable and is damaged is reported, never skipped.

use std::path::Path;
use std::sync::Arc;

use aurora_disk::{Disk, Open, SimDisk};
use aurora_log::{Error, Log, Options};

use crate::behaviour::{open, payloads, small};

fn name(base: u64) -> String {
    format!("log/{base:020}.segment")
}

fn filled(seed: u64, options: &Options) -> SimDisk {
    let disk = SimDisk::new(seed);
    let log = open(&disk, options.clone());
    (1..=40).for_each(|i| {
        log.append(format!("frame {i}")).unwrap();
    });
    disk
}

fn refusal(disk: &SimDisk, options: Options) -> Option<Error> {
    Log::open(Arc::new(disk.clone()), "log", options).err()
}

#[test]
fn a_flipped_bit_in_the_last_segment_is_refused_at_open() {
    let options = Options::default();
    let len = filled(1, &options)
        .open(Path::new(&name(1)), Open::Read)
        .unwrap()
        .len()
        .unwrap();
    // The last frame has none behind it to vouch for it: it looks like a torn tail.
    for at in 0..len - 28 {
        let disk = filled(1, &options);
        disk.damage(Path::new(&name(1)), at, 0x10).unwrap();
        let refused = refusal(&disk, options.clone());
        let padding = (12..16).contains(&at) || (44..48).contains(&at);
        match refused {
            Some(Error::Corrupt { .. }) => {}
            Some(Error::Version { .. }) if (8..12).contains(&at) => {}
            None if padding && at >= 44 => {}
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn a_flipped_bit_in_a_closed_segment_is_met_when_reading() {
    let disk = filled(2, &small());
    disk.damage(Path::new(&name(1)), 48 + 20, 1).unwrap();
    let log = open(&disk, small());
    let mut reader = log.reader(1);
    for _ in 0..2 {
        let met = reader.next_frame();
        assert!(
            matches!(met, Err(Error::Corrupt { seq: 1, .. })),
            "stays there: {met:?}"
        );
    }
    reader.seek(2);
    assert_eq!(reader.next_frame().unwrap().unwrap().payload, "frame 2");
}

#[test]
fn a_shortened_closed_segment_is_met_when_reading() {
    let disk = filled(2, &small());
    disk.open(Path::new(&name(1)), Open::Write)
        .unwrap()
        .truncate(100)
        .unwrap();
    let log = open(&disk, small());
    assert!(matches!(log.read(2), Err(Error::Corrupt { .. })));
}

#[test]
fn a_missing_segment_is_refused() {
    let disk = filled(3, &small());
    let second = disk.list(Path::new("log")).unwrap()[1].name.clone();
    disk.remove(&Path::new("log").join(second)).unwrap();
    assert!(matches!(
        refusal(&disk, small()),
        Some(Error::Corrupt { .. })
    ));
}

#[test]
fn a_newer_format_is_refused() {
    let disk = filled(4, &small());
    let file = disk.open(Path::new(&name(1)), Open::Write).unwrap();
    file.write_at(&7u32.to_le_bytes(), 8).unwrap();
    let refused = refusal(&disk, small()).unwrap();
    assert!(matches!(
        refused,
        Error::Version {
            found: 7,
            newest: 1,
            ..
        }
    ));
    assert!(
        refused
            .to_string()
            .contains("run the version that wrote it"),
        "{refused}"
    );
}

/// A payload may be chosen by an attacker who knows the format, but not the salt.
#[test]
fn a_payload_cannot_pose_as_a_frame() {
    let elsewhere = SimDisk::new(7777);
    let log = open(&elsewhere, Options::default());
    (0..50).for_each(|i| {
        log.append(format!("forged {i}")).unwrap();
    });
    let forged = aurora_disk::read(&elsewhere, Path::new(&name(1))).unwrap();
    for seed in 0..200 {
        let disk = SimDisk::new(seed);
        let log = open(&disk, Options::default());
        log.append("true").unwrap();
        let ticket = log.submit(vec![forged[48..].to_vec().into(), forged.clone().into()]);
        disk.lose_power_after(2);
        log.commit();
        drop(ticket);
        let log = open(&disk.crash(), Options::default());
        let found = log.last();
        assert!((1..=3).contains(&found), "seed {seed}: {found}");
        assert_eq!(log.read(1).unwrap().unwrap(), "true");
    }
}

/// A site written by an earlier build of this format still opens: the bytes are pinned here.
#[test]
fn the_first_format_stays_readable() {
    let disk = SimDisk::new(0);
    disk.create_dir_all(Path::new("log")).unwrap();
    let file = disk.open(Path::new(&name(1)), Open::CreateNew).unwrap();
    file.append(include_bytes!("../fixtures/v1.segment"))
        .unwrap();
    let log = open(&disk, Options::default());
    let want: Vec<_> = (1..=3).map(|i| (i, format!("fixture {i}"))).collect();
    assert_eq!(payloads(&log, 1), want);
}
