//! A record's way as a collector of OpenTelemetry sees it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost_014::Message as _;

use crate::support::{Place, content, wait_for};

/// A record that raises an alert.
const CLEARED: &str = "parsers/windows/golden/eventlog-1102-cleared.in";

/// Takes what is sent over OTLP, and remembers the spans.
struct Collector {
    url: String,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let spans = Arc::<Mutex<Vec<Span>>>::default();
        let heard = spans.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                heard.lock().unwrap().extend(taken(stream.unwrap()));
            }
        });
        Self { url, spans }
    }

    fn all(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

/// One request, answered.
fn taken(mut stream: TcpStream) -> Vec<Span> {
    let (mut bytes, mut some) = (Vec::new(), [0; 65536]);
    let mut read = |bytes: &mut Vec<u8>, stream: &mut TcpStream| {
        let length = stream.read(&mut some).unwrap_or(0);
        bytes.extend_from_slice(&some[..length]);
        length > 0
    };
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
        if !read(&mut bytes, &mut stream) {
            return Vec::new();
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap().parse().unwrap();
    while bytes.len() < head + length && read(&mut bytes, &mut stream) {}
    drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"));
    if !text.starts_with("post /v1/traces") {
        return Vec::new();
    }
    let told = ExportTraceServiceRequest::decode(&bytes[head..head + length]).unwrap();
    let scopes = told
        .resource_spans
        .into_iter()
        .flat_map(|it| it.scope_spans);
    scopes.flat_map(|it| it.spans).collect()
}

#[test]
fn a_record_is_one_trace_from_the_listener_to_the_decision() {
    let collector = Collector::start();
    let endpoint = format!("otlp.endpoint={}", collector.url);
    let place = Place::with(&["events.store=memory", &endpoint, "otlp.trace_one_in=1"]);
    place.ok(&["up"]);
    let token = place.ok(&["sources", "token", "windows"]);
    let pushed = push(&place.address("http ingest"), token.trim(), CLEARED);
    assert!(pushed.starts_with("HTTP/1.1 200"), "{pushed}");
    let listed = place.until(&["alerts"], |listed| listed["alerts"][0]["id"].is_string());
    let id = listed["alerts"][0]["id"].as_str().unwrap().to_owned();
    place.ok(&["own", &id]);

    let path = ["receive", "normalise", "detect", "alert"];
    let trace = wait_for(|| {
        let spans = collector.all();
        let alert = spans.iter().find(|span| span.name == "alert")?;
        let of_it = spans.iter().filter(|span| span.trace_id == alert.trace_id);
        // A batch is stored, and later its finding, which is below the alert.
        let (stored, steps): (Vec<&Span>, Vec<&Span>) =
            of_it.partition(|span| span.name == "store");
        let of_it: BTreeMap<String, Span> = steps
            .into_iter()
            .map(|span| (span.name.clone(), span.clone()))
            .collect();
        let after = of_it.get("normalise")?.span_id.clone();
        let stored = stored.iter().any(|span| span.parent_span_id == after);
        let linked = spans.iter().any(|span| {
            span.name == "request" && span.links.iter().any(|it| it.trace_id == alert.trace_id)
        });
        let whole = path.iter().all(|name| of_it.contains_key(*name));
        (whole && linked && stored).then_some(of_it)
    });
    assert_eq!(trace["receive"].parent_span_id, Vec::<u8>::new());
    for pair in path.windows(2) {
        let (before, after) = (&trace[pair[0]], &trace[pair[1]]);
        assert_eq!(after.parent_span_id, before.span_id, "{pair:?}");
        assert!(after.start_time_unix_nano >= before.start_time_unix_nano);
    }
    place.ok(&["down"]);
}

#[test]
fn nothing_is_drawn_that_is_not_told() {
    let collector = Collector::start();
    let endpoint = format!("otlp.endpoint={}", collector.url);
    let place = Place::with(&["events.store=memory", &endpoint, "otlp.trace_one_in=0"]);
    place.ok(&["up"]);
    place.ok(&["import", &content(CLEARED)]);
    place.until(&["alerts"], |listed| listed["alerts"][0]["id"].is_string());
    let requests = |spans: &[Span]| spans.iter().filter(|span| span.name == "request").count();
    wait_for(|| (requests(&collector.all()) > 0).then_some(()));
    place.ok(&["down"]);
    let spans = collector.all();
    let steps = spans.iter().filter(|span| span.name != "request");
    assert_eq!(steps.count(), 0, "{spans:?}");
}

fn push(address: &str, token: &str, file: &str) -> String {
    let body = std::fs::read(content(file)).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /ingest HTTP/1.1\r\nhost: site\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
