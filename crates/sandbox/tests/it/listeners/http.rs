use std::io::Write as _;

use aurora_sandbox::{Sandbox, Stores, config};

use crate::support::{Sender, balanced, lines, metric, post};

async fn site() -> Sandbox {
    Sandbox::start_with(config(), Stores::Memory).await.unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_body_is_taken() {
    let sandbox = site().await;
    let sender = Sender::of(&sandbox, "windows").await;
    let array = format!("[{}]", lines(10, 10).trim_end().replace('\n', ","));
    let packed = zstd::bulk::compress(lines(30, 10).as_bytes(), 1).unwrap();
    for body in [
        lines(0, 10).into_bytes(),
        array.into_bytes(),
        gzip(lines(20, 10).as_bytes()),
        packed,
    ] {
        assert_eq!(sender.push(body).await.accepted(), (10, 0));
    }
    // What nobody said the source of is told by its content.
    let unnamed = Sender::of(&sandbox, "auto").await;
    assert_eq!(unnamed.push(lines(40, 10)).await.accepted(), (10, 0));
    let ledger = balanced(&sandbox, 50).await;
    assert_eq!((ledger.total.received, ledger.total.stored), (50, 50));
    assert_eq!(ledger.sources.len(), 1, "{:?}", ledger.sources);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_again_is_the_same_batch() {
    let mut sandbox = Sandbox::start_with(config(), Stores::Files).await.unwrap();
    let mut sender = Sender::of(&sandbox, "windows").await;
    let key = [("Idempotency-Key", "batch-1")];
    assert_eq!(
        sender.push_with(&key, lines(0, 1000)).await.accepted(),
        (1000, 0)
    );
    assert_eq!(
        sender.push_with(&key, lines(0, 1000)).await.accepted(),
        (1000, 1000)
    );
    assert_eq!(balanced(&sandbox, 1000).await.total.received, 1000);
    // The site remembers it across a restart, for a sender that had no answer.
    sandbox.restart().await.unwrap();
    sender.address = sandbox.address("http ingest");
    assert_eq!(
        sender.push_with(&key, lines(0, 1000)).await.accepted(),
        (1000, 1000)
    );
    // Another token's key is another's, and without a key the events tell that they are known.
    let other = Sender::of(&sandbox, "windows").await;
    assert_eq!(
        other.push_with(&key, lines(0, 1000)).await.accepted(),
        (1000, 0)
    );
    let ledger = sandbox.settled_after(2000).await;
    assert_eq!(
        (ledger.total.stored, ledger.total.deduplicated),
        (1000, 1000)
    );
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_in_force_is_heard() {
    let sandbox = site().await;
    let sender = Sender::of(&sandbox, "windows").await;
    let wrong = Sender {
        token: format!("{}x", sender.token),
        ..sender.clone()
    };
    let nobody = post(sender.address, &[], lines(0, 5).as_bytes()).await;
    assert_eq!(sender.push(lines(0, 5)).await.accepted(), (5, 0));
    let context = sandbox.operator("it leaked");
    let source = aurora_model::SourceName::new("windows");
    sandbox
        .api()
        .revoke_token(&context, &source, &sender.token_id)
        .await
        .unwrap();
    for answer in [
        nobody,
        wrong.push(lines(5, 5)).await,
        sender.push(lines(5, 5)).await,
    ] {
        let (message, fix) = answer.error();
        assert_eq!(
            (answer.status, message),
            (401, "the token is missing, unknown or revoked")
        );
        assert!(fix.contains("aurorasoc sources token"), "{fix}");
    }
    let refused = r#"aurora_listener_refused_total{listener="http",reason="token"} "#;
    assert_eq!(metric(&sandbox, refused).await as u64, 3);
    assert_eq!(balanced(&sandbox, 5).await.total.received, 5);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let sandbox = site().await;
    let address = sandbox.address("http ingest");
    // Says that 10 MB come and sends none of them.
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = "POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes())
        .await
        .unwrap();
    let mut answer = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut answer)
        .await
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_and_a_cut_body_are_refused_whole() {
    let mut config = config();
    config.ingest.http.max_unpacked_bytes = 1 << 20;
    config.ingest.http.max_body_bytes = 256 << 10;
    let sandbox = Sandbox::start_with(config, Stores::Memory).await.unwrap();
    let sender = Sender::of(&sandbox, "windows").await;
    let much = lines(0, 10_000);
    let cut = gzip(lines(0, 1000).as_bytes());
    for bomb in [
        gzip(much.as_bytes()),
        zstd::bulk::compress(much.as_bytes(), 1).unwrap(),
    ] {
        let answer = sender.push(bomb).await;
        let (message, fix) = answer.error();
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(
            message.contains("unpacks to more than 1048576 bytes"),
            "{message}"
        );
        assert!(fix.contains("nothing was accepted"), "{fix}");
    }
    let answer = sender.push(&cut[..cut.len() / 2]).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(
        answer.error().0.contains("cannot unpack the gzip stream"),
        "{answer:?}"
    );
    let answer = sender.push(&much).await;
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.error().0.contains("262144 bytes"), "{answer:?}");
    assert_eq!(sandbox.settled().await.total.received, 0);
    assert_eq!(sender.push(lines(0, 3)).await.accepted(), (3, 0));
    assert_eq!(balanced(&sandbox, 3).await.total.received, 3);
    sandbox.stop().await.unwrap();
}

/// Holds the lease on the raw shards, so that nothing leaves the raw stream until it is let go.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_site_says_wait_and_what_is_sent_again_is_there_once() {
    let mut config = config();
    config.bus.max_bytes = 1 << 20;
    let sandbox = Sandbox::start_with(config, Stores::Files).await.unwrap();
    let bus = sandbox.site().adapters().bus.clone();
    let hold = std::time::Duration::from_secs(600);
    let lease = bus
        .acquire("normalise/raw", "test", hold)
        .await
        .unwrap()
        .unwrap();
    let sender = Sender::of(&sandbox, "windows").await;
    let body = |batch: u64| noisy(batch * 500, 500);
    let mut taken = 0;
    let refused = loop {
        let answer = sender
            .push_with(&[("Idempotency-Key", &taken.to_string())], body(taken))
            .await;
        if answer.status != 200 {
            break answer;
        }
        taken += 1;
        assert!(taken < 1000, "a stream of a megabyte does not hold this");
    };
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.head.contains("\r\nretry-after: 1"), "{refused:?}");
    assert!(
        refused.error().0.contains("nothing was accepted"),
        "{refused:?}"
    );
    assert!(taken > 0);
    assert_eq!(
        sandbox
            .api()
            .ledger(sandbox.scope())
            .await
            .unwrap()
            .total
            .received,
        taken * 500
    );
    bus.release(&lease).await.unwrap();
    // The sender that was told to wait sends the same again until it is taken.
    for batch in taken..taken + 20 {
        let (key, body) = (batch.to_string(), body(batch));
        let keyed = [("Idempotency-Key", key.as_str())];
        let answer = sandbox.poll(|| async {
            let answer = sender.push_with(&keyed, &body).await;
            (answer.status != 429).then_some(answer)
        });
        assert_eq!(answer.await.accepted(), (500, 0));
    }
    let total = (taken + 20) * 500;
    let ledger = balanced(&sandbox, total).await;
    assert_eq!((ledger.total.received, ledger.total.stored), (total, total));
    sandbox.stop().await.unwrap();
}

/// Records that do not pack well.
fn noisy(first: u64, count: u64) -> String {
    let noise = |n: u64| {
        (0..4)
            .map(|i| {
                blake3::hash(&(n * 4 + i).to_le_bytes())
                    .to_hex()
                    .to_string()
            })
            .collect::<String>()
    };
    (first..first + count)
        .map(|n| crate::support::launch(n, &noise(n)) + "\n")
        .collect()
}
