//! The log against a reference model: random interleavings of submit, commit, append, trim,
//! faults, restarts and power losses between any two operations of the disk.
//!
//! What was acknowledged is there, in order, once; what was not is there as a prefix or not at
//! all. A failure prints its seed; `AURORA_SEED=n` runs that one alone.

use std::collections::VecDeque;
use std::sync::Arc;

use aurora_disk::{FaultKind, Op, SimDisk};
use aurora_log::{Error, Log, Options, Ticket};
use bytes::Bytes;

const SEEDS: u64 = 5_000;
const STEPS: u64 = 60;

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % n
    }
}

/// What must be in the log, and what may be.
#[derive(Default)]
struct Model {
    /// Acknowledged payloads; the first has sequence 1.
    durable: Vec<Bytes>,
    /// Submitted and not answered, in order.
    waiting: VecDeque<(Ticket, Vec<Bytes>)>,
    /// Answered with "unknown" since the log was opened, in order.
    unsure: Vec<Bytes>,
    trimmed: u64,
}

struct Run {
    random: Random,
    disk: SimDisk,
    log: Option<Log>,
    model: Model,
    made: u64,
}

fn options() -> Options {
    Options {
        segment_bytes: 2_000,
        max_bytes: 12_000,
        max_commit_bytes: 1_000,
        ..Options::default()
    }
}

impl Run {
    fn new(seed: u64) -> Self {
        let disk = SimDisk::new(seed);
        let random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Self {
            random,
            disk,
            log: None,
            model: Model::default(),
            made: 0,
        }
    }

    fn payload(&mut self) -> Bytes {
        self.made += 1;
        let len = match self.random.below(10) {
            0 => 0,
            1 => 700,
            _ => self.random.below(90),
        };
        let mut bytes = format!("{:06} ", self.made).into_bytes();
        bytes.resize(7 + len as usize, b'.');
        bytes.into()
    }

    fn log(&mut self) -> Log {
        loop {
            if let Some(log) = &self.log {
                return log.clone();
            }
            self.open();
        }
    }

    /// Opens the log and compares it with the model; a power loss may fall into the opening.
    fn open(&mut self) {
        if self.random.below(4) == 0 {
            self.disk.lose_power_after(1 + self.random.below(8));
        }
        let opened = Log::open(Arc::new(self.disk.clone()), "log", options());
        let log = match opened {
            Ok((log, _)) => log,
            Err(e) => {
                assert!(self.disk.is_dead(), "cannot open: {e}");
                self.disk = self.disk.crash();
                return;
            }
        };
        self.adopt(&log);
        self.log = Some(log);
    }

    /// After an opening the log tells how much of what was unsure is there.
    fn adopt(&mut self, log: &Log) {
        let model = &mut self.model;
        let mut unsure = std::mem::take(&mut model.unsure);
        unsure.extend(model.waiting.drain(..).flat_map(|(_, frames)| frames));
        assert!(
            log.last() >= model.durable.len() as u64,
            "acknowledged frames are gone"
        );
        let more = log.last() as usize - model.durable.len();
        assert!(more <= unsure.len(), "frames that nobody appended");
        model.durable.extend(unsure.into_iter().take(more));
        self.compare(log);
    }

    fn compare(&self, log: &Log) {
        assert!(
            log.first() <= self.model.trimmed + 1,
            "more was trimmed than asked for"
        );
        let mut reader = log.reader(log.first());
        let mut next = log.first();
        let frame = |reader: &mut aurora_log::Reader| match reader.next_frame() {
            Ok(frame) => frame,
            Err(_) if self.disk.is_dead() => None,
            Err(e) => panic!("cannot read frame {}: {e}", reader.position()),
        };
        while let Some(found) = frame(&mut reader) {
            assert_eq!(found.seq, next);
            assert_eq!(
                found.payload,
                self.model.durable[next as usize - 1],
                "frame {next}"
            );
            next += 1;
        }
        assert!(self.disk.is_dead() || next == self.model.durable.len() as u64 + 1);
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0..=5 => self.submit(),
            6..=10 => {
                self.commit();
            }
            11..=13 => {
                self.submit();
                while self.commit() {}
            }
            14 => self.trim(),
            15 => self.disk.lose_power_after(1 + self.random.below(12)),
            16 => self.fault(),
            17 => self.crash(),
            18 => self.restart(),
            _ => {
                let log = self.log();
                self.compare(&log);
            }
        }
        if self.disk.is_dead() {
            self.crash();
        }
    }

    fn submit(&mut self) {
        let log = self.log();
        let frames: Vec<_> = (0..=self.random.below(4)).map(|_| self.payload()).collect();
        match log.submit(frames.clone()) {
            Ok(ticket) => self.model.waiting.push_back((ticket, frames)),
            Err(Error::Full { .. }) => self.trim(),
            Err(Error::Poisoned { .. }) => self.restart(),
            Err(e) => panic!("submit: {e}"),
        }
    }

    fn commit(&mut self) -> bool {
        let log = self.log();
        let more = log.commit();
        while let Some((mut ticket, frames)) = self.model.waiting.pop_front() {
            match ticket.try_take() {
                None => {
                    self.model.waiting.push_front((ticket, frames));
                    break;
                }
                Some(Ok(range)) => {
                    assert_eq!(*range.start(), self.model.durable.len() as u64 + 1);
                    self.model.durable.extend(frames);
                    assert_eq!(*range.end(), self.model.durable.len() as u64);
                }
                // Refused before anything was written, for good.
                Some(Err(Error::NoSpace { .. })) => {}
                Some(Err(Error::Poisoned { .. })) => self.model.unsure.extend(frames),
                Some(Err(e)) => panic!("commit: {e}"),
            }
        }
        more
    }

    fn trim(&mut self) {
        let log = self.log();
        let upto = self.random.below(log.last() + 1);
        self.model.trimmed = self.model.trimmed.max(upto);
        let outcome = log.trim(upto);
        let broken = log.is_poisoned() || self.disk.is_dead();
        assert!(outcome.is_ok() || broken || matches!(outcome, Err(Error::Disk { .. })));
    }

    fn fault(&mut self) {
        let op = [Op::Write, Op::Sync, Op::SyncDir, Op::Name][self.random.below(4) as usize];
        let kind = [FaultKind::Io, FaultKind::Full][self.random.below(2) as usize];
        let log = self.log();
        self.disk.fail(op, 0, kind);
        self.submit();
        while self.commit() {}
        if log.is_poisoned() {
            self.restart();
        }
    }

    fn crash(&mut self) {
        self.log = None;
        self.disk = self.disk.crash();
    }

    /// Queued frames were never written; the process ends without a power loss.
    fn restart(&mut self) {
        self.log = None;
        self.disk.clear_faults();
    }
}

fn run(seed: u64) {
    let mut run = Run::new(seed);
    for _ in 0..STEPS {
        run.step();
    }
    run.crash();
    let log = run.log();
    if !run.disk.is_dead() {
        run.compare(&log);
    }
}

#[test]
fn nothing_acknowledged_is_lost_nothing_is_invented() {
    if let Ok(seed) = std::env::var("AURORA_SEED") {
        return run(seed.parse().unwrap());
    }
    for seed in 0..SEEDS {
        let outcome = std::panic::catch_unwind(|| run(seed));
        assert!(outcome.is_ok(), "failed with AURORA_SEED={seed}");
    }
}
