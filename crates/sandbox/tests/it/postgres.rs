//! Whole sites whose records are in a PostgreSQL database.

use aurora_engines::{Postgres, PostgresOptions};
use aurora_messages::{AlertQuery, DemoStart};
use aurora_records::DecisionQuery;
use aurora_sandbox::{Sandbox, Stores, config};

/// What the demonstration leaves: alerts by rule and how often each was seen.
async fn told(sandbox: &Sandbox) -> Vec<(String, u64)> {
    let query = AlertQuery {
        limit: Some(1_000),
        ..AlertQuery::default()
    };
    let page = sandbox.alerts(query).await.unwrap();
    let alerts = page.alerts.iter();
    let mut told: Vec<_> = alerts.map(|a| (a.title.clone(), a.count)).collect();
    told.sort();
    told
}

/// Decisions are numbered 1, 2, 3 …; how many there are.
async fn decided(sandbox: &Sandbox) -> usize {
    let all = DecisionQuery {
        limit: 100_000,
        ..DecisionQuery::default()
    };
    let records = &sandbox.site().adapters().records;
    let decisions = records.decisions(sandbox.scope(), &all).await.unwrap();
    let count = decisions.len();
    let seqs = decisions.into_iter().map(|decision| decision.seq);
    assert!(seqs.eq(1..=count as u64), "decisions are dense");
    count
}

async fn demonstrate(sandbox: &Sandbox) -> u64 {
    let context = sandbox.operator("a test");
    let demo = DemoStart { speed: None };
    let started = sandbox.api().start_demo(&context, demo).await.unwrap();
    started.records
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_runs_on_a_database_that_crashes_on_the_way() {
    let Some(mut server) = Postgres::start(PostgresOptions::default()).unwrap() else {
        return;
    };
    let mut config = config();
    config.records.store = server.database("site").unwrap().into();
    let shown = format!("{config:?}") + &serde_json::to_string(&config).unwrap();
    assert!(!shown.contains(server.password()), "{shown}");
    let mut sandbox = Sandbox::start_with(config, Stores::Files).await.unwrap();
    let records = demonstrate(&sandbox).await;
    server.crash();
    server.restart().unwrap();
    let ledger = sandbox.settled_after(records).await;
    assert_eq!(ledger.total.received, records);
    assert!(!sandbox.dir().join("records.sqlite").exists());

    let embedded = Sandbox::start(Stores::Files, None).await.unwrap();
    let same = demonstrate(&embedded).await;
    let other = embedded.settled_after(same).await;
    assert_eq!(ledger.matches, other.matches, "the same on every store");
    assert_eq!(told(&sandbox).await, told(&embedded).await);
    embedded.stop().await.unwrap();

    let (before, decisions) = (told(&sandbox).await, decided(&sandbox).await);
    assert!(!before.is_empty());
    sandbox.restart().await.unwrap();
    assert_eq!(told(&sandbox).await, before);
    assert!(decided(&sandbox).await >= decisions);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_told_without_its_password() {
    for address in ["postgres://ada:canary@", "mysql://ada:canary@h/x"] {
        let mut config = config();
        config.records.store = address.into();
        let Err(error) = Sandbox::start_with(config, Stores::Files).await else {
            panic!("{address} was taken");
        };
        let mut text = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text += &format!(" {error} {error:?}");
            cause = error.source();
        }
        assert!(!text.contains("canary"), "{text}");
    }
}
