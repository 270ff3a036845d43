use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aurora_bus::{Bus, Message};
use aurora_bus_local::LocalBus;
use aurora_clock::{Clock, SystemClock, Timestamp};
use aurora_collector::{
    BufferOptions, Collector, Options, Refine, SiteOptions, Snapshot, Status, Stores, WhenFull,
};
use aurora_disk::RealDisk;
use aurora_ids::Id128;
use aurora_model::{
    BatchId, RawBatch, RawRecord, Scope, Shard, SourceName, Subject, TraceContext, relay,
};
use aurora_records::Records;
use aurora_records_memory::MemoryRecords;
use aurora_tasks::Tasks;
use bytes::Bytes;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How the site answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Take,
    /// Takes, and the acknowledgement is lost.
    TakeSilently,
    Say(u16),
}

/// What stands in for a site: it knows batches by their origin and bounds, as a site does.
#[derive(Clone)]
pub struct Site {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    _tasks: Arc<Tasks>,
}

struct State {
    answer: Answer,
    token: String,
    /// Text in a record for which its request is refused.
    poison: Option<String>,
    /// What it does with events, by its own word.
    events: Option<&'static str>,
    batches: Vec<RawBatch>,
    requests: u64,
}

impl Site {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Arc::new(Mutex::new(State {
            answer: Answer::Take,
            token: "right".to_owned(),
            poison: None,
            events: None,
            batches: Vec::new(),
            requests: 0,
        }));
        let tasks = Arc::new(Tasks::new());
        let site = Self {
            address: listener.local_addr().unwrap(),
            state: state.clone(),
            _tasks: tasks.clone(),
        };
        let group = tasks.clone();
        tasks.spawn("site", async move {
            loop {
                let (stream, _) = listener.accept().await?;
                let state = state.clone();
                group.spawn("connection", async move {
                    serve(stream, &state).await;
                    Ok::<_, std::io::Error>(())
                });
            }
            #[allow(unreachable_code)]
            Ok::<_, std::io::Error>(())
        });
        site
    }

    pub fn answer(&self, answer: Answer) {
        self.state.lock().unwrap().answer = answer;
    }

    pub fn poison(&self, text: &str) {
        self.state.lock().unwrap().poison = Some(text.to_owned());
    }

    pub fn says_of_events(&self, said: Option<&'static str>) {
        self.state.lock().unwrap().events = said;
    }

    /// Events that came beside records, in order.
    pub fn events(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let records = state.batches.iter().flat_map(|batch| &batch.records);
        let events = records.map(|record| &record.event);
        let made = events.filter(|event| !event.is_empty());
        made.map(|event| String::from_utf8(event.clone()).unwrap())
            .collect()
    }

    pub fn requests(&self) -> u64 {
        self.state.lock().unwrap().requests
    }

    /// Texts of the records that it took, in order, each batch once.
    pub fn texts(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let records = state.batches.iter().flat_map(|batch| &batch.records);
        let whole = records.filter(|record| record.part == aurora_model::Part::Whole);
        whole
            .map(|record| String::from_utf8(record.body.clone()).unwrap())
            .collect()
    }

    /// Records that it was told of as dropped.
    pub fn dropped(&self) -> u64 {
        let state = self.state.lock().unwrap();
        let records = state.batches.iter().flat_map(|batch| &batch.records);
        let gone = records.filter(|record| record.part == aurora_model::Part::Dropped);
        gone.map(|record| u64::from(record.weight())).sum()
    }
}

async fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    while let Some((head, body)) = request(&mut stream).await {
        let (answer, said) = judge(&mut state.lock().unwrap(), &head, &body);
        if answer == Answer::TakeSilently {
            return;
        }
        let status = match answer {
            Answer::Say(status) => status,
            _ => 200,
        };
        let text = format!(
            "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n{said}",
            said.len()
        );
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn judge(state: &mut State, head: &str, body: &[u8]) -> (Answer, String) {
    state.requests += 1;
    let error = |text: &str| format!(r#"{{"error":{{"message":"{text}"}}}}"#);
    assert!(
        head.starts_with(&format!("post {} ", relay::PATH)),
        "{head}"
    );
    if !head.contains(&format!("authorization: bearer {}\r\n", state.token)) {
        return (Answer::Say(401), error("no such token"));
    }
    if let Answer::Say(status) = state.answer {
        return (state.answer, error(&format!("status {status}")));
    }
    let read: Result<Vec<RawBatch>, _> = relay::read(body)
        .map(|batch| batch.and_then(|(header, body)| RawBatch::decode(&header, body)))
        .collect();
    let batches = match read {
        Ok(batches) => batches,
        Err(cause) => return (Answer::Say(400), error(&cause.to_string())),
    };
    let poisoned = |record: &RawRecord| {
        let poison = state.poison.as_deref().map(str::as_bytes);
        poison.is_some_and(|poison| record.body == poison || record.event == poison)
    };
    if batches
        .iter()
        .any(|batch| batch.records.iter().any(poisoned))
    {
        return (Answer::Say(400), error("poison"));
    }
    let (mut accepted, mut known) = (0, 0);
    let id = |batch: &RawBatch| (batch.header("").range, batch.records.len());
    for batch in batches {
        let records = u64::from(batch.header("").records);
        accepted += records;
        if state.batches.iter().any(|other| id(other) == id(&batch)) {
            known += records;
        } else {
            state.batches.push(batch);
        }
    }
    let events = match state.events {
        Some(said) => format!(r#","events":"{said}""#),
        None => String::new(),
    };
    let said = format!(r#"{{"accepted":{accepted},"known":{known}{events}}}"#);
    (state.answer, said)
}

async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).unwrap().to_ascii_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split('\r').next()?.parse::<usize>().ok())?;
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}

/// A host with a collector on it.
pub struct Host {
    pub dir: TempDir,
    pub options: Options,
    pub scope: Scope,
    records: Arc<dyn Records>,
    running: Option<Running>,
    made: u64,
}

struct Running {
    inner: LocalBus,
    buffer: Arc<dyn Bus>,
    status: Status,
    tasks: Tasks,
}

impl Host {
    pub fn new(site: &Site) -> Self {
        Self::at(site.address)
    }

    pub fn at(address: SocketAddr) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let token = dir.path().join("token");
        std::fs::write(&token, "right\n").unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        Self {
            options: Options {
                site: SiteOptions {
                    url: format!("http://{address}"),
                    token_file: Some(token),
                    retry_seconds: 1,
                    ..SiteOptions::default()
                },
                buffer: BufferOptions {
                    reserve_bytes: 0,
                    ..BufferOptions::default()
                },
                ..Options::default()
            },
            dir,
            scope: Scope::of(Id128::random().into()),
            records: Arc::new(MemoryRecords::new(clock)),
            running: None,
            made: 0,
        }
    }

    pub fn bounded(mut self, max_bytes: u64, when_full: WhenFull) -> Self {
        self.options.buffer.max_bytes = max_bytes;
        self.options.buffer.when_full = when_full;
        self
    }

    /// Starts a collector; with `online` it forwards.
    pub async fn start(&mut self, online: bool, refine: Option<Arc<dyn Refine>>) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let disk = RealDisk::new(self.dir.path().join("bus")).unwrap();
        let limits = aurora_bus_local::Options {
            max_bytes: self.options.buffer.max_bytes,
            segment_bytes: self.options.buffer.max_bytes / 16,
            reserve_bytes: 0,
            ..aurora_bus_local::Options::default()
        };
        let inner = LocalBus::open(Arc::new(disk), clock.clone(), limits).unwrap();
        let stores = Stores {
            buffer: Arc::new(inner.clone()),
            records: self.records.clone(),
        };
        let scope = self.scope.clone();
        let options = self.options.clone();
        let opened = Collector::open(options, scope, stores, "ws1", clock, refine);
        let collector = opened.await.unwrap();
        let (buffer, status, tasks) = (collector.buffer(), collector.status(), Tasks::new());
        if online {
            let shutdown = tasks.shutdown();
            tasks.spawn(
                "collector",
                async move { collector.run(None, shutdown).await },
            );
        }
        self.running = Some(Running {
            inner,
            buffer,
            status,
            tasks,
        });
    }

    /// Ends it: what was durable is all that is left.
    pub async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.tasks.stop(Duration::from_secs(20)).await.unwrap();
        running.inner.close().await.unwrap();
    }

    pub fn status(&self) -> Snapshot {
        self.running.as_ref().unwrap().status.snapshot()
    }

    /// Puts `batches` of three records into the buffer, numbered on; the error when it is full.
    pub async fn put(&mut self, batches: u64) -> Result<(), aurora_bus::Error> {
        for _ in 0..batches {
            let first = self.made * 3;
            let texts: Vec<String> = (first..first + 3).map(|n| format!("r{n}")).collect();
            self.put_texts(&texts, 0).await?;
            self.made += 1;
        }
        Ok(())
    }

    /// A batch with these records, and one of so many random bytes.
    pub async fn put_texts(
        &self,
        texts: &[String],
        ballast: usize,
    ) -> Result<(), aurora_bus::Error> {
        let at = Timestamp::from_millis(1);
        let records = (0..)
            .zip(texts)
            .map(|(seq, text)| RawRecord::whole(seq, at, text.clone().into_bytes()));
        let mut batch = RawBatch {
            scope: self.scope.clone(),
            source: SourceName::new("syslog"),
            origin: Id128::random().into(),
            host: "ws1".to_owned(),
            trace: TraceContext::new(),
            records: records.collect(),
        };
        if ballast > 0 {
            let noise: Vec<u8> = (0..ballast / 16 + 1)
                .flat_map(|_| *Id128::random().as_bytes())
                .collect();
            let first = &mut batch.records[0];
            first.envelope = format!(r#"{{"noise":"{noise:?}"}}"#).into_bytes();
        }
        let message = Message {
            subject: Subject::raw(Shard::of("syslog", "ws1")),
            id: BatchId(Id128::random()),
            header: Bytes::from(batch.header("listen").to_bytes()),
            body: Bytes::from(batch.encode()),
            fence: None,
        };
        let buffer = &self.running.as_ref().unwrap().buffer;
        buffer.publish(vec![message]).await.map(drop)
    }

    pub fn made(&self) -> Vec<String> {
        (0..self.made * 3).map(|n| format!("r{n}")).collect()
    }
}

/// Asks until it is so.
pub async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let asking = async {
        while !so() {
            // A pause between two looks at a condition; what is waited for is the condition.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), asking).await;
    waited.unwrap_or_else(|_| panic!("waited a minute for {what}"));
}
