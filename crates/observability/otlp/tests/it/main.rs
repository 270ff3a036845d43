#![allow(clippy::unwrap_used)]
//! A receiver that knows OpenTelemetry's own messages hears what is sent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aurora_clock::SystemClock;
use aurora_otlp::{Exporter, Options, tap};
use aurora_tasks::Tasks;
use aurora_telemetry::{Metric, Metrics};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost_014::Message as _;
use tokio::sync::watch;
use tracing_subscriber::layer::SubscriberExt as _;

#[derive(Default)]
struct Heard {
    logs: Vec<ExportLogsServiceRequest>,
    traces: Vec<ExportTraceServiceRequest>,
    metrics: Vec<ExportMetricsServiceRequest>,
}

#[derive(Clone)]
struct Receiver {
    heard: Arc<Mutex<Heard>>,
    changed: watch::Sender<u64>,
    refuse: watch::Sender<bool>,
}

impl Receiver {
    async fn start(tasks: &Tasks) -> (Self, String) {
        let receiver = Self {
            heard: Arc::default(),
            changed: watch::Sender::new(0),
            refuse: watch::Sender::new(false),
        };
        let router = Router::new()
            .route("/v1/logs", post(logs))
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(metrics))
            .with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tasks.spawn(
            "receiver",
            async move { axum::serve(listener, router).await },
        );
        (receiver, url)
    }

    fn take(&self, headers: &HeaderMap, put: impl FnOnce(&mut Heard)) -> StatusCode {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        if *self.refuse.borrow() {
            self.changed.send_modify(|count| *count += 1);
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        put(&mut self.heard.lock().unwrap());
        self.changed.send_modify(|count| *count += 1);
        StatusCode::OK
    }

    async fn until(&self, right: impl Fn(&Heard) -> bool) {
        let mut changed = self.changed.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(30), async {
            while !right(&self.heard.lock().unwrap()) {
                changed.changed().await.unwrap();
            }
        });
        waited.await.expect("it was not heard in time");
    }
}

async fn logs(State(to): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let read = ExportLogsServiceRequest::decode(body).unwrap();
    to.take(&headers, |heard| heard.logs.push(read))
}

async fn traces(State(to): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let read = ExportTraceServiceRequest::decode(body).unwrap();
    to.take(&headers, |heard| heard.traces.push(read))
}

async fn metrics(State(to): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let read = ExportMetricsServiceRequest::decode(body).unwrap();
    to.take(&headers, |heard| heard.metrics.push(read))
}

fn text(value: Option<&AnyValue>) -> &str {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> &'a Value {
    let found = attributes.iter().find(|it| it.key == key);
    let value = found.unwrap_or_else(|| panic!("no {key} in {attributes:?}"));
    value.value.as_ref().unwrap().value.as_ref().unwrap()
}

