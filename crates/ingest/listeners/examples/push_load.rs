//! What a push costs until it is durable:
//! `cargo run --release -p aurora-listeners --example push_load -- EVENTS.jsonl [SECONDS] [EVENTS/S]`.
//!
//! The listener with the bus on disk and the records store in SQLite in this process, and a sender in
//! another: connections that stay open, each sending batches of lines one after the other, as fast as they
//! are acknowledged or at a rate. CPU time is the listener's process alone.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::io::{BufRead as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aurora_bus::{Bus, BusHandle, Capability, ConsumerOptions};
use aurora_bus_local::LocalBus;
use aurora_clock::{Clock, SystemClock};
use aurora_disk::RealDisk;
use aurora_ids::Id128;
use aurora_listeners::{Acceptor, Detect, SourceBook, http};
use aurora_model::{Context, Scope, SourceName, Stream};
use aurora_records_sqlite::SqliteRecords;
use aurora_secrets::{Keyring, Purpose};
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metrics;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

const CONNECTIONS: u32 = 8;
/// Lines of a request.
const BATCH: usize = 500;
/// Different batches; more would only fill the sender's memory.
const BATCHES: usize = 64;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("send") => send(&arguments[1..]).await,
        Some(file) => serve(Path::new(file), &arguments[1..]).await,
        None => println!("want EVENTS.jsonl [SECONDS] [EVENTS/S]"),
    }
}

async fn serve(file: &Path, rest: &[String]) {
    let folder = tempfile::tempdir_in(".").unwrap();
    let tasks = Tasks::new();
    let (address, token) = listener(folder.path(), &tasks).await;
    let mut sender = Command::new(std::env::current_exe().unwrap());
    sender
        .args(["send", &address.to_string(), &token])
        .arg(file);
    let mut sender = sender.args(rest).stdout(Stdio::piped()).spawn().unwrap();
    let said = sender.stdout.take().unwrap();
    // It has read its file when it says the first line.
    let measuring = tokio::task::spawn_blocking(move || {
        let mut lines = std::io::BufReader::new(said).lines();
        lines.next().unwrap().unwrap();
        let before = cpu();
        let result = lines.next().unwrap().unwrap();
        (result, cpu() - before)
    });
    let (result, used) = measuring.await.unwrap();
    sender.wait().unwrap();
    let events: u32 = result.split(' ').next().unwrap().parse().unwrap();
    println!("{result}");
    let each = used.as_secs_f64() / f64::from(events);
    println!(
        "listener: {:.1} CPU-s, {:.2} us an event, {:.0} events per CPU-second, {:.0} on two cores",
        used.as_secs_f64(),
        each * 1e6,
        1.0 / each,
        2.0 / each
    );
    tasks.stop(Duration::from_secs(10)).await.unwrap();
}

async fn listener(folder: &Path, tasks: &Tasks) -> (SocketAddr, String) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let disk = RealDisk::new(folder.join("bus")).unwrap();
    let options = aurora_bus_local::Options {
        reserve_bytes: 0,
        ..aurora_bus_local::Options::default()
    };
    let bus = LocalBus::open(Arc::new(disk), clock.clone(), options).unwrap();
    let bus: Arc<dyn Bus> = Arc::new(bus);
    let file = folder.join("records.sqlite");
    let records = SqliteRecords::open(&file, clock.clone());
    let keyring = Keyring::open(&folder.join("keys")).unwrap();
    let hasher = Arc::new(keyring.tokens(Purpose::IngestToken));
    let sources = SourceBook::new(Arc::new(records.await.unwrap()), clock.clone(), hasher);
    let scope = Scope::of(Id128::random().into());
    let context = Context::service(scope.clone(), "load", "a measurement");
    let source = SourceName::new("auto");
    let made = sources.create(&context, &source, "load");
    let token = made.await.unwrap().token.expose().clone();
    let handle = BusHandle::new(bus.clone(), Capability::of("listen").unwrap());
    let metrics = Metrics::new();
    let acceptor = Acceptor::new(handle, scope.clone(), clock, metrics, detect());
    let options = http::Options {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..http::Options::default()
    };
    let service = http::Service::bind(options, scope, acceptor, sources);
    let service = service.await.unwrap();
    let address = service.address().unwrap();
    tasks.spawn("http", service.run(tasks.shutdown()));
    tasks.spawn("drain", drain(bus, tasks.shutdown()));
    (address, token)
}

/// As a site tells sources: by the parsers' marks.
fn detect() -> Detect {
    let registry = aurora_parsers::Registry::new().unwrap();
    let name = |parser: &str| SourceName::new(parser);
    Arc::new(
        move |body| match registry.parser_for(SourceName::AUTO, body) {
            Ok(parser) => name(parser.name()),
            Err(_) => name(SourceName::AUTO),
        },
    )
}

