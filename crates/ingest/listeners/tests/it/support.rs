use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aurora_bus::{Bus, BusHandle, Capability, ConsumerOptions};
use aurora_bus_memory::MemoryBus;
use aurora_clock::{Clock, SystemClock};
use aurora_ids::Id128;
use aurora_listeners::{Acceptor, Detect, Error, SourceBook, http, syslog};
use aurora_model::{
    Actor, AuthStrength, Context, Header, RawBatch, Scope, SourceName, Stream, TraceContext,
};
use aurora_records_memory::MemoryRecords;
use aurora_secrets::{Keyring, Purpose};
use aurora_tasks::Tasks;
use aurora_telemetry::Metrics;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What stands behind the sockets of a test.
pub struct Site {
    pub bus: Arc<dyn Bus>,
    pub scope: Scope,
    pub sources: SourceBook,
    pub acceptor: Acceptor,
    pub metrics: Metrics,
    pub tasks: Tasks,
    _keys: tempfile::TempDir,
}

/// A raw record as the normaliser would see it.
#[derive(Debug, PartialEq)]
pub struct Raw {
    pub source: String,
    pub host: String,
    pub body: String,
    pub envelope: Value,
    pub event: String,
}

impl Site {
    pub fn new() -> Self {
        Self::holding(1 << 28)
    }

    /// With a bus that takes so many bytes a stream.
    pub fn holding(max_bytes: u64) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let options = aurora_bus_memory::Options { max_bytes };
        let bus: Arc<dyn Bus> = Arc::new(MemoryBus::new(clock.clone(), options));
        let scope = Scope::of(Id128::random().into());
        let keys = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(&keys.path().join("keys")).unwrap();
        let hasher = Arc::new(keyring.tokens(Purpose::IngestToken));
        let records = Arc::new(MemoryRecords::new(clock.clone()));
        let metrics = Metrics::new();
        let handle = BusHandle::new(bus.clone(), Capability::of("listen").unwrap());
        let acceptor = Acceptor::new(
            handle,
            scope.clone(),
            clock.clone(),
            metrics.clone(),
            detect(),
        );
        Self {
            sources: SourceBook::new(records, clock, hasher),
            bus,
            scope,
            acceptor,
            metrics,
            tasks: Tasks::new(),
            _keys: keys,
        }
    }

    pub async fn token(&self, source: &str) -> String {
        let context = Context {
            scope: self.scope.clone(),
            actor: Actor::LocalOperator("tester".to_owned()),
            auth: AuthStrength::PeerCredential,
            reason: "a test".to_owned(),
            policy: None,
            trace: TraceContext::new(),
        };
        let source = SourceName::new(source);
        let made = self.sources.create(&context, &source, "t");
        made.await.unwrap().token.expose().clone()
    }

    /// An HTTP listener on a free port.
    pub async fn http(&self, mut options: http::Options) -> SocketAddr {
        options.listen.set_port(0);
        let (scope, acceptor) = (self.scope.clone(), self.acceptor.clone());
        let bound = http::Service::bind(options, scope, acceptor, self.sources.clone());
        let service = bound.await.unwrap();
        let address = service.address().unwrap();
        let shutdown = self.tasks.shutdown();
        self.tasks.spawn("http", service.run(shutdown));
        address
    }

    /// A syslog listener on free ports: for TCP, and for TLS if there is a certificate.
    pub async fn syslog(&self, mut options: syslog::Options) -> (SocketAddr, Option<SocketAddr>) {
        options.listen.set_port(0);
        options.tls_listen.set_port(0);
        let bound = syslog::Service::bind(options, self.acceptor.clone());
        let service = bound.await.unwrap();
        let addresses = (service.address().unwrap(), service.tls_address());
        let shutdown = self.tasks.shutdown();
        self.tasks.spawn("syslog", service.run(shutdown));
        addresses
    }

    /// Everything on the bus, in order, once `count` records are there.
    pub async fn raw(&self, count: usize) -> Vec<Raw> {
        let options = ConsumerOptions {
            name: format!("test-{}", Id128::random()),
            stream: Stream::Raw,
            filters: Vec::new(),
            max_in_flight: 1 << 20,
            ack_wait: Duration::from_secs(600),
        };
        let consumer = self.bus.consumer(options).await.unwrap();
        let mut found = Vec::new();
        while found.len() < count {
            let deliveries = consumer.fetch(64, Duration::from_secs(30)).await.unwrap();
            assert!(
                !deliveries.is_empty(),
                "only {} of {count} came",
                found.len()
            );
            for delivery in deliveries {
                let header = Header::from_bytes(&delivery.header).unwrap();
                let batch = RawBatch::decode(&header, &delivery.body).unwrap();
                found.extend(batch.records.into_iter().map(|record| Raw {
                    source: batch.source.to_string(),
                    host: batch.host.clone(),
                    body: String::from_utf8_lossy(&record.body).into_owned(),
                    envelope: serde_json::from_slice(&record.envelope).unwrap_or_default(),
                    event: String::from_utf8_lossy(&record.event).into_owned(),
                }));
            }
        }
        found
    }

    pub async fn stream_bytes(&self) -> u64 {
        self.bus.stream(Stream::Raw).await.unwrap().bytes
    }

    pub fn refused(&self, listener: &str, reason: &str) -> u64 {
        let line = format!(
            "aurora_listener_refused_total{{listener=\"{listener}\",reason=\"{reason}\"}} "
        );
        let text = self.metrics.render();
        let found = text.lines().find_map(|text| text.strip_prefix(&line));
        found.map_or(0, |count| count.parse().unwrap())
    }

    pub async fn stop(self) {
        self.tasks.stop(Duration::from_secs(20)).await.unwrap();
    }
}

/// `known…` is of the source `known`, objects are `json`, the rest nobody knows.
fn detect() -> Detect {
    Arc::new(|body: &[u8]| {
        SourceName::new(if body.starts_with(b"known") {
            "known"
        } else if body.starts_with(b"{") {
            "json"
        } else {
            SourceName::AUTO
        })
    })
}

/// What a sender was told.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A sender with a token, which it shows in a protocol's way.
#[derive(Clone)]
pub struct Sender {
    pub address: SocketAddr,
    pub authorization: String,
}

impl Sender {
    pub async fn new(site: &Site, address: SocketAddr, source: &str, scheme: &str) -> Self {
        Self {
            address,
            authorization: format!("{scheme} {}", site.token(source).await),
        }
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let own = [("Authorization", self.authorization.as_str())];
        request(self.address, "POST", path, &[&own, headers].concat(), body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        let own = [("Authorization", self.authorization.as_str())];
        request(self.address, "GET", path, &own, b"").await
    }
}

/// One request on one connection, the plain way.
pub async fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    let head = format!("{head}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let mut answer = Vec::new();
    // A refusal may come before the body has gone: then writing fails, and the answer counts.
    let (_, read) = tokio::join!(writing.write_all(body), reading.read_to_end(&mut answer));
    assert!(read.is_ok() || !answer.is_empty(), "no answer");
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
    let body = answer.split_off(end.unwrap() + 4);
    let head = String::from_utf8(answer).unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body,
    }
}

/// Asks again, as soon as others have had their turn, until there is an answer.
pub async fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            // A pause between two looks at a condition; what is waited for is the condition.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let answer = tokio::time::timeout(Duration::from_secs(60), asking).await;
    answer.expect("what the test waits for comes within a minute")
}

/// The error that a listener's `bind` gave.
pub fn text(error: &Error) -> String {
    aurora_tasks::chain(error)
}
