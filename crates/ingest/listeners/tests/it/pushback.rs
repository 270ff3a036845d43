//! A site that is full or broken acknowledges nothing, in any protocol.

use aurora_listeners::http::Options;

use crate::support::{Answer, Sender, Site};

const REQUESTS: [(&str, &str, &str); 6] = [
    ("/ingest", "application/json", "{\"a\":1}\n"),
    (
        "/services/collector",
        "application/json",
        "{\"event\":\"known a\"}",
    ),
    ("/services/collector/raw", "text/plain", "known a\n"),
    (
        "/_bulk",
        "application/x-ndjson",
        "{\"create\":{}}\n{\"a\":1}\n",
    ),
    (
        "/loki/api/v1/push",
        "application/json",
        "{\"streams\":[{\"stream\":{},\"values\":[[\"1\",\"known a\"]]}]}",
    ),
    (
        "/v1/logs",
        "application/json",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{}]}]}]}",
    ),
];

async fn answers(site: &Site) -> Vec<Answer> {
    let address = site.http(Options::default()).await;
    let sender = Sender::new(site, address, "auto", "Bearer").await;
    let mut answers = Vec::new();
    for (path, kind, body) in REQUESTS {
        answers.push(
            sender
                .post(path, &[("Content-Type", kind)], body.as_bytes())
                .await,
        );
    }
    answers
}

#[tokio::test]
async fn a_full_site_says_when_to_come_again() {
    let site = Site::holding(1);
    let answers = answers(&site).await;
    let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(told, [429, 503, 503, 429, 429, 429]);
    for answer in &answers {
        assert!(
            answer.head.contains("\r\nretry-after: 1"),
            "{}",
            answer.head
        );
    }
    assert_eq!(answers[1].text(), r#"{"text":"Server is busy","code":9}"#);
    assert_eq!(
        answers[3].json()["error"]["type"],
        "es_rejected_execution_exception"
    );
    assert_eq!(answers[5].json()["code"], 8);
    assert_eq!(site.stream_bytes().await, 0);
    site.stop().await;
}

#[tokio::test]
async fn what_is_not_durable_is_not_acknowledged() {
    let site = Site::new();
    site.bus.close().await.unwrap();
    let told: Vec<u16> = answers(&site)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    assert_eq!(told, [503, 500, 500, 503, 503, 503]);
    site.stop().await;
}

/// Other senders hold all the memory: the next is told so, and once they are gone it is served.
#[tokio::test]
async fn memory_is_shared_and_never_exceeded() {
    let site = Site::new();
    let options = Options {
        max_held_bytes: 64 << 10,
        ..Options::default()
    };
    let address = site.http(options).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let much = "{\"a\":1}\n".repeat(8000);
    let packed = zstd::bulk::compress(much.as_bytes(), 1).unwrap();
    for (path, body) in [
        ("/ingest", &packed[..]),
        ("/services/collector/raw", much.as_bytes()),
    ] {
        let answer = sender.post(path, &[], body).await;
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(
            answer.head.contains("\r\nretry-after: 1"),
            "{}",
            answer.head
        );
    }
    assert_eq!(
        (site.refused("http", "busy"), site.refused("hec", "busy")),
        (1, 1)
    );
    assert_eq!(
        sender.post("/ingest", &[], b"{\"a\":1}\n").await.status,
        200
    );
    site.stop().await;
}
