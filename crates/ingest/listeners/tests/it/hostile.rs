//! Senders that want to hurt: bombs, and requests that never end.

use std::time::Duration;

use aurora_listeners::{http, syslog};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Sender, Site, poll};

/// The same nothing in every packing, to every protocol.
#[tokio::test]
async fn a_bomb_is_refused_in_every_protocol() {
    let site = Site::new();
    let options = http::Options {
        max_unpacked_bytes: 1 << 20,
        ..http::Options::default()
    };
    let address = site.http(options).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let nothing = vec![b' '; 8 << 20];
    let packed = [
        ("zstd", zstd::bulk::compress(&nothing, 1).unwrap()),
        (
            "snappy",
            snap::raw::Encoder::new().compress_vec(&nothing).unwrap(),
        ),
    ];
    let paths = [
        "/ingest",
        "/services/collector",
        "/_bulk",
        "/loki/api/v1/push",
        "/v1/logs",
    ];
    for path in paths {
        for (encoding, bomb) in &packed {
            let kind = [
                ("Content-Type", "application/json"),
                ("Content-Encoding", encoding),
            ];
            let answer = sender.post(path, &kind, bomb).await;
            assert_eq!(answer.status, 400, "{path} {encoding}: {}", answer.text());
        }
    }
    assert_eq!(sender.post("/ingest", &[], b"{}\n").await.status, 200);
    site.stop().await;
}

/// A field of protocol buffers with this tag.
fn within(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let mut length = bytes.len();
    while length > 127 {
        out.push((length & 127) as u8 | 128);
        length >>= 7;
    }
    out.push(length as u8);
    [&out, bytes].concat()
}

/// Small on the wire, and a record each: the count is bounded, too.
#[tokio::test]
async fn very_many_records_are_refused() {
    let site = Site::new();
    let address = site.http(http::Options::default()).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let actions = "{\"delete\":{}}\n".repeat(300_000);
    let answer = sender.post("/_bulk", &[], actions.as_bytes()).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    let records = b"\x12\x00".repeat(300_000);
    let body = within(0x0a, &within(0x12, &records));
    let kind = [("Content-Type", "application/x-protobuf")];
    let answer = sender.post("/v1/logs", &kind, &body).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert_eq!(site.stream_bytes().await, 0);
    site.stop().await;
}

/// A request whose head never ends is cut off; a body that stops has its memory taken back.
#[tokio::test]
async fn slow_requests_end() {
    let site = Site::new();
    let options = http::Options {
        idle_seconds: 1,
        ..http::Options::default()
    };
    let address = site.http(options).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"POST /ingest HTTP/1.1\r\nHost: x\r\n")
        .await
        .unwrap();
    let both = async {
        let mut rest = [Vec::new(), Vec::new()];
        let [first, second] = &mut rest;
        // Whatever they are told, it is the end.
        let (_silent, _slow) = tokio::join!(silent.read_to_end(first), slow.read_to_end(second));
    };
    tokio::time::timeout(Duration::from_secs(30), both)
        .await
        .unwrap();
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    assert_eq!(sender.post("/ingest", &[], b"{}\n").await.status, 200);
    site.stop().await;
}

/// Messages that never end, on many connections: together they hold no more than they may.
#[tokio::test]
async fn unfinished_messages_hold_bounded_memory() {
    let site = Site::new();
    let options = syslog::Options {
        max_held_bytes: 256 << 10,
        ..syslog::Options::default()
    };
    let (address, _) = site.syslog(options).await;
    let mut streams = Vec::new();
    for _ in 0..16 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The peer may hang up before all of it is written.
        let _written = stream.write_all(&[b'x'; 100_000]).await;
        streams.push(stream);
    }
    poll(|| {
        let refused = site.refused("syslog-tcp", "unfinished messages fill the memory");
        (refused >= 14).then_some(())
    })
    .await;
    drop(streams);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"known after all\n").await.unwrap();
    drop(stream);
    let raw = site.raw(17).await;
    assert!(raw.iter().any(|raw| raw.body == "known after all"));
    site.stop().await;
}
