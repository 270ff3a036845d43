//! Many threads append, follow and trim one log on the real disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use aurora_disk::RealDisk;
use aurora_log::{Log, Options};

const WRITERS: u64 = 8;
const EACH: u64 = 200;

#[test]
fn appenders_share_syncs_and_a_follower_sees_all_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(RealDisk::new(dir.path()).unwrap());
    let options = Options {
        segment_bytes: 8 << 10,
        ..Options::default()
    };
    let (log, _) = Log::open(disk.clone(), "log", options.clone()).unwrap();
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let follower = scope.spawn(|| follow(&log, &done));
        let writers: Vec<_> = (0..WRITERS)
            .map(|w| {
                scope.spawn({
                    let log = &log;
                    move || {
                        (0..EACH)
                            .map(|i| log.append(format!("{w} {i}")).unwrap())
                            .collect::<Vec<_>>()
                    }
                })
            })
            .collect();
        let mut seqs: Vec<u64> = writers
            .into_iter()
            .flat_map(|w| w.join().unwrap())
            .collect();
        done.store(true, Ordering::SeqCst);
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=WRITERS * EACH).collect::<Vec<_>>());
        follower.join().unwrap()
    });
    for w in 0..WRITERS {
        let mine = seen.iter().filter_map(|s| s.strip_prefix(&format!("{w} ")));
        let mine: Vec<u64> = mine.map(|i| i.parse().unwrap()).collect();
        assert_eq!(mine, (0..EACH).collect::<Vec<_>>());
    }
    assert!(log.first() > 1, "trimmed behind the follower");
    drop(log);
    let (_, found) = Log::open(disk, "log", options).unwrap();
    assert_eq!((found.last, found.torn_bytes), (WRITERS * EACH, 0));
}

fn follow(log: &Log, done: &AtomicBool) -> Vec<String> {
    let mut reader = log.reader(1);
    let mut seen = Vec::new();
    loop {
        let finished = done.load(Ordering::SeqCst);
        while let Some(frame) = reader.next_frame().unwrap() {
            seen.push(String::from_utf8(frame.payload.to_vec()).unwrap());
            if frame.seq.is_multiple_of(500) {
                log.trim(frame.seq).unwrap();
            }
        }
        if finished {
            return seen;
        }
        thread::yield_now();
    }
}
