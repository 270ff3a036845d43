//! A collector's batches, over HTTP/2 and TLS.

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_listeners::http;
use aurora_model::{RawBatch, RawRecord, Scope, SourceName, TraceContext, relay};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;

use crate::secured::{Party, connector_for, localhost};
use crate::support::{Sender, Site};

fn batch(source: &str, host: &str, texts: &[&str]) -> RawBatch {
    let at = Timestamp::from_millis(1);
    let records = (0..).zip(texts).map(|(seq, text)| match *text {
        "" => RawRecord::dropped(seq, at, 1),
        text => RawRecord::whole(seq, at, text.into()),
    });
    RawBatch {
        scope: Scope::of(Id128::random().into()),
        source: SourceName::new(source),
        origin: Id128::random().into(),
        host: host.into(),
        trace: TraceContext::new(),
        records: records.collect(),
    }
}

fn body(batches: &[RawBatch]) -> Vec<u8> {
    let mut out = Vec::new();
    for batch in batches {
        relay::put(
            &mut out,
            &batch.header("collect").to_bytes(),
            &batch.encode(),
        );
    }
    out
}

fn taken(accepted: u64, known: u64, events: &str) -> Value {
    serde_json::json!({"accepted": accepted, "known": known, "events": events})
}

/// One request on a connection that may carry others.
async fn post(mut to: SendRequest<Full<Bytes>>, token: String, body: Vec<u8>) -> (u16, Value) {
    let request = hyper::Request::post(format!("https://localhost{}", relay::PATH))
        .header("authorization", format!("Bearer {token}"))
        .body(Full::from(body))
        .unwrap();
    let answer = to.send_request(request).await.unwrap();
    let status = answer.status().as_u16();
    let said = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&said).unwrap())
}

