use std::sync::Arc;

use aurora_correlation::Bounds;
use aurora_detect::RuleHandle;
use aurora_detect::correlate::Limits;
use aurora_events_memory::MemoryEvents;
use aurora_model::{Alert, Shard};
use aurora_records::{Collection, Query};
use aurora_window_state_memory::MemoryWindows;

use crate::stand::{RULES, Stand, set};

/// Users with a window that fires, and what the alert says of it.
fn fired(alerts: &[Alert]) -> Vec<(String, u64, bool)> {
    let mut found: Vec<_> = alerts
        .iter()
        .map(|alert| {
            let correlated = alert.correlated.as_ref().unwrap();
            let user = correlated.group[0].value.clone();
            (user, correlated.events, correlated.late)
        })
        .collect();
    found.sort();
    found
}

fn attack(user: &str, times: i64, ago: i64) -> Vec<(&str, i64)> {
    (0..times).map(|n| (user, ago - n)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_failures_of_one_user_are_one_alert() {
    let mut stand = Stand::new(RULES);
    stand.prepare().await;
    let running = stand.start();
    stand.fail(&attack("eva", 4, 60)).await;
    stand.fail(&attack("adam", 4, 60)).await;
    stand.settled().await;
    assert!(
        stand.alerts().await.is_empty(),
        "the rule alone is no alert"
    );
    stand.fail(&attack("eva", 8, 50)).await;
    stand.settled().await;
    let alerts = stand.alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let alert = &alerts[0];
    assert_eq!((alert.title.as_str(), alert.count), ("Brute force", 1));
    assert_eq!(alert.entities[0].value, "eva");
    let correlated = alert.correlated.as_ref().unwrap();
    assert!(correlated.events >= 5 && !correlated.late, "{correlated:?}");
    assert_eq!(alert.evidence.len() as u64, correlated.events);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_loses_no_alert_and_makes_none_twice() {
    let mut stand = Stand::new(RULES);
    stand.prepare().await;
    let users: Vec<String> = (0..40).map(|n| format!("user{n}")).collect();
    // Every user fails in several batches, and the process dies between and within them.
    let mut running = stand.start();
    for round in 0..5_i64 {
        for some in users.chunks(8) {
            let batch: Vec<(&str, i64)> = some
                .iter()
                .map(|user| (user.as_str(), 100 - round * 10))
                .collect();
            stand.fail(&batch).await;
        }
        stand.crash(running).await;
        running = stand.start();
    }
    stand.settled().await;
    let mut wanted: Vec<_> = users.iter().map(|user| (user.clone(), 5, false)).collect();
    wanted.sort();
    assert_eq!(fired(&stand.alerts().await), wanted);
    let counters = stand.records.counters(&stand.scope, "").await.unwrap();
    let count = |name: &str| {
        let found = counters.iter().find(|(known, _)| known.ends_with(name));
        found.map_or(0, |(_, count)| *count)
    };
    assert_eq!(count("alerts"), 40, "{counters:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_come_back_from_a_snapshot_and_the_stream() {
    let mut stand = Stand::new(RULES);
    stand.prepare().await;
    let running = stand.start();
    stand.fail(&attack("eva", 3, 90)).await;
    stand.fail(&attack("adam", 5, 90)).await;
    stand.settled().await;
    stand
        .until("a snapshot", async || stand.has_snapshot().await.is_some())
        .await;
    running.stop().await;
    // What comes now is in no snapshot.
    let hourly = aurora_detect::correlate::Options {
        snapshot_every: std::time::Duration::from_secs(3600),
        ..stand.options()
    };
    let running = stand.start_with(hourly);
    stand.fail(&attack("eva", 1, 80)).await;
    stand.settled().await;
    stand.crash(running).await;
    // The disk is lost.
    stand.windows = Arc::new(MemoryWindows::new());
    let running = stand.start();
    stand.fail(&attack("eva", 1, 70)).await;
    stand.settled().await;
    let alerts = stand.alerts().await;
    let wanted = [("adam".to_owned(), 5, false), ("eva".to_owned(), 5, false)];
    assert_eq!(fired(&alerts), wanted);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_was_cut_off_begins_again() {
    let mut stand = Stand::new(RULES);
    stand.prepare().await;
    let hourly = || aurora_detect::correlate::Options {
        snapshot_every: std::time::Duration::from_secs(3600),
        ..stand.options()
    };
    let running = stand.start_with(hourly());
    let hourly = hourly();
    stand.fail(&attack("eva", 4, 90)).await;
    stand.settled().await;
    stand.crash(running).await;
    // The disk is lost, and the process that made the windows anew dies right after it began.
    stand.windows = Arc::new(MemoryWindows::new());
    stand.windows.open(Shard::numbered(0), 1).unwrap();
    stand.is_restoring(stand.last_match().await).await;
    let running = stand.start_with(hourly);
    stand.fail(&attack("eva", 1, 70)).await;
    stand.settled().await;
    assert_eq!(fired(&stand.alerts().await), [("eva".to_owned(), 5, false)]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_that_is_reached_is_on_record() {
    let spread = RULES
        .replace("event_count", "value_count")
        .replace("- TargetUserName", "- Computer")
        .replace("gte: 5", "field: TargetUserName\n        gte: 5");
    let mut stand = Stand::new(&spread);
    // Three users are counted exactly, more of them by a sketch.
    let bounds = Bounds {
        distinct: 3,
        ..Bounds::default()
    };
    let limits = Limits {
        bounds,
        ..Limits::default()
    };
    stand.rules = RuleHandle::with(set(&spread), limits);
    stand.prepare().await;
    let running = stand.start();
    let users: Vec<String> = (0..40).map(|n| format!("user{n}")).collect();
    let logons: Vec<(&str, i64)> = users.iter().map(|user| (user.as_str(), 60)).collect();
    stand.fail(&logons).await;
    stand.settled().await;
    let query = Query::of(Collection::RuleBounds);
    let found = stand.records.list(&stand.scope, &query).await.unwrap();
    let [record] = found.documents.as_slice() else {
        panic!("{found:?}");
    };
    let body = &record.body;
    assert_eq!(
        (&body["bound"], &body["limit"]),
        (&"distinct values".into(), &3.into())
    );
    assert_eq!(body["title"], "Brute force");
    assert_eq!(body["group"][0]["value"], "dc1");
    // In the events' time, and when it was noticed.
    let times = ["reached_at", "at"].map(|name| body[name].as_i64().unwrap());
    assert!(times[0] <= times[1] - 60_000, "{times:?}");
    let alerts = stand.alerts().await;
    let [alert] = alerts.as_slice() else {
        panic!("one alert a window: {alerts:?}");
    };
    assert!(alert.correlated.as_ref().unwrap().approximate);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_too_late_still_counts() {
    comes_too_late(Stand::new(RULES)).await;
}

/// What cannot be read at once is read in pieces.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_events_are_judged_where_the_store_is_short_of_memory() {
    let mut stand = Stand::new(RULES);
    stand.events = Arc::new(MemoryEvents::scarce(3));
    comes_too_late(stand).await;
}

/// The fifth failure comes when its window is long over.
async fn comes_too_late(mut stand: Stand) {
    stand.prepare().await;
    let running = stand.start();
    stand.fail(&attack("eva", 4, 3000)).await;
    // Twenty minutes later, so that the first window is over.
    stand.fail(&[("adam", 1800)]).await;
    stand.settled().await;
    assert!(stand.alerts().await.is_empty());
    stand.fail(&[("eva", 2990)]).await;
    stand
        .until("a late alert", async || !stand.alerts().await.is_empty())
        .await;
    assert_eq!(fired(&stand.alerts().await), [("eva".to_owned(), 5, true)]);
    running.stop().await;
}

/// A brute force and then a success, within ten minutes.
fn nested() -> String {
    format!(
        r"{RULES}---
title: Logon
id: 5f8e0ad4-7a0b-4d6e-9a56-0a6d0b9f1c03
name: logon
logsource:
    product: windows
    service: security
detection:
    selection:
        EventID: 4624
    condition: selection
level: low
---
title: Break in
id: 5f8e0ad4-7a0b-4d6e-9a56-0a6d0b9f1c04
correlation:
    type: temporal_ordered
    rules:
        - 5f8e0ad4-7a0b-4d6e-9a56-0a6d0b9f1c02
        - logon
    group-by:
        - TargetUserName
    timespan: 10m
level: critical
"
    )
}

/// What becomes of a brute force and a success when `late` comes after everything else is over.
async fn broken_in(late: impl AsyncFn(&mut Stand), timely: impl AsyncFn(&mut Stand)) -> usize {
    let mut stand = Stand::new(&nested());
    stand.prepare().await;
    let running = stand.start();
    timely(&mut stand).await;
    stand.fail(&[("adam", 60)]).await;
    stand.settled().await;
    let break_ins = async |stand: &Stand| {
        let alerts = stand.alerts().await;
        alerts.iter().filter(|it| it.title == "Break in").count()
    };
    assert_eq!(break_ins(&stand).await, 0);
    late(&mut stand).await;
    stand
        .until("a late alert", async || break_ins(&stand).await > 0)
        .await;
    stand.settled().await;
    let found = break_ins(&stand).await;
    running.stop().await;
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_event_below_a_correlation_of_correlations() {
    // The last failure, without which there is no inner alert.
    let found = broken_in(
        async |stand| stand.fail(&[("eva", 2_995)]).await,
        async |stand| {
            stand.fail(&attack("eva", 4, 3_000)).await;
            stand.happen("4624", &[("eva", 2_900)]).await;
        },
    );
    assert_eq!(found.await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_event_beside_an_inner_alert() {
    // The success; the inner alert is no stored event.
    let found = broken_in(
        async |stand| stand.happen("4624", &[("eva", 2_900)]).await,
        async |stand| stand.fail(&attack("eva", 5, 3_000)).await,
    );
    assert_eq!(found.await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_rule_starts_afresh_with_a_filled_window() {
    let mut stand = Stand::new(RULES);
    stand.prepare().await;
    let running = stand.start();
    stand.fail(&attack("eva", 4, 60)).await;
    stand.settled().await;
    let keys = stand.windows.stats().unwrap().keys;
    assert!(keys > 0);
    let filled = || async {
        stand
            .records
            .slot(&stand.scope, "correlate/namespaces")
            .await
            .unwrap()
    };
    stand
        .until("the first rules to be known", async || {
            filled().await.is_some()
        })
        .await;
    let before = filled().await;
    stand.rules.swap(set(&RULES.replace("gte: 5", "gte: 6")));
    stand
        .until("the window to be filled", async || filled().await != before)
        .await;
    stand.fail(&attack("eva", 1, 40)).await;
    stand.settled().await;
    assert!(stand.alerts().await.is_empty(), "five are not enough now");
    stand.fail(&attack("eva", 1, 30)).await;
    stand
        .until("an alert", async || !stand.alerts().await.is_empty())
        .await;
    let alerts = stand.alerts().await;
    let user = &alerts[0].correlated.as_ref().unwrap().group[0].value;
    assert_eq!((alerts.len(), user.as_str()), (1, "eva"));
    running.stop().await;
}
