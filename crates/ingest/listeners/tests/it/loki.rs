use aurora_listeners::http::Options;
use serde_json::json;

use crate::support::{Sender, Site, request};

#[tokio::test]
async fn pushes_in_both_forms_are_taken() {
    let site = Site::new();
    let address = site.http(Options::default()).await;
    let token = site.token("auto").await;
    // A tenant's name and a token as the password, as Promtail sends them.
    let packed = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("tenant:{token}"),
    );
    let sender = Sender {
        address,
        authorization: format!("Basic {packed}"),
    };
    let body =
        br#"{"streams":[{"stream":{"host":"gate"},"values":[["1700000000000000000","known a"]]}]}"#;
    let json_type = [("Content-Type", "application/json")];
    let answer = sender.post("/loki/api/v1/push", &json_type, body).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    // {host="gate"}, one line "known b" at 1 s; snappy, as the protocol has it.
    let entry = b"\x0a\x02\x08\x01\x12\x07known b";
    let stream = [
        &b"\x0a\x0d{host=\"gate\"}\x12"[..],
        &[entry.len() as u8],
        entry,
    ]
    .concat();
    let push = [&[0x0a, stream.len() as u8][..], &stream].concat();
    let packed = snap::raw::Encoder::new().compress_vec(&push).unwrap();
    let protobuf = [("Content-Type", "application/x-protobuf")];
    for _resend in 0..2 {
        let answer = sender.post("/loki/api/v1/push", &protobuf, &packed).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }
    let raw = site.raw(2).await;
    assert_eq!(
        (raw[1].host.as_str(), raw[1].body.as_str()),
        ("gate", "known b")
    );
    assert_eq!(
        raw[1].envelope,
        json!({"time": 1000, "labels": {"host": "gate"}})
    );
    // Lines with times to the nanosecond name themselves: what came again is there once.
    assert_eq!(
        site.bus
            .stream(aurora_model::Stream::Raw)
            .await
            .unwrap()
            .last_seq,
        2
    );
    let refused = sender
        .post("/loki/api/v1/push", &protobuf, b"\xff\xff\xff")
        .await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let ready = request(address, "GET", "/ready", &[], b"").await;
    assert_eq!((ready.status, ready.text()), (200, "ready\n".to_owned()));
    site.stop().await;
}
