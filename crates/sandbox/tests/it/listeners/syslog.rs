use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};

use aurora_events::{HuntOptions, TimeRange};
use aurora_sandbox::{Sandbox, Stores, config};
use serde_json::Value;

use crate::support::{balanced, dead_letters, metric};

const LISTENER: &str = "syslog udp and tcp";

async fn site() -> Sandbox {
    Sandbox::start_with(config(), Stores::Memory).await.unwrap()
}

fn bsd(n: u64) -> String {
    format!(
        "<38>Mar  1 10:00:00 gate sshd[{n}]: Failed password for root from 203.0.113.7 port {n} ssh2"
    )
}

fn modern(n: u64) -> String {
    format!(
        "<38>1 2026-03-01T10:00:00.5Z gate sshd {n} - - Failed password for eva from 203.0.113.7 port {n} ssh2"
    )
}

async fn events(sandbox: &Sandbox) -> Vec<Value> {
    let range = TimeRange {
        from: aurora_clock::Timestamp::from_millis(i64::MIN / 4),
        until: aurora_clock::Timestamp::from_millis(i64::MAX / 4),
    };
    let options = HuntOptions {
        range,
        limit: 100_000,
        timeout: std::time::Duration::from_secs(60),
    };
    let store = &sandbox.site().adapters().events;
    let query = aurora_hunt::parse("*").unwrap();
    let answer = store.hunt(sandbox.scope(), &query, &options).await.unwrap();
    let at = answer
        .columns
        .iter()
        .position(|column| column.name == "event")
        .unwrap();
    answer
        .rows
        .into_iter()
        .map(|mut row| row.swap_remove(at))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_of_both_forms_become_events() {
    let sandbox = site().await;
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(sandbox.address(LISTENER)).unwrap();
    for n in 0..50 {
        socket.send(bsd(n).as_bytes()).unwrap();
        socket.send(format!("{}\n", modern(n)).as_bytes()).unwrap();
    }
    socket.send(b"").unwrap();
    let ledger = balanced(&sandbox, 100).await;
    assert_eq!((ledger.total.received, ledger.total.stored), (100, 100));
    let events = events(&sandbox).await;
    let of = |name: &str| {
        events
            .iter()
            .filter(|event| event["user"]["name"] == name)
            .count()
    };
    assert_eq!((of("root"), of("eva")), (50, 50), "{:#}", events[0]);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_framed_by_counts_or_by_lines() {
    let sandbox = site().await;
    let address = sandbox.address(LISTENER);
    let mut counted = TcpStream::connect(address).unwrap();
    let mut lined = TcpStream::connect(address).unwrap();
    for n in 0..700 {
        // A count keeps a message whole that has a line end inside.
        let message = format!("{}\nsecond line", modern(n));
        write!(counted, "{} {message}", message.len()).unwrap();
        writeln!(lined, "{}", bsd(n)).unwrap();
    }
    // The last line has no end: the connection's end is one.
    lined.write_all(bsd(700).as_bytes()).unwrap();
    drop((counted, lined));
    let ledger = balanced(&sandbox, 1401).await;
    assert_eq!((ledger.total.received, ledger.total.stored), (1401, 1401));
    let events = events(&sandbox).await;
    let whole = events
        .iter()
        .filter(|event| event["raw_data"].as_str().unwrap().ends_with("second line"));
    assert_eq!(whole.count(), 700);
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_syslog_reaches_the_dead_letter() {
    let sandbox = site().await;
    let mut stream = TcpStream::connect(sandbox.address(LISTENER)).unwrap();
    stream
        .write_all(b"\x16\x03\x01\x02\x07\x01\xfc\x03\x03\n\0\0\xff\xfe\0\0\n")
        .unwrap();
    writeln!(stream, "{}", bsd(1)).unwrap();
    drop(stream);
    let ledger = balanced(&sandbox, 3).await;
    assert_eq!((ledger.total.stored, ledger.total.dead_lettered), (1, 2));
    let letters = dead_letters(&sandbox).await.letters;
    let details: Vec<&str> = letters
        .iter()
        .map(|letter| letter.detail.as_str())
        .collect();
    assert!(
        details.iter().all(|detail| detail.contains("no parser")),
        "{details:?}"
    );
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_nobody_named_is_refused_and_counted() {
    let mut config = config();
    config.syslog.allow = vec!["192.0.2.0/24".parse().unwrap()];
    let sandbox = Sandbox::start_with(config, Stores::Memory).await.unwrap();
    let address = sandbox.address(LISTENER);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..7 {
        socket.send_to(bsd(n).as_bytes(), address).unwrap();
    }
    let mut stream = TcpStream::connect(address).unwrap();
    // The peer may have been hung up on already.
    drop(stream.write_all(b"a line\n"));
    let refused = |listener: &str| {
        format!(
            r#"aurora_listener_refused_total{{listener="syslog-{listener}",reason="peer not on the allow list"}} "#
        )
    };
    let counted = sandbox.poll(|| async {
        let (udp, tcp) = (
            metric(&sandbox, &refused("udp")).await,
            metric(&sandbox, &refused("tcp")).await,
        );
        (udp + tcp >= 8.0).then_some((udp, tcp))
    });
    assert_eq!(counted.await, (7.0, 1.0));
    assert_eq!(balanced(&sandbox, 0).await.total.received, 0);
    sandbox.stop().await.unwrap();
}

/// Faster than anybody reads: what the kernel threw away is listed, the rest is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_counted_to_the_last_datagram() {
    let sandbox = site().await;
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(sandbox.address(LISTENER)).unwrap();
    let sent = 30_000;
    let flood = tokio::task::spawn_blocking(move || {
        for n in 0..sent {
            socket.send(bsd(n).as_bytes()).unwrap();
        }
        socket
    });
    let socket = flood.await.unwrap();
    let ledger = sandbox.poll(|| async {
        let ledger = sandbox.settled().await;
        let lost: u64 = ledger
            .kernel_drops
            .iter()
            .map(|drops| drops.datagrams)
            .sum();
        (ledger.total.received + lost >= sent).then_some(ledger)
    });
    let ledger = ledger.await;
    let lost = ledger.kernel_drops[0].datagrams;
    eprintln!(
        "{sent} datagrams: {} received, {lost} thrown away by the kernel",
        ledger.total.received
    );
    assert_eq!(ledger.total.received + lost, sent);
    assert!(
        ledger.kernel_drops[0]
            .listener
            .starts_with("syslog udp 127.0.0.1:")
    );
    assert_eq!(
        metric(&sandbox, r#"aurora_kernel_drops{listener="syslog-udp"} "#).await as u64,
        lost
    );
    // The site is well after it.
    socket.send(bsd(sent).as_bytes()).unwrap();
    let ledger = balanced(&sandbox, ledger.total.received + 1).await;
    assert_eq!(
        ledger.total.stored + ledger.total.deduplicated,
        ledger.total.received
    );
    sandbox.stop().await.unwrap();
}

/// Nothing leaves the raw stream, so nobody listens in the end: the kernel counts what is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_site_counts_what_it_cannot_hear() {
    let mut config = config();
    config.bus.max_bytes = 1 << 20;
    let sandbox = Sandbox::start_with(config, Stores::Files).await.unwrap();
    let bus = sandbox.site().adapters().bus.clone();
    let hold = std::time::Duration::from_secs(600);
    let lease = bus.acquire("normalise/raw", "test", hold).await.unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(sandbox.address(LISTENER)).unwrap();
    // More than the listener reads ahead and the socket holds, in few and large datagrams.
    let sent: u64 = 600;
    let flood = tokio::task::spawn_blocking(move || {
        for n in 0..sent {
            let mut noise = vec![0; 30_000];
            let mut hasher = blake3::Hasher::new();
            hasher
                .update(&n.to_le_bytes())
                .finalize_xof()
                .fill(&mut noise);
            let text: String = noise.iter().map(|byte| format!("{byte:02x}")).collect();
            socket
                .send(format!("{} {text}", bsd(n)).as_bytes())
                .unwrap();
        }
        socket
    });
    let socket = flood.await.unwrap();
    bus.release(&lease.unwrap()).await.unwrap();
    let mut last = 0;
    let ledger = loop {
        let ledger = sandbox.settled_after(last).await;
        let lost: u64 = ledger
            .kernel_drops
            .iter()
            .map(|drops| drops.datagrams)
            .sum();
        if ledger.total.received + lost >= sent + last {
            break ledger;
        }
        // What was lost last is known when one more datagram has come.
        socket.send(bsd(sent + last).as_bytes()).unwrap();
        last += 1;
    };
    let lost = ledger.kernel_drops[0].datagrams;
    eprintln!("{sent} large datagrams: {lost} thrown away by the kernel");
    assert!(lost > 0);
    assert_eq!(ledger.total.received + lost, sent + last);
    balanced(&sandbox, ledger.total.received).await;
    sandbox.stop().await.unwrap();
}