/// The exporter at work, until the tasks are stopped.
fn running(exporter: Exporter) -> Tasks {
    let sending = Tasks::new();
    let shutdown = sending.shutdown();
    sending.spawn("exporter", async move {
        exporter.run(shutdown).await;
        Ok::<_, std::convert::Infallible>(())
    });
    sending
}

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn logs_traces_and_metrics_are_heard() {
    let tasks = Tasks::new();
    let (receiver, endpoint) = Receiver::start(&tasks).await;
    let site_metrics = Metrics::new();
    site_metrics.add(Metric::HttpRequests, &["/alerts", "200"], 3);
    site_metrics.set(Metric::RecordsReceived, &["a\"quoted\\\nsource"], 7);
    site_metrics.observe(Metric::DetectSeconds, Duration::from_millis(3));
    site_metrics.observe(Metric::DetectSeconds, Duration::from_secs(60));
    let (layer, source) = tap(Arc::new(SystemClock::new()));
    let options = Options {
        endpoint,
        metrics_seconds: 1,
        ..Options::default()
    };
    let exporter = Exporter::new(&options, source, site_metrics, "5174", "site-1").unwrap();
    let sending = running(exporter);

    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::info_span!("request", trace = PARENT, method = "GET", status = 0_u64);
        span.in_scope(|| {
            tracing::warn!(rows = 12_u64, ok = true, "a line {}", "of text");
            tracing::info_span!("inner").in_scope(|| tracing::error!("deep"));
        });
        drop(span);
        tracing::info!(target: "hyper::proto", "never told");
    });
    receiver
        .until(|heard| {
            !heard.logs.is_empty() && !heard.traces.is_empty() && !heard.metrics.is_empty()
        })
        .await;
    sending.stop(Duration::from_secs(10)).await.unwrap();

    let heard = receiver.heard.lock().unwrap();
    let resource = &heard.logs[0].resource_logs[0];
    let names = &resource.resource.as_ref().unwrap().attributes;
    assert_eq!(
        attribute(names, "service.namespace"),
        &Value::StringValue("5174".to_owned())
    );
    let lines: Vec<_> = heard
        .logs
        .iter()
        .flat_map(|it| &it.resource_logs[0].scope_logs[0].log_records)
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let line = lines[0];
    assert_eq!(text(line.body.as_ref()), "a line of text");
    assert_eq!(
        (line.severity_number, line.severity_text.as_str()),
        (13, "WARN")
    );
    assert_eq!(attribute(&line.attributes, "rows"), &Value::IntValue(12));
    assert_eq!(attribute(&line.attributes, "ok"), &Value::BoolValue(true));

    let spans: Vec<_> = heard
        .traces
        .iter()
        .flat_map(|it| &it.resource_spans[0].scope_spans[0].spans)
        .collect();
    let by_name = |name: &str| *spans.iter().find(|span| span.name == name).unwrap();
    let (request, inner) = (by_name("request"), by_name("inner"));
    assert_eq!(
        request.trace_id,
        0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes()
    );
    assert_eq!(
        request.parent_span_id,
        0xb7ad_6b71_6920_3331_u64.to_be_bytes()
    );
    assert_eq!(
        (inner.trace_id.clone(), inner.parent_span_id.clone()),
        (request.trace_id.clone(), request.span_id.clone())
    );
    assert!(request.end_time_unix_nano >= request.start_time_unix_nano);
    assert_eq!(
        (line.trace_id.clone(), line.span_id.clone()),
        (request.trace_id.clone(), request.span_id.clone())
    );

    let told = &heard.metrics[0].resource_metrics[0].scope_metrics[0].metrics;
    let metric = |name: &str| {
        told.iter()
            .find(|it| it.name == name)
            .unwrap()
            .data
            .clone()
            .unwrap()
    };
    let Data::Sum(requests) = metric("aurora.http_requests") else {
        panic!("{told:?}");
    };
    assert!(requests.is_monotonic && requests.aggregation_temporality == 2);
    assert_eq!(
        attribute(&requests.data_points[0].attributes, "route"),
        &Value::StringValue("/alerts".to_owned())
    );
    let Data::Gauge(received) = metric("aurora.records_received") else {
        panic!("{told:?}");
    };
    let source = attribute(&received.data_points[0].attributes, "source");
    assert_eq!(
        source,
        &Value::StringValue("a\"quoted\\\nsource".to_owned())
    );
    let Data::Histogram(detect) = metric("aurora.detect_seconds") else {
        panic!("{told:?}");
    };
    let point = &detect.data_points[0];
    assert_eq!(
        (point.count, point.bucket_counts.iter().sum::<u64>()),
        (2, 2)
    );
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    assert_eq!(point.bucket_counts.last(), Some(&1));
    assert!((point.sum.unwrap() - 60.003).abs() < 1e-9);
    drop(heard);
    tasks.shutdown().cancel();
}