/// Lets the stream go, as its consumers would, and reads no bodies.
async fn drain(bus: Arc<dyn Bus>, shutdown: Shutdown) -> Result<(), aurora_bus::Error> {
    let options = ConsumerOptions {
        name: "drain".to_owned(),
        stream: Stream::Raw,
        filters: Vec::new(),
        max_in_flight: 1024,
        ack_wait: Duration::from_secs(60),
    };
    let consumer = bus.header_consumer(options).await?;
    while !shutdown.is_cancelled() {
        let there = consumer.fetch(256, Duration::from_millis(200)).await?;
        let seqs: Vec<u64> = there.iter().map(|delivery| delivery.seq).collect();
        consumer.ack(&seqs).await?;
    }
    Ok(())
}

/// CPU time of this process, all threads.
fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let nanos = u32::try_from(now.tv_nsec).unwrap();
    Duration::new(now.tv_sec.unsigned_abs(), nanos)
}

/// What a connection needs to know.
struct Load {
    address: SocketAddr,
    token: String,
    batches: Arc<Vec<Vec<u8>>>,
    until: Instant,
    /// Between the beginnings of two requests of one connection; 0 for as fast as it goes.
    every: Duration,
}

async fn send(arguments: &[String]) {
    let [address, token, file, rest @ ..] = arguments else {
        return;
    };
    let number = |at: usize, other: u64| rest.get(at).map_or(other, |text| text.parse().unwrap());
    let (seconds, rate) = (number(0, 20), number(1, 0));
    let batches = Arc::new(read(Path::new(file)));
    let bytes: usize = batches.iter().map(Vec::len).sum();
    println!("ready");
    std::io::stdout().flush().unwrap();
    let started = Instant::now();
    let every = match rate {
        0 => Duration::ZERO,
        rate => Duration::from_micros(u64::from(CONNECTIONS) * BATCH as u64 * 1_000_000 / rate),
    };
    let tasks = Tasks::new();
    let (told, mut heard) = tokio::sync::mpsc::channel(CONNECTIONS as usize);
    for at in 0..CONNECTIONS {
        let told = told.clone();
        let load = Load {
            address: address.parse().unwrap(),
            token: token.clone(),
            batches: batches.clone(),
            until: started + Duration::from_secs(seconds),
            every,
        };
        tasks.spawn("connection", async move {
            told.send(connection(&load, at).await).await
        });
    }
    drop(told);
    let mut took: Vec<Duration> = Vec::new();
    while let Some(each) = heard.recv().await {
        took.extend(each);
    }
    took.sort();
    let events = u32::try_from(took.len() * BATCH).unwrap();
    let per_second = f64::from(events) / started.elapsed().as_secs_f64();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_millis();
    println!(
        "{events} events of {} bytes in batches of {BATCH}: {per_second:.0}/s acknowledged, p50 {} ms, p99 {} ms, \
         most {} ms",
        bytes / BATCH / batches.len(),
        at(50),
        at(99),
        at(100)
    );
}

fn read(file: &Path) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().take(BATCH * BATCHES).collect();
    let whole = lines.chunks_exact(BATCH);
    whole
        .map(|lines| (lines.join("\n") + "\n").into_bytes())
        .collect()
}

/// How long each request took, from its first byte to its acknowledgement.
async fn connection(load: &Load, at: u32) -> Vec<Duration> {
    let mut stream = BufReader::new(TcpStream::connect(load.address).await.unwrap());
    stream.get_ref().set_nodelay(true).unwrap();
    let mut took = Vec::new();
    // Connections begin spread over the first interval.
    let mut due = tokio::time::Instant::now() + load.every * at / CONNECTIONS;
    for batch in load.batches.iter().cycle().skip(at as usize * 7) {
        if Instant::now() >= load.until {
            break;
        }
        tokio::time::sleep_until(due).await;
        // A request that is late counts from when it was due.
        let began = if load.every.is_zero() {
            Instant::now()
        } else {
            due.into_std()
        };
        due += load.every;
        let head = format!(
            "POST /ingest HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
            load.token,
            batch.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(batch).await.unwrap();
        if answer(&mut stream).await {
            took.push(began.elapsed());
        }
    }
    took
}

/// Whether it is "yes".
async fn answer(stream: &mut BufReader<TcpStream>) -> bool {
    let (mut line, mut length, mut first) = (String::new(), 0, String::new());
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        if first.is_empty() {
            first.clone_from(&line);
        }
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    first.starts_with("HTTP/1.1 200")
}
