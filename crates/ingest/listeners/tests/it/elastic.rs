//! `_bulk` and the handshakes before it, as Filebeat, Fluent Bit and Elasticsearch's clients do them.

use std::io::Write as _;

use aurora_listeners::http::Options;
use serde_json::json;

use crate::support::{Sender, Site, request};

async fn sender(site: &Site) -> Sender {
    let address = site.http(Options::default()).await;
    let token = site.token("auto").await;
    // As Filebeat packs `api_key: "any:<token>"`.
    let packed = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("any:{token}"),
    );
    Sender {
        address,
        authorization: format!("ApiKey {packed}"),
    }
}

#[tokio::test]
async fn a_client_is_shown_what_it_asks() {
    let site = Site::new();
    let sender = sender(&site).await;
    let root = sender.get("/").await;
    assert_eq!(root.status, 200);
    assert!(
        root.head.contains("\r\nx-elastic-product: elasticsearch"),
        "{}",
        root.head
    );
    assert_eq!(root.json()["version"]["number"], "8.17.0");
    assert_eq!(
        sender.get("/_license").await.json()["license"]["status"],
        "active"
    );
    assert_eq!(
        sender.get("/_cluster/health?timeout=1s").await.json()["status"],
        "green"
    );
    let own = [("Authorization", sender.authorization.as_str())];
    let head = request(
        sender.address,
        "HEAD",
        "/_index_template/filebeat-8.17.0",
        &own,
        b"",
    )
    .await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    let put = request(sender.address, "PUT", "/_ilm/policy/filebeat", &own, b"{}").await;
    assert_eq!(put.json(), json!({"acknowledged": true}));
    let stranger = request(sender.address, "GET", "/", &[], b"").await;
    assert_eq!(stranger.status, 401);
    assert_eq!(stranger.json()["error"]["type"], "security_exception");
    assert!(
        stranger.head.contains("\r\nwww-authenticate: basic"),
        "{}",
        stranger.head
    );
    site.stop().await;
}

/// Filebeat's request: packed with gzip, an action without anything, `filter_path` in the query.
#[tokio::test]
async fn filebeats_request_is_taken() {
    let site = Site::new();
    let sender = sender(&site).await;
    let body = "{\"create\":{\"_index\":\"filebeat-8.17.0\"}}\n\
        {\"@timestamp\":\"2026-03-01T10:00:00.000Z\",\"message\":\"known line\",\"host\":{\"name\":\"h\"}}\n\
        {\"create\":{\"_index\":\"filebeat-8.17.0\"}}\n{\"message\":\"no source knows this\"}\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(body.as_bytes()).unwrap();
    let headers = [
        ("Content-Encoding", "gzip"),
        (
            "Content-Type",
            "application/vnd.elasticsearch+json; compatible-with=8",
        ),
    ];
    let path = "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status";
    let answer = sender.post(path, &headers, &packed.finish().unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(
        (&told["errors"], told["items"].as_array().unwrap().len()),
        (&json!(false), 2)
    );
    assert_eq!(told["items"][0]["create"]["status"], 201);
    let raw = site.raw(2).await;
    assert_eq!(
        (raw[0].source.as_str(), raw[0].body.as_str()),
        ("known", "known line")
    );
    assert_eq!(raw[0].envelope["host"]["name"], "h");
    assert_eq!(raw[1].source, "json");
    site.stop().await;
}

#[tokio::test]
async fn what_is_not_taken_is_told_item_by_item() {
    let site = Site::new();
    let sender = sender(&site).await;
    let body = "{\"index\":{\"_id\":\"1\"}}\n{\"a\":1}\n{\"delete\":{\"_id\":\"2\"}}\n";
    let told = sender
        .post("/logs/_bulk", &[], body.as_bytes())
        .await
        .json();
    assert_eq!(told["errors"], true);
    assert_eq!(told["items"][0]["index"]["_index"], "logs");
    assert_eq!(told["items"][1]["delete"]["status"], 400);
    assert_eq!(site.raw(1).await.len(), 1);
    let answer = sender.post("/_bulk", &[], b"no action\n").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"]["type"], "illegal_argument_exception");
    site.stop().await;
}

/// A lost answer: the client sends the same again, and its documents have ids.
#[tokio::test]
async fn documents_with_ids_are_taken_once() {
    let site = Site::new();
    let sender = sender(&site).await;
    let named = b"{\"create\":{\"_id\":\"1\"}}\n{\"a\":1}\n";
    let unnamed = b"{\"create\":{}}\n{\"a\":1}\n";
    for body in [&named[..], named, unnamed, unnamed] {
        assert_eq!(sender.post("/_bulk", &[], body).await.status, 200);
    }
    // Two that may be the same event twice, or two events: nobody but their source knows.
    assert_eq!(site.raw(3).await.len(), 3);
    assert_eq!(
        site.bus
            .stream(aurora_model::Stream::Raw)
            .await
            .unwrap()
            .last_seq,
        3
    );
    site.stop().await;
}
