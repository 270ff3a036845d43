//! Whatever the services do, in whatever order, and wherever they crash: the ledger balances at
//! every moment, and in the end it says what happened.

use std::time::Duration;

use aurora_ledger::Report;
use aurora_model::Stream;
use aurora_model::ledger::{Holding, MatchTerm, RecordLedger};
use proptest::prelude::*;

use crate::site::{Site, Until};

const SOURCES: [&str; 3] = ["sysmon", "auto", "odd/name"];

#[derive(Clone, Debug)]
enum Step {
    Receive {
        source: usize,
        host: u8,
        records: u32,
    },
    /// The ledger counts what there is.
    Count,
    /// The next raw messages, how many records of each are duplicates and how many are dead, and
    /// how far the service gets.
    Normalise {
        messages: usize,
        twice: u32,
        dead: u32,
        until: u8,
    },
    Events {
        messages: usize,
        acknowledge: bool,
    },
    DeadLetters {
        messages: usize,
        acknowledge: bool,
    },
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..SOURCES.len(), 0_u8..3, 0_u32..9)
            .prop_map(|(source, host, records)| Step::Receive { source, host, records }),
        2 => Just(Step::Count),
        3 => (1_usize..4, 0_u32..3, 0_u32..3, 0_u8..3)
            .prop_map(|(messages, twice, dead, until)| Step::Normalise { messages, twice, dead, until }),
        2 => (1_usize..4, any::<bool>())
            .prop_map(|(messages, acknowledge)| Step::Events { messages, acknowledge }),
        2 => (1_usize..4, any::<bool>())
            .prop_map(|(messages, acknowledge)| Step::DeadLetters { messages, acknowledge }),
        1 => Just(Step::Crash),
    ]
}

/// The site and its services' places on the bus.
struct Play {
    site: Site,
    /// What each raw message's fate is, decided once: a replay comes to the same.
    fates: std::collections::BTreeMap<u64, (u32, u32)>,
    received: u64,
}

impl Play {
    async fn run(&mut self, step: &Step) {
        match *step {
            Step::Receive {
                source,
                host,
                records,
            } => {
                self.site
                    .receive(SOURCES[source], &host.to_string(), records)
                    .await;
                self.received += u64::from(records);
            }
            Step::Count => self.count().await,
            Step::Normalise {
                messages,
                twice,
                dead,
                until,
            } => {
                let until =
                    [Until::Published, Until::Committed, Until::Acknowledged][usize::from(until)];
                self.normalise(messages, (twice, dead), until).await;
            }
            Step::Events {
                messages,
                acknowledge,
            } => {
                self.store(Stream::Events, messages, acknowledge).await;
            }
            Step::DeadLetters {
                messages,
                acknowledge,
            } => {
                self.store(Stream::DeadLetter, messages, acknowledge).await;
            }
            Step::Crash => self.site.restart(),
        }
    }

