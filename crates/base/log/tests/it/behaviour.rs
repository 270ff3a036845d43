//! What callers rely on while nothing breaks, and what they are told when something does.

use std::path::Path;
use std::sync::Arc;

use aurora_disk::{Disk, FaultKind, Op, SimDisk};
use aurora_log::{Error, Log, Options, Recovery};
use bytes::Bytes;

pub(crate) fn small() -> Options {
    Options {
        segment_bytes: 256,
        max_bytes: 4096,
        ..Options::default()
    }
}

pub(crate) fn open(disk: &SimDisk, options: Options) -> Log {
    Log::open(Arc::new(disk.clone()), "log", options).unwrap().0
}

pub(crate) fn payloads(log: &Log, from: u64) -> Vec<(u64, String)> {
    let mut reader = log.reader(from);
    std::iter::from_fn(|| reader.next_frame().unwrap())
        .map(|f| (f.seq, String::from_utf8(f.payload.to_vec()).unwrap()))
        .collect()
}

fn segments(disk: &SimDisk) -> usize {
    disk.list(Path::new("log")).unwrap().len()
}

#[test]
fn appends_and_reads_from_anywhere() {
    let disk = SimDisk::new(1);
    let log = open(&disk, small());
    assert_eq!((log.first(), log.last()), (1, 0));
    for i in 1..=60u64 {
        assert_eq!(log.append(format!("frame {i}")).unwrap(), i);
    }
    assert!(segments(&disk) > 3, "rolled");
    for log in [log.clone(), open(&disk, small())] {
        for from in 1..=61 {
            let want: Vec<_> = (from..=60).map(|i| (i, format!("frame {i}"))).collect();
            assert_eq!(payloads(&log, from), want);
        }
        assert_eq!(log.read(33).unwrap().unwrap(), "frame 33");
        assert_eq!(log.read(61).unwrap(), None);
    }
}

#[test]
fn reads_no_more_of_a_frame_than_is_asked_for() {
    let disk = SimDisk::new(1);
    let log = open(&disk, small());
    for i in 1..=30u64 {
        log.append(format!("{i:04}{}", "x".repeat(i as usize)))
            .unwrap();
    }
    for from in 1..=31 {
        let mut reader = log.reader(from);
        for i in from..=30 {
            // Whole frames in between do not disturb.
            let len = [0, 2, 4, 9, 1000][i as usize % 5];
            let frame = match i % 3 {
                0 => reader.next_frame(),
                _ => reader.next_start(len),
            };
            let whole = format!("{i:04}{}", "x".repeat(i as usize));
            let wanted = if i % 3 == 0 {
                whole.len()
            } else {
                len.min(whole.len())
            };
            let frame = frame.unwrap().unwrap();
            assert_eq!(
                (frame.seq, &frame.payload[..]),
                (i, &whole.as_bytes()[..wanted])
            );
        }
        assert_eq!(reader.next_start(9).unwrap(), None);
    }
}

#[test]
fn a_batch_has_neighbouring_sequences() {
    let log = open(&SimDisk::new(1), small());
    log.append("a").unwrap();
    assert_eq!(
        log.append_batch(vec!["b".into(), "".into(), "d".into()])
            .unwrap(),
        2..=4
    );
    assert!(log.append_batch(Vec::new()).unwrap().is_empty());
    let want = [(1, "a"), (2, "b"), (3, ""), (4, "d")].map(|(seq, text)| (seq, text.to_owned()));
    assert_eq!(payloads(&log, 1), want);
}

#[test]
fn one_sync_serves_all_who_wait() {
    let disk = SimDisk::new(1);
    let log = open(&disk, Options::default());
    let mut tickets: Vec<_> = (0..10)
        .map(|i| log.submit(vec![format!("{i}").into()]))
        .collect();
    assert!(
        tickets
            .iter_mut()
            .all(|t| t.as_mut().unwrap().try_take().is_none())
    );
    assert_eq!(log.last(), 0, "not durable, not shown");
    let before = disk.ops();
    assert!(log.commit() && !log.commit());
    assert_eq!(disk.ops() - before, 2, "one write, one sync");
    for (i, ticket) in tickets.iter_mut().enumerate() {
        let seq = i as u64 + 1;
        assert_eq!(
            ticket.as_mut().unwrap().try_take().unwrap().unwrap(),
            seq..=seq
        );
    }
    assert_eq!(*log.subscribe().borrow(), 10);
}

