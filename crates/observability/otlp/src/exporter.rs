use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::{Metric, Metrics};
use prost::Message as _;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tracing::{debug, warn};

use crate::post::Collector;
use crate::tap::{Item, nanos};
use crate::wire::{
    KeyValue, LogRecord, LogsRequest, MetricsRequest, Resource, ResourceLogs, ResourceMetrics,
    ResourceSpans, Scope, ScopeLogs, ScopeMetrics, ScopeSpans, Span, TraceRequest,
};
use crate::{Error, Options, Source, metrics};

/// Lines or spans of one request.
const BATCH: usize = 512;
/// What waits for a collector that is away; beyond it the oldest is left out.
const WAITING: usize = 8192;
/// How long a line waits for others.
const LINGER: Duration = Duration::from_secs(1);
/// After a failure, before the next attempt.
const REST: Duration = Duration::from_secs(5);
/// What is under way at shutdown has so long to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// Sends what a process tells to a collector.
pub struct Exporter {
    collector: Collector,
    source: Source,
    metrics: Metrics,
    resource: Resource,
    every: Duration,
    started: u64,
    logs: VecDeque<LogRecord>,
    spans: VecDeque<Span>,
    /// Whether the last attempt failed; it is said once.
    away: bool,
    tasks: Tasks,
}

impl std::fmt::Debug for Exporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

impl Exporter {
    /// For a process of the site with this identity; `process` tells several of one site apart.
    ///
    /// # Errors
    /// When the address or a file cannot be used.
    pub fn new(
        options: &Options,
        source: Source,
        metrics: Metrics,
        site: &str,
        process: &str,
    ) -> Result<Self, Error> {
        let tasks = Tasks::new();
        let started = nanos(source.clock.as_ref());
        Ok(Self {
            collector: Collector::of(options, tasks.clone())?,
            source,
            metrics,
            resource: Resource {
                attributes: vec![
                    KeyValue::text("service.name", "aurorasoc"),
                    KeyValue::text("service.version", env!("CARGO_PKG_VERSION")),
                    KeyValue::text("service.namespace", site),
                    KeyValue::text("service.instance.id", process),
                ],
            },
            every: Duration::from_secs(options.metrics_seconds.max(1)),
            started,
            logs: VecDeque::new(),
            spans: VecDeque::new(),
            away: false,
            tasks,
        })
    }

    /// Sends until shutdown, and then what is left.
    pub async fn run(mut self, shutdown: Shutdown) {
        let (mut linger, mut read) = (ticking(LINGER), ticking(self.every));
        loop {
            let mut due = false;
            tokio::select! {
                () = shutdown.cancelled() => break,
                item = self.source.items.recv() => match item {
                    Some(item) => self.take(item),
                    None => break,
                },
                _ = linger.tick() => due = true,
                _ = read.tick() => {
                    let told = self.tell_metrics().await;
                    self.noted(told);
                }
            }
            let full = self.logs.len() >= BATCH || self.spans.len() >= BATCH;
            if full || (due && self.waits()) {
                self.flush(&shutdown).await;
            }
        }
        while let Ok(item) = self.source.items.try_recv() {
            self.take(item);
        }
        let last = async {
            self.tell().await?;
            self.tell_metrics().await
        };
        // Whoever shuts down waits no longer for a collector that is away.
        match tokio::time::timeout(PATIENCE, last).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => debug!(error, "the last lines were not told"),
            Err(_) => debug!("the last lines were not told in time"),
        }
        drop(self.tasks.stop(PATIENCE).await);
    }

    fn waits(&self) -> bool {
        !self.logs.is_empty() || !self.spans.is_empty()
    }

    fn take(&mut self, item: Item) {
        let left_out = match item {
            Item::Log(record) => kept(&mut self.logs, record),
            Item::Span(span) => kept(&mut self.spans, span),
        };
        self.source.left_out.fetch_add(left_out, Ordering::Relaxed);
    }

    async fn flush(&mut self, shutdown: &Shutdown) {
        let told = self.tell().await;
        let failed = told.is_err();
        self.noted(told);
        if failed {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(REST) => {}
            }
        }
    }

    fn noted(&mut self, told: Result<(), String>) {
        match told {
            Ok(()) => self.away = false,
            Err(error) if !self.away => {
                self.away = true;
                warn!(error, "the collector for telemetry cannot be told anything");
            }
            Err(_) => {}
        }
        let left_out = self.source.left_out.swap(0, Ordering::Relaxed);
        self.metrics.add(Metric::TelemetryLeftOut, &[], left_out);
    }

    /// Sends what waits, the oldest first. What failed waits on.
    async fn tell(&mut self) -> Result<(), String> {
        while !self.logs.is_empty() {
            let batch: Vec<_> = self.logs.iter().take(BATCH).cloned().collect();
            let count = batch.len();
            let message = LogsRequest {
                resources: vec![ResourceLogs {
                    resource: Some(self.resource.clone()),
                    scopes: vec![ScopeLogs {
                        scope: Some(scope()),
                        records: batch,
                    }],
                }],
            };
            self.collector
                .post("/v1/logs", message.encode_to_vec())
                .await?;
            self.logs.drain(..count);
        }
        while !self.spans.is_empty() {
            let batch: Vec<_> = self.spans.iter().take(BATCH).cloned().collect();
            let count = batch.len();
            let message = TraceRequest {
                resources: vec![ResourceSpans {
                    resource: Some(self.resource.clone()),
                    scopes: vec![ScopeSpans {
                        scope: Some(scope()),
                        spans: batch,
                    }],
                }],
            };
            self.collector
                .post("/v1/traces", message.encode_to_vec())
                .await?;
            self.spans.drain(..count);
        }
        Ok(())
    }

    async fn tell_metrics(&mut self) -> Result<(), String> {
        let now = nanos(self.source.clock.as_ref());
        let message = MetricsRequest {
            resources: vec![ResourceMetrics {
                resource: Some(self.resource.clone()),
                scopes: vec![ScopeMetrics {
                    scope: Some(scope()),
                    metrics: metrics::messages(self.metrics.samples(), self.started, now),
                }],
            }],
        };
        self.collector
            .post("/v1/metrics", message.encode_to_vec())
            .await
    }
}

fn scope() -> Scope {
    Scope {
        name: "aurorasoc".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// Keeps the newest; how many had to go.
fn kept<T>(waiting: &mut VecDeque<T>, item: T) -> u64 {
    let full = waiting.len() >= WAITING;
    if full {
        waiting.pop_front();
    }
    waiting.push_back(item);
    u64::from(full)
}

fn ticking(every: Duration) -> Interval {
    let mut timer = interval(every);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    timer
}