    async fn count(&self) {
        let ledger = self.site.ledger();
        let shutdown = aurora_tasks::Shutdown::new();
        let running = ledger.run(shutdown.clone());
        tokio::pin!(running);
        // It stops to wait for more only when everything there is was counted.
        tokio::select! {
            biased;
            stopped = &mut running => stopped.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
    }

    /// One message after the other in order; a failing one ends the process.
    async fn normalise(&mut self, messages: usize, fate: (u32, u32), until: Until) {
        let consumer = self.site.consumer("normalise", Stream::Raw).await;
        for raw in consumer.fetch(messages, Duration::ZERO).await.unwrap() {
            let fate = *self.fates.entry(raw.seq).or_insert(fate);
            self.site.normalise(&raw, fate, until).await;
            if until != Until::Acknowledged {
                return self.site.restart();
            }
            consumer.ack(&[raw.seq]).await.unwrap();
        }
    }

    async fn store(&mut self, stream: Stream, messages: usize, acknowledge: bool) {
        let consumer = self.site.consumer("store", stream).await;
        for message in consumer.fetch(messages, Duration::ZERO).await.unwrap() {
            self.site.store(stream, &message).await;
            if !acknowledge {
                return self.site.restart();
            }
            consumer.ack(&[message.seq]).await.unwrap();
        }
    }

    /// Everything there is runs through.
    async fn finish(&mut self) -> Report {
        self.count().await;
        self.normalise(10_000, (1, 1), Until::Acknowledged).await;
        self.store(Stream::Events, 10_000, true).await;
        self.store(Stream::DeadLetter, 10_000, true).await;
        self.site.report().await
    }

    #[track_caller]
    fn check(&self, report: &Report, after: &Step) {
        assert!(report.settled, "nothing moves while it is read");
        assert!(report.balances(), "after {after:?}: {report:#?}");
        assert_eq!(
            report.total.received, self.received,
            "after {after:?}: {report:#?}"
        );
        let mut sum = RecordLedger::default();
        report.sources.values().for_each(|ledger| sum.add(ledger));
        assert_eq!(sum, report.total);
    }
}

async fn play(steps: &[Step]) {
    let mut play = Play {
        site: Site::started().await,
        fates: Default::default(),
        received: 0,
    };
    let mut handle = play.site.ledger().handle();
    for step in steps {
        let before = std::sync::Arc::as_ptr(&play.site.bus);
        play.run(step).await;
        if before != std::sync::Arc::as_ptr(&play.site.bus) {
            handle = play.site.ledger().handle();
        }
        // One report remembers what it saw before, one begins afresh: both tell the same.
        let report = handle.report(&play.site.scope).await.unwrap();
        play.check(&report, step);
        assert_eq!(report, play.site.report().await);
    }
    let report = play.finish().await;
    play.check(&report, &Step::Count);
    assert_eq!(report.total.in_flight, 0);
    assert_eq!(
        report.total.events, report.total.stored,
        "one event a record here"
    );
    let fates = play
        .fates
        .values()
        .map(|(twice, dead)| u64::from(twice + dead))
        .sum::<u64>();
    assert!(report.total.deduplicated + report.total.dead_lettered <= fates);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_ledger_balances_at_every_moment(steps in prop::collection::vec(step(), 1..60)) {
        // Time stands still but for waits, so nothing here takes any.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(play(&steps));
    }
}

#[tokio::test]
async fn a_record_is_in_one_place_at_a_time() {
    let site = Site::started().await;
    let mut play = Play {
        site,
        fates: Default::default(),
        received: 0,
    };
    play.site.receive("sysmon", "dc1", 10).await;
    play.received = 10;
    let want = |stored, deduplicated, dead_lettered, in_flight| RecordLedger {
        received: 10,
        stored,
        deduplicated,
        dropped: 0,
        dead_lettered,
        in_flight,
        events: stored,
    };
    assert_eq!(
        play.site.report().await.total,
        want(0, 0, 0, 10),
        "on the bus"
    );
    play.count().await;
    assert_eq!(
        play.site.report().await.total,
        want(0, 0, 0, 10),
        "counted as received"
    );
    play.normalise(1, (3, 2), Until::Published).await;
    assert_eq!(
        play.site.report().await.total,
        want(0, 0, 0, 10),
        "published, not committed"
    );
    play.normalise(1, (0, 0), Until::Acknowledged).await;
    assert_eq!(
        play.site.report().await.total,
        want(0, 3, 0, 7),
        "on its way to the stores"
    );
    play.store(Stream::Events, 1, true).await;
    assert_eq!(
        play.site.report().await.total,
        want(2, 3, 0, 5),
        "the first class is stored"
    );
    play.store(Stream::Events, 9, true).await;
    assert_eq!(play.site.report().await.total, want(5, 3, 0, 2));
    play.store(Stream::DeadLetter, 9, true).await;
    assert_eq!(play.site.report().await.total, want(5, 3, 2, 0));
}

#[tokio::test]
async fn a_difference_is_shown_and_not_hidden() {
    let site = Site::started().await;
    let source = aurora_model::SourceName::new("sysmon");
    site.count(aurora_model::ledger::RecordTerm::Stored.counter(&source), 5)
        .await;
    let report = site.report().await;
    assert!(report.settled && !report.balances());
    assert_eq!(report.total.difference(), -5);
    site.ledger().handle().show(&site.metrics).await.unwrap();
    let text = site.metrics.render();
    for line in [
        "aurora_ledger_difference{ledger=\"records\"} -5",
        "aurora_ledger_difference{ledger=\"matches\"} 0",
        "aurora_records_stored{source=\"sysmon\"} 5",
    ] {
        assert!(text.contains(line), "{line} not in:\n{text}");
    }
}

#[tokio::test]
async fn the_match_ledger_is_read_beside_it() {
    let site = Site::started().await;
    for (term, by) in MatchTerm::ALL.into_iter().zip([7, 4, 2, 1]) {
        site.count(term.counter(), by).await;
    }
    let matches = site.report().await.matches;
    assert_eq!(
        (
            matches.matches,
            matches.alerts,
            matches.grouped,
            matches.suppressed
        ),
        (7, 4, 2, 1)
    );
    assert!(site.report().await.balances());
    site.count(MatchTerm::Matches.counter(), 1).await;
    assert!(!site.report().await.balances());
}

#[tokio::test]
async fn records_that_wait_for_others_of_their_event_are_in_flight() {
    let site = Site::started().await;
    site.receive("auditd", "web1", 3).await;
    let raw = site.consumer("normalise", Stream::Raw).await;
    let raw = raw.fetch(1, Duration::ZERO).await.unwrap().remove(0);
    let figures = async || {
        let report = site.report().await;
        assert!(report.balances(), "{report:?}");
        (report.total.in_flight, report.total.stored)
    };
    let held = Holding {
        records: [(aurora_model::SourceName::new("auditd"), 3)].into(),
        ..Holding::default()
    };
    let shard = site.hold(&raw, &held).await;
    assert_eq!(figures().await, (3, 0), "their message is settled");
    site.end_wait(shard, "auditd", 3).await;
    assert_eq!(figures().await, (3, 0), "published, not committed");
    let made = site.consumer("store", Stream::Events).await;
    let made = made.fetch(1, Duration::ZERO).await.unwrap().remove(0);
    site.store(Stream::Events, &made).await;
    assert_eq!(figures().await, (0, 3), "stored, not committed");
    let over = Holding {
        turns: 1,
        ..Holding::default()
    };
    site.hold(&raw, &over).await;
    assert_eq!(figures().await, (0, 3));
}
