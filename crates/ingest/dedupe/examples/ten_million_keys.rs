//! What ten million keys cost: `cargo run --release -p aurora-dedupe --example ten_million_keys`.
//!
//! One window that holds them all, filled in batches as the normaliser does, then asked for each of
//! them again. Time is this process's CPU time.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_dedupe::{Options, Verdict, Window};
use aurora_ids::Id128;
use aurora_model::{EventUid, Shard};

const KEYS: u64 = 10_000_000;
const BATCH: usize = 2048;

/// As random as the hashes that real keys are.
fn key(n: u64) -> EventUid {
    let word = |mut x: u64| {
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&word(n).to_le_bytes());
    bytes[8..].copy_from_slice(&word(!n).to_le_bytes());
    EventUid(Id128::from_bytes(bytes))
}

fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).expect("below a second");
    Duration::new(now.tv_sec.unsigned_abs(), nanos)
}

/// Resident memory and its peak, in MB.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or_default() * 1024 / 1_000_000
    };
    (of("VmRSS:"), of("VmHWM:"))
}

#[allow(clippy::cast_precision_loss)]
fn each(took: Duration) -> f64 {
    took.as_nanos() as f64 / KEYS as f64
}

fn main() {
    let options = Options {
        window: Duration::from_secs(30),
        // Two generations, each of which may hold all keys but the other's.
        max_keys: usize::try_from(KEYS).expect("it fits"),
        ..Options::default()
    };
    let mut window = Window::new(Shard::of("sysmon", "dc1"), options);
    let now = Timestamp::from_millis(0);
    let before = memory().0;
    let (mut filled, mut stored) = (Duration::ZERO, Duration::ZERO);
    for first in (0..KEYS).step_by(BATCH) {
        let keys: Vec<EventUid> = (first..KEYS.min(first + BATCH as u64)).map(key).collect();
        let started = cpu();
        window.touch(&keys);
        for key in &keys {
            assert_eq!(window.check_and_insert(*key, now), Verdict::Fresh);
        }
        let checked = cpu();
        drop(window.delta());
        window.committed();
        (filled, stored) = (filled + (checked - started), stored + (cpu() - checked));
    }
    let (resident, peak) = memory();
    let (mut asked, mut known) = (Duration::ZERO, 0);
    for first in (0..KEYS).step_by(BATCH) {
        let keys: Vec<EventUid> = (first..KEYS.min(first + BATCH as u64)).map(key).collect();
        let started = cpu();
        window.touch(&keys);
        let again = keys.iter().filter(|key| {
            let verdict = window.check_and_insert(**key, now);
            verdict == Verdict::Duplicate
        });
        known += again.count();
        asked += cpu() - started;
    }
    println!("keys held: {}, known again: {known}", window.len());
    println!(
        "memory: {} MB held, {} MB at the peak",
        resident - before,
        peak - before
    );
    println!("check and insert: {:.0} ns a key", each(filled));
    println!("slots to be stored: {:.0} ns a key", each(stored));
    println!("ask again: {:.0} ns a key", each(asked));
}
