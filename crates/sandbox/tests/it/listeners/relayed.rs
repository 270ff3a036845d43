//! Records of a collector that come with events: a site stores none that it would not have made.

use aurora_clock::Timestamp;
use aurora_messages::Replay;
use aurora_model::{OriginId, RawBatch, RawRecord, SourceName, TraceContext};
use aurora_sandbox::{Sandbox, Stores, config};
use serde_json::{Value, json};

use crate::support::{Sender, balanced, dead_letters, launch};

/// The records of a host, each with what it says that the parser made of it.
fn batch(sandbox: &Sandbox, events: &[Value]) -> RawBatch {
    let by = format!("windows@2 {}", env!("CARGO_PKG_VERSION"));
    let records = (0..).zip(events).map(|(seq, event)| RawRecord {
        event: json!({"by": by, "event": event}).to_string().into_bytes(),
        ..RawRecord::whole(
            seq,
            Timestamp::from_millis(1_700_000_000_000),
            launch(seq, "powershell -v").into_bytes(),
        )
    });
    RawBatch {
        scope: sandbox.scope().clone(),
        source: SourceName::new("auto"),
        origin: OriginId(TraceContext::new().trace_id),
        host: "ws1".to_owned(),
        trace: TraceContext::new(),
        records: records.collect(),
    }
}

/// What is not valid or another's becomes a dead letter that holds the record, which the site can map.
#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_not_what_they_say_become_dead_letters() {
    let sandbox = Sandbox::start_with(config(), Stores::Memory).await.unwrap();
    let sender = Sender::of(&sandbox, "auto@branch7").await;
    let sent = batch(
        &sandbox,
        &[
            json!({"class_uid": 7}),
            json!({"class_uid": 1007, "severity_id": "high"}),
            json!({"class_uid": 1007, "raw_data": "of another"}),
            json!([]),
        ],
    );
    assert_eq!(sender.relay(&sent).await.accepted(), (4, 0));
    let total = balanced(&sandbox, 4).await.total;
    assert_eq!((total.stored, total.dead_lettered), (0, 4));
    let letters = dead_letters(&sandbox).await.letters;
    assert!(
        letters.iter().all(|letter| letter
            .detail
            .starts_with("the event that the host sent with it: ")),
        "{letters:?}"
    );
    let replay = Replay {
        because: "the records are good".to_owned(),
        ..Replay::default()
    };
    let context = sandbox.operator("a replay");
    let report = sandbox.api().replay_dead_letters(&context, &replay).await;
    assert_eq!(report.unwrap().replayed, 4);
    let total = sandbox.settled_after(8).await.total;
    assert_eq!((total.stored, total.dead_lettered), (4, 4), "{total:?}");
    sandbox.stop().await.unwrap();
}

/// A token for a parser has the last word: the site makes its own events of the same records.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_names_a_parser_leaves_events_aside() {
    let sandbox = Sandbox::start_with(config(), Stores::Memory).await.unwrap();
    let sender = Sender::of(&sandbox, "windows@branch7").await;
    let sent = batch(&sandbox, &[json!({"class_uid": 7}), json!([])]);
    let answer = sender.relay(&sent).await;
    assert_eq!(answer.body["events"], "unused", "{answer:?}");
    let total = balanced(&sandbox, 2).await.total;
    assert_eq!((total.stored, total.dead_lettered), (2, 0));
    sandbox.stop().await.unwrap();
}
