use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_engineering::Error;
use aurora_engineering::backtest::{Input, PastAlerts, Progress, Rules, Watch, run};
use aurora_events::{Events as _, Row, TimeRange};
use aurora_events_memory::MemoryEvents;
use aurora_ids::Id128;
use aurora_model::engineering::Backtest;
use aurora_model::{BatchId, Entity, EntityKind, EventItem, EventUid, RuleId, Scope, SourceName};
use serde_json::{Map, Value};

use crate::rules::{FAILED, MANY, logon, set};

#[derive(Default)]
struct Seen {
    last: AtomicU64,
    stop: bool,
}

impl Watch for Seen {
    fn progress(&self, progress: Progress) {
        self.last.store(progress.read, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.stop
    }
}

fn scope() -> Scope {
    Scope::of(Id128::from_bytes([1; 16]).into())
}

fn users(event: &Map<String, Value>) -> Vec<Entity> {
    let value = event["user"]["name"].as_str().unwrap().to_owned();
    let kind = EntityKind::User;
    vec![Entity { kind, value }]
}

async fn kept(events: &[Value]) -> MemoryEvents {
    let store = MemoryEvents::new();
    let row = |(number, event): (u32, &Value)| {
        let time = Timestamp::from_millis(event["time"].as_i64().unwrap());
        let uid = EventUid(Id128::from_bytes(
            [number.to_be_bytes(); 4].concat().try_into().unwrap(),
        ));
        Row {
            source: SourceName::new("test"),
            received_at: time,
            item: EventItem::new(uid, 1, event.as_object().unwrap()),
        }
    };
    let rows = (0..).zip(events).map(row).collect();
    let token = BatchId(Id128::from_bytes([9; 16]));
    store.insert(&scope(), token, rows).await.unwrap();
    store
}

async fn backtest(events: &[Value], rules: &[&str], watch: &Seen) -> Result<Backtest, Error> {
    let store = kept(events).await;
    let scope = scope();
    let set = Arc::new(set(rules));
    let ids: Vec<RuleId> = set
        .rules()
        .iter()
        .map(|it| it.id.clone())
        .chain(set.correlations().iter().map(|it| it.id.clone()))
        .collect();
    let input = Input {
        events: &store,
        scope: &scope,
        range: TimeRange {
            from: Timestamp::from_millis(0),
            until: Timestamp::from_millis(3 * 86_400_000),
        },
        query: aurora_hunt::Query::all(),
        timeout: Duration::from_secs(10),
    };
    let past = PastAlerts::default();
    let evaluator = Box::new(Rules::new(set, &ids, users));
    run(&input, evaluator, &past, watch).await
}

#[tokio::test]
async fn matches_are_counted_by_day_and_by_whom() {
    let day = 24 * 60;
    let events = [
        logon(1, "eva", true),
        logon(2, "eva", true),
        logon(3, "eva", true),
        logon(4, "adam", false),
        logon(2 * day + 1, "adam", true),
    ];
    let report = backtest(&events, &[FAILED, MANY], &Seen::default())
        .await
        .unwrap();
    assert_eq!(report.cost.events_read, 5);
    let [failed, many] = report.rules.as_slice() else {
        panic!("two rules were asked about");
    };
    assert_eq!((failed.candidates, failed.matches), (5, 4));
    let days: Vec<u64> = failed.days.iter().map(|day| day.count).collect();
    assert_eq!(days, [3, 0, 1]);
    assert_eq!(failed.distinct_entities, 2);
    assert_eq!(failed.top_entities[0].entity.value, "eva");
    assert_eq!(failed.samples.len(), 4);
    assert!(failed.precision.is_none());
    assert!(many.stateful);
    assert_eq!(many.matches, 1);
    assert_eq!(many.top_entities[0].entity.value, "eva");
}

#[tokio::test]
async fn more_events_than_a_page_holds_are_read_page_by_page() {
    // All within one minute, and most within one second of it.
    let events: Vec<Value> = (0..12_000_i64)
        .map(|n| {
            let mut event = logon(0, "eva", n % 100 == 0);
            event["time"] = (n % 700).into();
            event
        })
        .collect();
    let seen = Seen::default();
    let report = backtest(&events, &[FAILED], &seen).await.unwrap();
    assert_eq!(report.cost.events_read, 12_000);
    assert_eq!(seen.last.load(Ordering::Relaxed), 12_000);
    assert_eq!(report.rules[0].matches, 120);
    assert_eq!(report.gaps, [""; 0]);
}

#[tokio::test]
async fn it_ends_when_nobody_waits() {
    let stop = Seen {
        stop: true,
        ..Seen::default()
    };
    let ended = backtest(&[logon(0, "eva", true)], &[FAILED], &stop).await;
    assert!(matches!(ended, Err(Error::Cancelled)));
}
