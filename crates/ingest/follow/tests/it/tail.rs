//! One file through everything that happens to a log, step by step and at random.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_follow::files::{Place, Tail};
use aurora_model::OriginId;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::start;

/// Origin, first and last number, and how many: what the bus knows a batch by.
type Name = (OriginId, u64, u64, usize);

/// A log with its writer, its follower, what the store keeps and what the bus took.
struct Log {
    folder: TempDir,
    writer: File,
    tail: Option<Tail>,
    kept: Option<Vec<u8>>,
    /// Batches by name: what comes again is known.
    taken: Vec<(Name, Vec<String>)>,
    now: Timestamp,
    rotations: usize,
    /// Files are dated one after another: the kernel's clock is too coarse for a test's pace.
    dated: u64,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let writer = File::create(folder.path().join("app.log")).unwrap();
        let tail = Some(Tail::new(folder.path().join("app.log"), true, None));
        let first = writer.try_clone().unwrap();
        let mut log = Self {
            folder,
            writer,
            tail,
            kept: None,
            taken: Vec::new(),
            now: start(),
            rotations: 0,
            dated: 0,
        };
        log.date(&first);
        log
    }

    fn date(&mut self, file: &File) {
        self.dated += 1;
        let age = Duration::from_secs(1_700_000_000 + self.dated);
        file.set_modified(std::time::UNIX_EPOCH + age).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
        let file = self.writer.try_clone().unwrap();
        self.date(&file);
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// Hands the next round over, unless the process dies at that step: 0 before the announcement,
    /// 1 after it, 2 after the records are durable, 3 after all of it.
    fn step(&mut self, dies_at: Option<u32>) -> bool {
        let now = self.now;
        let mut tail = self.tail.take().unwrap_or_else(|| {
            let place = self.kept.as_ref();
            let place = place.map(|bytes| serde_json::from_slice::<Place>(bytes).unwrap());
            Tail::new(self.folder.path().join("app.log"), true, place)
        });
        let Some(round) = tail.next(now).unwrap() else {
            self.kept = tail.place().map(|place| serde_json::to_vec(place).unwrap());
            self.tail = dies_at.is_none().then_some(tail);
            return false;
        };
        if dies_at == Some(0) {
            return true;
        }
        self.kept = Some(serde_json::to_vec(&round.announced).unwrap());
        if dies_at == Some(1) {
            return true;
        }
        let place = serde_json::to_value(&round.announced).unwrap();
        let origin: OriginId = serde_json::from_value(place["origin"].clone()).unwrap();
        for cut in &round.cuts {
            let (first, last) = (cut.records[0].seq, cut.records.last().unwrap().seq);
            let name = (origin, first, last, cut.records.len());
            let bodies: Vec<_> = cut
                .records
                .iter()
                .map(|record| String::from_utf8(record.body.clone()).unwrap())
                .collect();
            match self.taken.iter().find(|(known, _)| *known == name) {
                Some((_, known)) => assert_eq!(*known, bodies, "one name, two batches"),
                None => self.taken.push((name, bodies)),
            }
        }
        if dies_at == Some(2) {
            return true;
        }
        tail.done(round);
        self.tail = (dies_at != Some(3)).then_some(tail);
        true
    }

    fn drain(&mut self) {
        while self.step(None) {}
    }

    fn rename(&mut self) {
        self.rotations += 1;
        let rotated = self.path(&format!("app.log.{}", self.rotations));
        fs::rename(self.path("app.log"), rotated).unwrap();
        self.writer = File::create(self.path("app.log")).unwrap();
        let file = self.writer.try_clone().unwrap();
        self.date(&file);
    }

    fn copy_and_truncate(&mut self) {
        self.rotations += 1;
        let copy = self.path(&format!("app.log.{}", self.rotations));
        fs::copy(self.path("app.log"), &copy).unwrap();
        self.date(&File::options().write(true).open(copy).unwrap());
        self.writer.set_len(0).unwrap();
        let file = self.writer.try_clone().unwrap();
        self.date(&file);
        // Appending, as a logger that survives `copytruncate` does.
        self.writer = OpenOptions::new()
            .append(true)
            .open(self.path("app.log"))
            .unwrap();
    }

    /// Whether anything of the file was read that stands there now. What is copied and emptied
    /// before that is known by nothing.
    fn begun(&self) -> bool {
        let place = match &self.tail {
            Some(tail) => tail
                .place()
                .map(|place| serde_json::to_value(place).unwrap()),
            None => self
                .kept
                .as_ref()
                .map(|bytes| serde_json::from_slice(bytes).unwrap()),
        };
        place.is_some_and(|place| place["announced"].as_u64() > Some(0))
    }

    fn lines(&self) -> Vec<String> {
        self.taken
            .iter()
            .flat_map(|(_, bodies)| bodies.clone())
            .collect()
    }
}

#[test]
fn whole_lines_come_when_they_are_whole() {
    let mut log = Log::new();
    log.write("one\ntwo\nthr");
    log.drain();
    assert_eq!(log.lines(), ["one", "two"]);
    log.write("ee\n");
    log.drain();
    assert_eq!(log.lines(), ["one", "two", "three"]);
}

#[test]
fn a_renamed_file_is_read_to_its_end() {
    let mut log = Log::new();
    log.write("one\n");
    log.drain();
    log.write("two\n");
    // The program goes on to write to the old file for a moment, as it does until it is told.
    let mut old = log.writer.try_clone().unwrap();
    log.rename();
    log.drain();
    old.write_all(b"three\nno end").unwrap();
    log.write("four\n");
    log.drain();
    assert_eq!(log.lines(), ["one", "two", "three"]);
    log.wait(6);
    log.drain();
    assert_eq!(log.lines(), ["one", "two", "three", "no end", "four"]);
}

