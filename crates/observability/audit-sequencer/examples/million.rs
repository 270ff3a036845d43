//! What a large log costs: `cargo run --release -p aurora-audit-sequencer --example million [ENTRIES] [FOLDER]`.
//!
//! Decisions are logged in groups on a real disk, every commit synced; then the log is verified
//! offline and proofs are made and checked.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_audit::{Folder, Policy, Record, proof, verify};
use aurora_audit_sequencer::{Keys, Log};
use aurora_clock::Timestamp;
use aurora_disk::RealDisk;
use aurora_model::{Action, Actor, AuthStrength, Decision, Scope, SiteId, TraceContext};
use aurora_secrets::Keyring;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let entries: u64 = arguments
        .next()
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let temporary = tempfile::tempdir()?;
    let folder = arguments
        .next()
        .map_or(temporary.path().to_owned(), PathBuf::from);
    let keyring = Keyring::open(&folder.join("keys"))?;
    let keys = Keys::of(&keyring, &scope());
    for (name, group, count) in [("alone", 1, 300), ("small", 64, 64 * 200)] {
        append(&keys, &folder.join(name), group, count)?;
    }
    let log = append(&keys, &folder.join("large"), 4096, entries)?;
    read(&keys, &log)
}

fn scope() -> Scope {
    Scope::of(SiteId(
        "5f0c2e9a4b7d41c8a6e3d2f1b0c9a8e7"
            .parse()
            .expect("32 digits"),
    ))
}

/// As analysts make them: about 480 bytes as a canonical record.
fn decision(seq: u64) -> Decision {
    Decision {
        seq,
        at: Timestamp::from_millis(1_795_345_544_720 + seq as i64),
        scope: scope(),
        actor: Actor::Person(format!("analyst-{}", seq % 40)),
        auth: AuthStrength::OneTimeLink,
        action: Action::on("alert.close", [format!("{seq:032x}")]),
        reason: format!("known maintenance window of host ws-{:03}", seq % 500),
        policy: None,
        trace: TraceContext::new(),
        before: Some("ab".repeat(32)),
        after: Some("cd".repeat(32)),
    }
}

fn append(keys: &Keys, folder: &std::path::Path, group: u64, count: u64) -> Result<Log> {
    let mut log = Log::open(Arc::new(RealDisk::new(folder)?), keys.clone())?;
    let (mut took, mut longest, cpu) = (Duration::ZERO, Duration::ZERO, cpu());
    let mut next = 1;
    while next <= count {
        let last = count.min(next + group - 1);
        let decisions: Vec<Decision> = (next..=last).map(decision).collect();
        let began = Instant::now();
        log.append(&decisions)?;
        (took, longest) = (took + began.elapsed(), longest.max(began.elapsed()));
        next = last + 1;
    }
    let rate = count as f64 / took.as_secs_f64();
    let cpu = self::cpu().saturating_sub(cpu);
    println!(
        "{count} entries in groups of {group}: {rate:.0}/s, {:.1} s, longest commit {:.0} ms, {:.1} CPU-s with making them",
        took.as_secs_f64(),
        longest.as_secs_f64() * 1e3,
        cpu.as_secs_f64(),
    );
    Ok(log)
}

fn read(keys: &Keys, log: &Log) -> Result<()> {
    let folder: &Folder = log.folder();
    let head = log.head().clone();
    let size = head.checkpoint.size;
    let (began, before) = (Instant::now(), cpu());
    let report = verify(folder, &Policy::of(keys.verifier()?))?;
    assert!(report.problems.is_empty() && report.records == size);
    let (took, used) = (began.elapsed(), cpu().saturating_sub(before));
    println!(
        "full offline verification: {:.2} s, {:.2} CPU-s",
        took.as_secs_f64(),
        used.as_secs_f64()
    );

    let record = Record::encode(&decision(size)).len();
    let picks: Vec<u64> = (0..200).map(|n| n * 7919 % size).collect();
    let began = Instant::now();
    let proofs = picks.iter().map(|index| folder.prove(*index, &head));
    let proofs = proofs.collect::<std::result::Result<Vec<_>, _>>()?;
    let made = began.elapsed() / picks.len() as u32;
    let longest = proofs
        .iter()
        .map(|proof| proof.path.len())
        .max()
        .unwrap_or(0);
    let leaves: Vec<_> = proofs
        .iter()
        .map(|proof| {
            let kept = aurora_audit::bundle::decode_slot(&proof.slot)?;
            Ok(kept.entry().expect("nothing was erased").leaf())
        })
        .collect::<std::result::Result<_, aurora_audit::Error>>()?;
    let (rounds, before) = (500, cpu());
    for _ in 0..rounds {
        for (leaf, proof) in leaves.iter().zip(&proofs) {
            let root = head.checkpoint.root;
            proof::verify_inclusion(*leaf, proof.index, size, &proof.path, root)?;
        }
    }
    let each = cpu().saturating_sub(before) / (rounds * picks.len() as u32);
    println!(
        "a record of {record} bytes; proof: {} hashes, {} bytes; made in {made:.0?}; its hashes verified in {:.2} us of CPU",
        longest,
        longest * 32,
        each.as_secs_f64() * 1e6
    );
    Ok(())
}

/// What this process has used of the processors.
fn cpu() -> Duration {
    let usage = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        usage.tv_sec.unsigned_abs(),
        u32::try_from(usage.tv_nsec).unwrap_or(0),
    )
}
