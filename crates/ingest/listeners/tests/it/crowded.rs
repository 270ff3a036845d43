//! Thousands of connections that say nothing. They are made by another process, so that what is
//! measured here is the listener alone. `just crowd` makes fifteen thousand of them.
#![allow(clippy::print_stderr)]

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aurora_listeners::{http, syslog};

use crate::support::{Sender, Site};

const COUNT: &str = "AURORA_CROWD";
const ADDRESS: &str = "AURORA_TEST_CROWD";
/// What an idle connection may take: its task, its place, and no buffer.
const BYTES_EACH: u64 = 8 * 1024;

fn connections() -> usize {
    std::env::var(COUNT).map_or(2000, |count| count.parse().unwrap())
}

/// Not a test but the other process: it connects, says so, and holds on until it is killed.
#[test]
fn crowd() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let address: SocketAddr = address.parse().unwrap();
    let crowd: Vec<_> = (0..connections())
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    eprintln!("{} connected", crowd.len());
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

struct Crowd(Child);

impl Crowd {
    fn gather(address: SocketAddr) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crowded::crowd", "--exact", "--nocapture"])
            .env(ADDRESS, address.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines();
        let connected = format!("{} connected", connections());
        let mut said = said.map_while(Result::ok);
        assert!(said.any(|line| line == connected), "the crowd did not come");
        Self(child)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Bytes of memory that this process took for itself, and that are resident.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib: u64 = line
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    kib * 1024
}

/// `false`, with a message, where the system does not allow so many files.
fn enough_files() -> bool {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let enough = limit
        .current
        .is_none_or(|files| files > connections() as u64 + 500);
    if !enough {
        eprintln!("skipped: too few open files are allowed ({limit:?})");
    }
    enough
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_http_connections_cost_little_and_hold_nobody_up() {
    if !enough_files() {
        return;
    }
    let site = Site::new();
    let options = http::Options {
        max_connections: connections() + 100,
        ..http::Options::default()
    };
    let address = site.http(options).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    assert_eq!(sender.post("/ingest", &[], b"{}\n").await.status, 200);
    let before = resident();
    let crowd = tokio::task::spawn_blocking(move || Crowd::gather(address))
        .await
        .unwrap();
    let asked = tokio::time::Instant::now();
    assert_eq!(sender.post("/ingest", &[], b"{}\n").await.status, 200);
    let (took, grown) = (asked.elapsed(), resident().saturating_sub(before));
    let count = connections();
    eprintln!(
        "{count} idle HTTP connections: {} KiB, a push took {took:?}",
        grown >> 10
    );
    assert!(grown < count as u64 * BYTES_EACH, "{grown} bytes");
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(crowd);
    site.stop().await;
}

/// There is room for far fewer: those that were idle the longest go, and a sender still gets in.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_beyond_the_limit_makes_place() {
    if !enough_files() {
        return;
    }
    let site = Site::new();
    let options = http::Options {
        max_connections: 256,
        ..http::Options::default()
    };
    let address = site.http(options).await;
    let sender = Sender::new(&site, address, "auto", "Bearer").await;
    let crowd = tokio::task::spawn_blocking(move || Crowd::gather(address))
        .await
        .unwrap();
    for _ in 0..20 {
        assert_eq!(sender.post("/ingest", &[], b"{}\n").await.status, 200);
    }
    drop(crowd);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_syslog_connections_cost_little_and_hold_nobody_up() {
    if !enough_files() {
        return;
    }
    let site = Site::new();
    let (address, _) = site.syslog(syslog::Options::default()).await;
    let before = resident();
    let crowd = tokio::task::spawn_blocking(move || Crowd::gather(address))
        .await
        .unwrap();
    let mut peer = TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut peer, b"known x\n").unwrap();
    assert_eq!(site.raw(1).await[0].body, "known x");
    let grown = resident().saturating_sub(before);
    let count = connections();
    eprintln!("{count} idle syslog connections: {} KiB", grown >> 10);
    assert!(grown < count as u64 * BYTES_EACH, "{grown} bytes");
    drop((crowd, peer));
    site.stop().await;
}