#[test]
fn what_a_truncation_took_is_read_from_the_copy() {
    let mut log = Log::new();
    log.write("one\n");
    log.drain();
    log.write("two\n");
    log.copy_and_truncate();
    log.write("three, longer than what stood here\n");
    log.drain();
    assert_eq!(
        log.lines(),
        ["one", "two", "three, longer than what stood here"]
    );
}

#[test]
fn a_file_that_was_emptied_begins_anew() {
    let mut log = Log::new();
    log.write("one\ntwo\n");
    log.drain();
    log.writer.set_len(0).unwrap();
    log.writer = OpenOptions::new()
        .append(true)
        .open(log.path("app.log"))
        .unwrap();
    log.write("one\n");
    log.drain();
    assert_eq!(log.lines(), ["one", "two", "one"]);
}

/// The same inode, another file: what counts is what stands there.
#[test]
fn an_inode_that_was_used_again_is_another_file() {
    let mut log = Log::new();
    log.write("one\n");
    log.drain();
    log.tail = None;
    fs::remove_file(log.path("app.log")).unwrap();
    log.writer = File::create(log.path("app.log")).unwrap();
    log.write("uno\ndos\n");
    log.drain();
    assert_eq!(log.lines(), ["one", "uno", "dos"]);
}

#[test]
fn rotations_while_nobody_looked_are_caught_up_with() {
    let mut log = Log::new();
    log.write("one\n");
    log.drain();
    log.tail = None;
    log.write("two\n");
    log.rename();
    log.write("three\n");
    log.rename();
    log.write("four\n");
    // A neighbour that only looks like one of them.
    fs::write(log.path("app.logic"), "not ours\n").unwrap();
    log.drain();
    assert_eq!(log.lines(), ["one", "two", "three", "four"]);
}

#[test]
fn what_is_there_already_may_be_left_out() {
    let mut log = Log::new();
    log.write("old\nolder");
    log.tail = Some(Tail::new(log.path("app.log"), false, None));
    log.drain();
    log.write(" but whole only now\nnew\n");
    log.drain();
    assert_eq!(log.lines(), ["older but whole only now", "new"]);
    log.rename();
    log.write("first of the next\n");
    log.wait(6);
    log.drain();
    log.wait(6);
    log.drain();
    assert_eq!(log.lines().last().unwrap(), "first of the next");
}

#[test]
fn the_lines_of_one_auditd_event_stay_together() {
    let mut log = Log::new();
    let line = |kind: &str, event: u32| format!("type={kind} msg=audit(1.0:{event}): a=1\n");
    log.write(&(line("SYSCALL", 1) + &line("PROCTITLE", 1) + &line("SYSCALL", 2)));
    log.drain();
    assert_eq!(log.lines().len(), 2);
    log.write(&(line("CWD", 2) + &line("EOE", 2)));
    log.drain();
    assert_eq!(log.taken[1].1.len(), 3);
    log.write(&line("SYSCALL", 3));
    log.drain();
    assert_eq!(log.lines().len(), 5);
    log.wait(3);
    log.drain();
    assert_eq!(log.lines().len(), 6);
}

#[test]
fn a_line_beyond_every_limit_comes_in_pieces() {
    let mut log = Log::new();
    let long = "x".repeat(3 << 20);
    log.write(&long);
    log.drain();
    assert!(log.lines().is_empty());
    log.write("\nnext\n");
    log.drain();
    let lines = log.lines();
    assert_eq!(lines.last().unwrap(), "next");
    assert_eq!(lines[..lines.len() - 1].concat(), long);
}

#[derive(Clone, Debug)]
enum Event {
    Lines(u8),
    Part,
    Rename,
    Truncate,
    Wait,
    Step,
    /// The process dies at this step of a round.
    Crash(u32),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1_u8..5).prop_map(Event::Lines),
        1 => Just(Event::Part),
        1 => Just(Event::Rename),
        1 => Just(Event::Truncate),
        1 => Just(Event::Wait),
        4 => Just(Event::Step),
        3 => (0_u32..4).prop_map(Event::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happens, every line is taken once, and in order.
    #[test]
    fn every_line_is_taken_once(events in prop::collection::vec(event(), 1..60)) {
        let mut log = Log::new();
        // What was rotated away before anybody looked is nobody's.
        log.drain();
        let (mut number, mut open) = (0, false);
        let mut line = |log: &mut Log, ends: bool| {
            log.write(&format!("{number:06}{}", if ends { "\n" } else { "" }));
            number += 1;
        };
        for event in events {
            match event {
                Event::Lines(count) => for _ in 0..count {
                    if std::mem::take(&mut open) {
                        log.write("\n");
                    }
                    line(&mut log, true);
                },
                Event::Part => {
                    if std::mem::take(&mut open) {
                        log.write("\n");
                    }
                    line(&mut log, false);
                    open = true;
                }
                Event::Rename => {
                    // The line stays as it is in the file that is left.
                    open = false;
                    log.rename();
                }
                // A line in the making is torn by `copytruncate`, whoever follows.
                Event::Truncate if open => {}
                Event::Truncate if log.begun() => log.copy_and_truncate(),
                Event::Truncate => {}
                Event::Wait => log.wait(6),
                Event::Step => drop(log.step(None)),
                Event::Crash(at) => drop(log.step(Some(at))),
            }
        }
        if open {
            log.write("\n");
        }
        for _ in 0..4 {
            log.drain();
            log.wait(6);
        }
        let want: Vec<String> = (0..number).map(|n| format!("{n:06}")).collect();
        prop_assert_eq!(log.lines(), want);
    }
}
