//! Splunk's protocol, byte for byte as its senders write it.

use aurora_listeners::http::Options;
use serde_json::{Value, json};

use crate::support::{Answer, Sender, Site, request};

const CHANNEL: &str = "FE0ECFAD-13D5-401B-847D-77833BD77131";

async fn sender(site: &Site) -> Sender {
    let address = site.http(Options::default()).await;
    Sender::new(site, address, "auto", "Splunk").await
}

#[tokio::test]
async fn events_are_durable_when_success_is_told() {
    let site = Site::new();
    let sender = sender(&site).await;
    let body = br#"{"event":"known a","host":"h1","sourcetype":"linux_secure"}{"event":{"n":1}}"#;
    let answer = sender.post("/services/collector/event", &[], body).await;
    assert_eq!(
        (answer.status, answer.text()),
        (200, r#"{"text":"Success","code":0}"#.to_owned())
    );
    let raw = site.raw(2).await;
    let seen: Vec<_> = raw
        .iter()
        .map(|r| (r.source.as_str(), r.host.as_str(), r.body.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("known", "h1", "known a"),
            ("json", "127.0.0.1", r#"{"n":1}"#)
        ]
    );
    assert_eq!(raw[0].envelope, json!({"sourcetype": "linux_secure"}));
    site.stop().await;
}

#[tokio::test]
async fn raw_lines_and_the_other_paths() {
    let site = Site::new();
    let sender = sender(&site).await;
    let answer = sender
        .post(
            "/services/collector/raw?host=h2&sourcetype=a%20b",
            &[],
            b"known 1\nknown 2\n",
        )
        .await;
    assert_eq!(answer.status, 200);
    for path in ["/services/collector", "/services/collector/event/1.0"] {
        assert_eq!(
            sender
                .post(path, &[], br#"{"event":"known x"}"#)
                .await
                .status,
            200
        );
    }
    let raw = site.raw(4).await;
    assert_eq!(raw[1].host, "h2");
    assert_eq!(raw[1].envelope, json!({"sourcetype": "a b"}));
    let health = request(
        sender.address,
        "GET",
        "/services/collector/health",
        &[],
        b"",
    )
    .await;
    assert_eq!(
        (health.status, health.text()),
        (200, r#"{"text":"HEC is healthy","code":17}"#.to_owned())
    );
    site.stop().await;
}

async fn asked(sender: &Sender, channel: &str, acks: &[u64]) -> Answer {
    let body = json!({ "acks": acks }).to_string();
    let path = format!("/services/collector/ack?channel={channel}");
    sender.post(&path, &[], body.as_bytes()).await
}

#[tokio::test]
async fn an_acknowledgement_outlives_the_listener() {
    let site = Site::new();
    let first = sender(&site).await;
    let channel = [("X-Splunk-Request-Channel", CHANNEL)];
    let mut given = Vec::new();
    for n in 0..3 {
        let body = format!(r#"{{"event":"known {n}"}}"#);
        let answer = first
            .post("/services/collector", &channel, body.as_bytes())
            .await;
        given.push(answer.json()["ackId"].as_u64().unwrap());
    }
    assert!(given.is_sorted() && given[2] < 1 << 53, "{given:?}");
    // Another listener on the same keys, as after a restart.
    let again = Sender {
        address: site.http(Options::default()).await,
        ..first.clone()
    };
    let answer = asked(&again, CHANNEL, &[given[0], given[2], given[2] + 1])
        .await
        .json();
    let told = |number: u64| answer["acks"][number.to_string()].clone();
    assert_eq!(
        [told(given[0]), told(given[2]), told(given[2] + 1)],
        [Value::Bool(true), Value::Bool(true), Value::Bool(false)]
    );
    // Neither another channel nor another token learns anything.
    let other = asked(&again, "00000000-13D5-401B-847D-77833BD77131", &given)
        .await
        .json();
    let stranger = Sender {
        address: again.address,
        ..sender(&site).await
    };
    let strange = asked(&stranger, CHANNEL, &given).await.json();
    for acks in [&other["acks"], &strange["acks"]] {
        assert!(
            acks.as_object().unwrap().values().all(|told| told == false),
            "{acks}"
        );
    }
    site.stop().await;
}

#[tokio::test]
async fn refusals_carry_splunks_codes() {
    let site = Site::new();
    let sender = sender(&site).await;
    let nobody = Sender {
        authorization: "Splunk no".to_owned(),
        ..sender.clone()
    };
    let path = "/services/collector";
    let ack = "/services/collector/ack";
    let bad = [("X-Splunk-Request-Channel", "x")];
    let event = br#"{"event":"a"}"#;
    let answers = [
        nobody.post(path, &[], event).await,
        sender.post(path, &[], b"").await,
        sender
            .post(path, &[], br#"{"event":"a"}{"event":""}"#)
            .await,
        sender.post(path, &[], br#"{"event":"a"}{"#).await,
        sender.post(path, &bad, event).await,
        sender.post(ack, &[], br#"{"acks":[1]}"#).await,
        sender
            .post(ack, &[("X-Splunk-Request-Channel", CHANNEL)], b"[]")
            .await,
        sender
            .post(path, &[("Content-Encoding", "br")], event)
            .await,
    ];
    let told: Vec<(u16, String)> = answers.iter().map(|a| (a.status, a.text())).collect();
    let want = [
        (403, r#"{"text":"Invalid token","code":4}"#),
        (
            400,
            r#"{"text":"No data","code":5,"invalid-event-number":0}"#,
        ),
        (
            400,
            r#"{"text":"Event field cannot be blank","code":13,"invalid-event-number":1}"#,
        ),
        (
            400,
            r#"{"text":"Invalid data format","code":6,"invalid-event-number":1}"#,
        ),
        (400, r#"{"text":"Invalid data channel","code":11}"#),
        (400, r#"{"text":"Data channel is missing","code":10}"#),
        (400, r#"{"text":"Invalid data format","code":6}"#),
        (400, r#"{"text":"Invalid data format","code":6}"#),
    ];
    assert_eq!(told, want.map(|(status, text)| (status, text.to_owned())));
    assert_eq!(site.stream_bytes().await, 0, "nothing of them was accepted");
    site.stop().await;
}
