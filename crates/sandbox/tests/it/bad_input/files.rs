use std::io::Write as _;

use aurora_messages::{CheckOutcome, ImportJob, ImportState, LedgerReport};
use aurora_model::DeadLetterReason;
use aurora_sandbox::{Sandbox, Stores, config, shared};

use crate::support::{balanced, dead_letters, file, launch, lines};

/// What became of a file.
struct Outcome {
    job: ImportJob,
    ledger: LedgerReport,
    letters: Vec<(DeadLetterReason, String)>,
    sandbox: Sandbox,
}

impl Outcome {
    /// Received, stored and dead-lettered records.
    fn terms(&self) -> [u64; 3] {
        let total = &self.ledger.total;
        [total.received, total.stored, total.dead_lettered]
    }

    #[track_caller]
    fn only_letter(&self, reason: DeadLetterReason, detail: &str) {
        let [(found, text)] = self.letters.as_slice() else {
            panic!("{:?}", self.letters)
        };
        assert_eq!(*found, reason);
        assert!(text.contains(detail), "{text}");
    }
}

async fn import(bytes: impl AsRef<[u8]>) -> Outcome {
    let sandbox = Sandbox::start_with(config(), Stores::Memory).await.unwrap();
    let (_folder, path) = file("input", bytes);
    let job = sandbox.import(&path, None).await.unwrap();
    let ledger = balanced(&sandbox, job.records).await;
    let letters = dead_letters(&sandbox).await.letters;
    let letters = letters
        .into_iter()
        .map(|letter| (letter.reason, letter.detail))
        .collect();
    Outcome {
        job,
        ledger,
        letters,
        sandbox,
    }
}

/// A good record before and after the bad one.
async fn between(bad: &[u8]) -> Outcome {
    let good = |n| (launch(n, "powershell -v") + "\n").into_bytes();
    let outcome = import([&good(1), bad, b"\n", &good(2)].concat()).await;
    assert_eq!(
        (outcome.job.state, outcome.job.records),
        (ImportState::Done, 3)
    );
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_json() {
    let whole = launch(3, "powershell -v");
    // Nothing tells where the record ends: everything behind it is a part of it.
    let outcome = import(lines(1, 2) + &whole[..whole.len() / 2]).await;
    assert_eq!(
        (outcome.job.state, outcome.terms()),
        (ImportState::Done, [3, 2, 1])
    );
    outcome.only_letter(DeadLetterReason::Unparsable, "not JSON: EOF while parsing");
}

#[tokio::test(flavor = "multi_thread")]
async fn nul_bytes() {
    let outcome = between(b"\0\0\0\0\0\0\0\0").await;
    assert_eq!(outcome.terms(), [3, 2, 1]);
    outcome.only_letter(
        DeadLetterReason::UnknownFormat,
        "no parser recognises the record",
    );
    let outcome = between(launch(3, "a\0b").as_bytes()).await;
    assert_eq!(outcome.terms(), [3, 3, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_utf8() {
    let bad = launch(3, "a##b").into_bytes();
    let bad: Vec<u8> = bad
        .iter()
        .map(|byte| if *byte == b'#' { 0xff } else { *byte })
        .collect();
    assert!(std::str::from_utf8(&bad).is_err());
    let outcome = between(&bad).await;
    assert_eq!(outcome.terms(), [3, 2, 1]);
    outcome.only_letter(
        DeadLetterReason::Unparsable,
        "not JSON: invalid unicode code point",
    );
    let outcome = between(&[0xc3, 0x28, 0xff, 0xfe]).await;
    assert_eq!(outcome.terms(), [3, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nesting_10_000_deep() {
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!(r#"{{"_path":"conn","ts":1,"a":{open}1{close}}}"#).into_bytes()
    };
    for bad in [deep("[", "]"), deep(r#"{"a":"#, "}")] {
        let outcome = between(&bad).await;
        assert_eq!(outcome.terms(), [3, 2, 1]);
        outcome.only_letter(DeadLetterReason::TooDeep, "nested deeper than the limit");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_keys() {
    let twice = launch(3, "first").replacen('{', r#"{"CommandLine":"second","#, 1);
    let outcome = between(twice.as_bytes()).await;
    assert_eq!(outcome.terms(), [3, 3, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gzip_bomb() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(lines(0, 1000).as_bytes()).unwrap();
    let blanks = vec![b'\n'; 1 << 20];
    (0..80).for_each(|_| packed.write_all(&blanks).unwrap());
    let outcome = import(packed.finish().unwrap()).await;
    assert_eq!(
        (outcome.job.state, outcome.terms()),
        (ImportState::Failed, [1000, 1000, 0])
    );
    let error = outcome.job.error.as_deref().unwrap();
    assert!(
        error.contains("the gzip stream unpacks to more than 200 times its size"),
        "{error}"
    );
    assert!(error.contains("unpack it yourself"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_log_cut_in_half() {
    let Some(folder) = shared("raw/windows-evtx") else {
        return;
    };
    let logs = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let large = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|end| end == "evtx")
            && path.metadata().unwrap().len() > 200_000
    };
    let mut logs: Vec<_> = logs.filter(large).collect();
    logs.sort();
    let Some(log) = logs.first() else {
        panic!("no event log of more than 200 kB")
    };
    let whole = std::fs::read(log).unwrap();
    let outcome = import(&whole[..whole.len() / 2 + 300]).await;
    let [received, stored, dead] = outcome.terms();
    eprintln!(
        "{}: {received} records of its half, {dead} damaged",
        log.display()
    );
    assert_eq!(outcome.job.state, ImportState::Done);
    assert!(
        stored > 0 && dead > 0 && outcome.job.errors > 0,
        "{:?}",
        outcome.ledger.total
    );
    for (_, detail) in &outcome.letters {
        assert!(detail.contains("event log"), "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_10_years_ahead() {
    let year = jiff_year() + 10;
    let ahead = launch(3, "powershell -v").replace("2026-03-01", &format!("{year}-03-01"));
    let outcome = between(ahead.as_bytes()).await;
    assert_eq!(outcome.terms(), [3, 3, 0]);
    let report = outcome
        .sandbox
        .api()
        .doctor(outcome.sandbox.scope())
        .await
        .unwrap();
    let clock = report
        .checks
        .iter()
        .find(|check| check.name == "clocks")
        .unwrap();
    assert_eq!(
        (clock.outcome, clock.code.as_deref()),
        (CheckOutcome::Warning, Some("AUR0011"))
    );
    assert!(
        clock.detail.contains(&format!("{year}-03-01")),
        "{}",
        clock.detail
    );
    assert!(clock.detail.contains("ws1"), "{}", clock.detail);
    let good = import(lines(0, 3)).await;
    let report = good
        .sandbox
        .api()
        .doctor(good.sandbox.scope())
        .await
        .unwrap();
    let clock = report
        .checks
        .iter()
        .find(|check| check.name == "clocks")
        .unwrap();
    assert_eq!(clock.outcome, CheckOutcome::Ok, "{}", clock.detail);
}

/// This year, by the clock that the site uses.
fn jiff_year() -> i64 {
    let clock = aurora_clock::SystemClock::new();
    let text = aurora_clock::Clock::now(&clock).to_string();
    text[..4].parse().unwrap()
}
