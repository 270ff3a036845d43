//! The port's suite on the memory adapter, and what the hunt language means, by example.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use aurora_events::testkit;
use aurora_events::{Events, Row};
use aurora_events_memory::MemoryEvents;
use aurora_ids::Id128;
use aurora_model::{BatchId, EventItem, EventUid, SourceName};

#[tokio::test]
async fn the_contract_holds() {
    testkit::contract(&MemoryEvents::new()).await;
}

#[tokio::test]
async fn hostile_texts_stay_texts() {
    testkit::hostile_texts(&MemoryEvents::new()).await;
}

#[tokio::test]
async fn generated_queries_are_answered() {
    testkit::same_answers(&MemoryEvents::new(), &MemoryEvents::new(), 42, 300).await;
}

#[tokio::test]
async fn names_of_ecs_find_what_they_mean() {
    let (seed, tests) = match std::env::var("AURORA_SEED") {
        Ok(seed) => (seed.parse().unwrap(), 20),
        Err(_) => (20_261_122, 1),
    };
    testkit::projected_hunts(Arc::new(MemoryEvents::new()), seed, tests).await;
}

#[tokio::test]
async fn queries_mean_what_they_say() {
    let (store, scope) = (MemoryEvents::new(), testkit::scope());
    let events = [
        r#"{"time":1,"class_uid":1007,"process":{"cmd_line":"A.exe -X","pid":7},"user":{"name":"Bob"},"raw_data":"one fish"}"#,
        r#"{"time":2,"class_uid":4001,"src_endpoint":{"ip":"10.1.1.1","port":443},"file":{"hashes":[{"value":"aa"},{"value":"bb"}]}}"#,
        r#"{"time":3,"class_uid":4001,"src_endpoint":{"ip":"::ffff:10.1.1.1","port":80},"unmapped":{"LogonType":3},"user":{"name":null}}"#,
    ];
    let rows = events.iter().map(|text| Row {
        source: SourceName::new("test"),
        received_at: aurora_clock::Timestamp::from_millis(0),
        item: EventItem::new(
            EventUid(Id128::random()),
            1,
            &serde_json::from_str(text).unwrap(),
        ),
    });
    store
        .insert(&scope, BatchId(Id128::random()), rows.collect())
        .await
        .unwrap();
    for (query, wanted) in [
        ("*", "3 2 1"),
        ("process.cmd_line:*-x", "1"),
        ("user.name:bob", "1"),
        ("user.name:*", "1"),
        ("user.name:\"\"", "3 2"),
        ("NOT user.name:*", "3 2"),
        ("FISH", "1"),
        ("src_ip:10.0.0.0/8", "3 2"),
        ("src_port:[80 TO 443}", "3"),
        ("src_port:>80", "2"),
        ("file.hashes.value:(AA AND bb)", "2"),
        ("hash:b?", "2"),
        ("unmapped.LogonType:3", "3"),
        ("time:>=2 -class_uid:1007", "3 2"),
        ("src_ip:* OR process.pid:7", "3 2 1"),
    ] {
        let answer = testkit::hunt(&store, &scope, query).await;
        let times: Vec<String> = answer.rows.iter().map(|row| row[0].to_string()).collect();
        assert_eq!(times.join(" "), wanted, "{query}");
    }
}
