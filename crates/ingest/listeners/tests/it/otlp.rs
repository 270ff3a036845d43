use aurora_listeners::http::Options;

use crate::support::{Sender, Site};

const JSON: &[u8] = br#"{"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"h"}}]},
    "scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","body":{"stringValue":"known a"}},
    {"timeUnixNano":"1700000000000000001","body":{"stringValue":"b"}}]}]}]}"#;

#[tokio::test]
async fn records_are_taken_in_both_forms() {
    let site = Site::new();
    let address = site.http(Options::default()).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let answer = sender
        .post(
            "/v1/logs",
            &[("Content-Type", "application/json; charset=utf-8")],
            JSON,
        )
        .await;
    assert_eq!((answer.status, answer.text()), (200, "{}".to_owned()));
    assert!(answer.head.contains("content-type: application/json"));
    // One record with the body "known c" and no more.
    let record = b"\x2a\x09\x0a\x07known c";
    let scope = [&[0x12, record.len() as u8][..], record].concat();
    let resource = [&[0x12, scope.len() as u8][..], &scope].concat();
    let body = [&[0x0a, resource.len() as u8][..], &resource].concat();
    let protobuf = [("Content-Type", "application/x-protobuf")];
    let answer = sender.post("/v1/logs", &protobuf, &body).await;
    assert_eq!(
        (answer.status, answer.body.len()),
        (200, 0),
        "{}",
        answer.text()
    );
    assert!(answer.head.contains("content-type: application/x-protobuf"));
    let raw = site.raw(3).await;
    let seen: Vec<_> = raw
        .iter()
        .map(|r| (r.source.as_str(), r.host.as_str()))
        .collect();
    assert_eq!(
        seen,
        [("known", "h"), ("json", "h"), ("known", "127.0.0.1")]
    );
    assert!(
        raw[1]
            .body
            .starts_with(r#"{"resourceLogs":[{"resource":{"attributes""#),
        "{}",
        raw[1].body
    );
    site.stop().await;
}

#[tokio::test]
async fn refusals_are_statuses() {
    let site = Site::new();
    let address = site.http(Options::default()).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let answer = sender
        .post("/v1/logs", &[("Content-Type", "application/json")], b"[")
        .await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (400, &serde_json::json!(3))
    );
    let protobuf = [("Content-Type", "application/x-protobuf")];
    let answer = sender.post("/v1/logs", &protobuf, b"\x0a\xff").await;
    assert_eq!((answer.status, &answer.body[..2]), (400, &[8, 3][..]));
    assert_eq!(sender.post("/v1/logs", &[], b"{}").await.status, 415);
    let nobody = Sender {
        authorization: "Bearer no".to_owned(),
        ..sender
    };
    let answer = nobody.post("/v1/logs", &protobuf, b"").await;
    assert_eq!((answer.status, &answer.body[..2]), (401, &[8, 16][..]));
    site.stop().await;
}