#[test]
fn refuses_past_its_limit_until_trimmed() {
    let disk = SimDisk::new(1);
    let log = open(&disk, small());
    let frame = Bytes::from(vec![b'x'; 100]);
    let refused = loop {
        if let Err(e) = log.append(frame.clone()) {
            break e;
        }
    };
    assert!(
        matches!(refused, Error::Full { limit: 4096, .. }),
        "{refused}"
    );
    let last = log.last();
    assert!(log.check_room(std::slice::from_ref(&frame)).is_err());
    assert!(log.can_trim(last / 2) && !log.can_trim(0));
    log.trim(last / 2).unwrap();
    assert!(!log.can_trim(last / 2));
    log.check_room(std::slice::from_ref(&frame)).unwrap();
    assert_eq!(log.append(frame.clone()).unwrap(), last + 1);
    assert!(log.first() > 1 && log.first() <= last / 2 + 1);
    assert!(matches!(log.read(1), Err(Error::Trimmed { seq: 1, .. })));
    log.trim(u64::MAX - 1).unwrap();
    assert!(log.used() < 200, "{}", log.used());
    assert_eq!(log.append(frame).unwrap(), last + 2);
    assert_eq!(
        open(&disk, small()).last(),
        last + 2,
        "sequences go on after a restart"
    );
}

#[test]
fn refuses_a_frame_that_is_too_long() {
    let log = open(
        &SimDisk::new(1),
        Options {
            max_frame_bytes: 10,
            ..small()
        },
    );
    let refused = log.append(vec![0; 11]).unwrap_err();
    assert!(matches!(refused, Error::TooLarge { len: 11, limit: 10 }));
    log.append(vec![0; 10]).unwrap();
}

#[test]
fn a_full_device_refuses_and_takes_again() {
    let disk = SimDisk::new(5);
    let log = open(&disk, Options::default());
    log.append("one").unwrap();
    disk.set_capacity(Some(log.used() + 50));
    let refused = log.append(vec![b'x'; 100]).unwrap_err();
    assert!(matches!(refused, Error::NoSpace { .. }), "{refused}");
    assert_eq!(log.append("two").unwrap(), 2);
    disk.set_capacity(None);
    assert_eq!(log.append("three").unwrap(), 3);
    let want = [(1, "one"), (2, "two"), (3, "three")].map(|(seq, text)| (seq, text.to_owned()));
    assert_eq!(payloads(&open(&disk.crash(), Options::default()), 1), want);
}

#[test]
fn keeps_a_reserve_free() {
    let disk = SimDisk::new(1);
    disk.set_capacity(Some(1000));
    let log = open(
        &disk,
        Options {
            reserve_bytes: 900,
            ..Options::default()
        },
    );
    log.append("a").unwrap();
    let refused = log.append(vec![0; 100]).unwrap_err();
    assert!(
        matches!(refused, Error::NoSpace { reserve: 900, .. }),
        "{refused}"
    );
}

#[test]
fn a_failed_sync_stops_the_log_until_it_is_opened_again() {
    for seed in 0..100 {
        let disk = SimDisk::new(seed);
        let log = open(&disk, small());
        log.append("kept").unwrap();
        disk.fail(Op::Sync, 0, FaultKind::Io);
        assert!(matches!(log.append("unsure"), Err(Error::Poisoned { .. })));
        assert!(matches!(log.append("never"), Err(Error::Poisoned { .. })));
        assert!(log.is_poisoned());
        assert_eq!(payloads(&log, 1), [(1, "kept".to_owned())]);
        // Opened in the same boot, the cache still shows the frame; it must be made durable.
        let log = open(&disk, small());
        let shown = payloads(&log, 1);
        log.append("after").unwrap();
        let log = open(&disk.crash(), small());
        let want = shown.len() + 1;
        assert_eq!(payloads(&log, 1).len(), want, "seed {seed}");
    }
}

#[test]
fn reports_what_it_cut_off() {
    let disk = SimDisk::new(1);
    open(&disk, small()).append("whole").unwrap();
    let file = disk.open(
        Path::new("log/00000000000000000001.segment"),
        aurora_disk::Open::Write,
    );
    file.unwrap()
        .append(b"half a frame that nobody was told of")
        .unwrap();
    let (log, recovery) = Log::open(Arc::new(disk), "log", small()).unwrap();
    assert_eq!(
        recovery,
        Recovery {
            first: 1,
            last: 1,
            torn_bytes: 36
        }
    );
    assert_eq!(log.append("next").unwrap(), 2);
}