#[tokio::test]
async fn batches_come_over_one_connection_and_are_known_again() {
    let (site, folder, party) = (Site::new(), tempfile::tempdir().unwrap(), Party::new());
    let options = http::Options {
        tls: party.files(folder.path()),
        ..http::Options::default()
    };
    let address = site.http(options).await;
    let token = site.token("auto").await;
    let stream = TcpStream::connect(address).await.unwrap();
    let connector = connector_for(&party, None, &[b"h2"]);
    let stream = connector.connect(localhost(), stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    site.tasks.spawn("client", connection);
    let one = body(&[
        batch("syslog@hq", "ws1", &["a", "", "b"]),
        batch("auto", "ws2", &["known c", "nobody's"]),
        batch("No Name!", "ws3", &["d"]),
    ]);
    let two = body(&[batch("windows", "ws1", &["e"])]);
    // Side by side on one connection.
    let (first, second) = tokio::join!(
        post(sender.clone(), token.clone(), one.clone()),
        post(sender.clone(), token.clone(), two)
    );
    assert_eq!(first.0, 200, "{first:?}");
    assert_eq!(second.0, 200, "{second:?}");
    assert_eq!(first.1, taken(6, 0, "used"));
    let again = post(sender.clone(), token, one).await;
    assert_eq!(again.1, taken(6, 6, "used"));
    let mut raw: Vec<String> = site
        .raw(7)
        .await
        .iter()
        .map(|raw| format!("{} {} {}", raw.source, raw.host, raw.body))
        .collect();
    raw.sort();
    assert_eq!(
        raw,
        [
            "auto ws2 nobody's",
            "auto ws3 d",
            "known ws2 known c",
            "syslog@hq ws1 ",
            "syslog@hq ws1 a",
            "syslog@hq ws1 b",
            "windows ws1 e",
        ]
    );
    let refused = post(sender, "wrong".to_owned(), Vec::new()).await;
    assert_eq!(refused.0, 401);
    site.stop().await;
}

#[tokio::test]
async fn a_token_for_a_parser_has_the_last_word() {
    let site = Site::new();
    let address = site.http(http::Options::default()).await;
    let sender = Sender::new(&site, address, "zeek@lab", "Bearer").await;
    let batches = body(&[batch("syslog@hq", "ws1", &["a"])]);
    let answer = sender.post(relay::PATH, &[], &batches).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(site.raw(1).await[0].source, "zeek@lab");
    let open = Sender::new(&site, address, "auto@lab", "Bearer").await;
    let batches = body(&[batch("syslog@hq", "ws1", &["b"])]);
    assert_eq!(open.post(relay::PATH, &[], &batches).await.status, 200);
    assert_eq!(site.raw(2).await[1].source, "syslog@lab");
    site.stop().await;
}

/// The same batch, with an event beside each record.
fn with_events(batch: &RawBatch, event: &[u8]) -> RawBatch {
    let records = batch.records.iter().cloned().map(|record| RawRecord {
        event: event.to_vec(),
        ..record
    });
    RawBatch {
        records: records.collect(),
        ..batch.clone()
    }
}

#[tokio::test]
async fn events_are_left_aside_where_the_token_names_a_parser() {
    let site = Site::new();
    let address = site.http(http::Options::default()).await;
    for (name, says, event) in [("auto@hq", "used", "made"), ("zeek@hq", "unused", "")] {
        let sender = Sender::new(&site, address, name, "Bearer").await;
        let asked = sender.post(relay::PATH, &[], b"").await;
        assert_eq!(asked.json(), taken(0, 0, says));
        let before = site.stream_bytes().await;
        let sent = with_events(&batch("zeek", "ws1", &["a"]), b"made");
        let answer = sender.post(relay::PATH, &[], &body(&[sent])).await;
        assert_eq!(answer.json(), taken(1, 0, says));
        assert!(site.stream_bytes().await > before);
        let raw = site.raw(if event.is_empty() { 2 } else { 1 }).await;
        assert_eq!(raw.last().unwrap().event, event);
    }
    site.stop().await;
}

/// Where a site cuts follows from the records: with events or without, whatever they take, it is the same batch.
#[tokio::test]
async fn events_do_not_move_the_bounds_of_a_batch() {
    let site = Site::new();
    let address = site.http(http::Options::default()).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let records = batch("zeek", "ws1", &["a", "b", "c"]);
    let noise: Vec<u8> = (0..40_000)
        .flat_map(|_| *Id128::random().as_bytes())
        .collect();
    let sent = body(&[with_events(&records, &noise)]);
    let first = sender.post(relay::PATH, &[], &sent);
    assert_eq!(first.await.json(), taken(3, 0, "used"));
    let sent = body(&[records]);
    let again = sender.post(relay::PATH, &[], &sent);
    assert_eq!(again.await.json(), taken(3, 3, "used"));
    let raw = site.raw(3).await;
    assert!(
        raw.iter().all(|raw| raw.event.is_empty()),
        "they do not fit"
    );
    site.stop().await;
}

#[tokio::test]
async fn what_is_no_batch_is_refused_whole() {
    let site = Site::new();
    let address = site.http(http::Options::default()).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let mut cut = body(&[batch("a", "b", &["c"]), batch("a", "b", &["d"])]);
    cut.pop();
    let mut liar = batch("a", "b", &["c"]).header("collect");
    liar.count = u32::MAX;
    let mut many = Vec::new();
    relay::put(&mut many, &liar.to_bytes(), &[]);
    // A frame of zstd that says it holds a terabyte.
    let bomb = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0xe0][..],
        &(1_u64 << 40).to_le_bytes(),
    ]
    .concat();
    let mut large = Vec::new();
    relay::put(
        &mut large,
        &batch("a", "b", &["c"]).header("x").to_bytes(),
        &bomb,
    );
    for (body, status) in [
        (cut, 400),
        (many, 413),
        (large, 400),
        (b"{}\n".to_vec(), 400),
    ] {
        let answer = sender.post(relay::PATH, &[], &body).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(site.stream_bytes().await, 0);
    site.stop().await;
}