/// A collector that is away costs nothing but what does not fit; what fits is told when it is back.
#[tokio::test]
async fn what_was_said_while_the_collector_was_away_is_told_later() {
    let tasks = Tasks::new();
    let (receiver, endpoint) = Receiver::start(&tasks).await;
    receiver.refuse.send_replace(true);
    let (layer, source) = tap(Arc::new(SystemClock::new()));
    let options = Options {
        endpoint,
        ..Options::default()
    };
    let exporter = Exporter::new(&options, source, Metrics::new(), "5174", "p").unwrap();
    let sending = running(exporter);
    let subscriber = tracing_subscriber::registry().with(layer);
    // As in a process, it listens until the end.
    let _listening = tracing::subscriber::set_default(subscriber);
    for number in 0..20 {
        tracing::info!(number, "said");
    }
    let mut changed = receiver.changed.subscribe();
    changed.wait_for(|count| *count > 1).await.unwrap();
    receiver.refuse.send_replace(false);
    receiver
        .until(|heard| {
            let scopes = heard
                .logs
                .iter()
                .map(|it| &it.resource_logs[0].scope_logs[0]);
            let lines = scopes.flat_map(|scope| &scope.log_records);
            lines
                .filter(|line| text(line.body.as_ref()) == "said")
                .count()
                == 20
        })
        .await;
    sending.stop(Duration::from_secs(10)).await.unwrap();
}

#[test]
fn addresses_in_the_clear_are_for_this_machine() {
    for (endpoint, good) in [
        ("http://127.0.0.1:4318", true),
        ("https://otel.example.org", true),
        ("http://otel.example.org:4318", false),
        ("otel.example.org", false),
        ("grpc://x", false),
    ] {
        let (_, source) = tap(Arc::new(SystemClock::new()));
        let options = Options {
            endpoint: endpoint.to_owned(),
            ..Options::default()
        };
        let made = Exporter::new(&options, source, Metrics::new(), "s", "p");
        assert_eq!(made.is_ok(), good, "{endpoint}");
    }
}

/// A step in another process is below the one whose batch it takes, and what it takes together is linked.
#[tokio::test]
async fn a_span_has_the_place_that_it_says() {
    use aurora_spans::{Step, joined, step};
    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c";
    let tasks = Tasks::new();
    let (receiver, endpoint) = Receiver::start(&tasks).await;
    let (layer, source) = tap(Arc::new(SystemClock::new()));
    let options = Options {
        endpoint,
        ..Options::default()
    };
    let exporter = Exporter::new(&options, source, Metrics::new(), "5174", "p").unwrap();
    let sending = running(exporter);
    let subscriber = tracing_subscriber::registry().with(layer);
    let _listening = tracing::subscriber::set_default(subscriber);
    let own = |number: u8| format!("{TRACE}-00000000000000{number:02x}-01");
    let other = "00-11111111111111111111111111111111-2222222222222222-01";
    drop(step(Step::Receive, &own(1), &own(1)));
    {
        // What it is opened in says nothing of whose batch it is.
        let _request = tracing::info_span!("request").entered();
        drop(step(Step::Normalise, &own(2), &own(1)));
    }
    drop(joined(Step::Store, &own(3), &own(2), [other].iter()));
    {
        let decided = tracing::info_span!("decided", links = tracing::field::Empty).entered();
        aurora_spans::link(&own(2));
        drop(decided);
    }
    let all = |heard: &Heard| -> Vec<opentelemetry_proto::tonic::trace::v1::Span> {
        let told = heard.traces.iter();
        told.flat_map(|it| it.resource_spans[0].scope_spans[0].spans.clone())
            .collect()
    };
    receiver.until(|heard| all(heard).len() == 5).await;
    sending.stop(Duration::from_secs(10)).await.unwrap();
    let spans = all(&receiver.heard.lock().unwrap());
    let by_name = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let place = |name: &str| {
        let span = by_name(name);
        let last = |id: &[u8]| id.last().copied();
        (last(&span.span_id), last(&span.parent_span_id))
    };
    assert_eq!(place("receive"), (Some(1), None));
    assert_eq!(place("normalise"), (Some(2), Some(1)));
    assert_eq!(place("store"), (Some(3), Some(2)));
    for name in ["receive", "normalise", "store"] {
        assert_eq!(by_name(name).trace_id[..2], [0x0a, 0xf7], "{name}");
    }
    assert_eq!(by_name("store").links[0].trace_id, [0x11; 16]);
    assert_eq!(by_name("decided").links[0].span_id[7], 2);
    tasks.shutdown().cancel();
}
