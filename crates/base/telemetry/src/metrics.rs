use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::{Kind, Metric};

type Labels = Vec<(&'static str, String)>;
type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

#[derive(Clone, Debug)]
enum Series {
    Counter(Family<Labels, Counter>),
    Gauge(Family<Labels, Gauge<f64, AtomicU64>>),
    Histogram(Histograms),
}

/// A site's metrics. Cheap to clone; two sites in one process have two.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    series: Arc<BTreeMap<Metric, Series>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("aurora");
        let mut series = BTreeMap::new();
        for metric in Metric::ALL {
            series.insert(*metric, register(&mut registry, *metric));
        }
        Self {
            registry: Arc::new(registry),
            series: Arc::new(series),
        }
    }

    /// Adds to a counter. `values` are those of [`Metric::labels`], in order.
    pub fn add(&self, metric: Metric, values: &[&str], by: u64) {
        if let Some(Series::Counter(family)) = self.series.get(&metric) {
            family.get_or_create(&labels(metric, values)).inc_by(by);
        }
    }

    /// Sets a gauge.
    #[allow(clippy::cast_precision_loss)]
    pub fn set(&self, metric: Metric, values: &[&str], to: i64) {
        if let Some(Series::Gauge(family)) = self.series.get(&metric) {
            family.get_or_create(&labels(metric, values)).set(to as f64);
        }
    }

    /// Adds a duration to a histogram.
    pub fn observe(&self, metric: Metric, took: Duration) {
        if let Some(Series::Histogram(family)) = self.series.get(&metric) {
            family
                .get_or_create(&Labels::new())
                .observe(took.as_secs_f64());
        }
    }

    /// Prometheus's text exposition format.
    pub fn render(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing to memory does not fail");
        text
    }
}

fn register(registry: &mut Registry, metric: Metric) -> Series {
    let (name, help) = (metric.name(), metric.help());
    match metric.kind() {
        Kind::Counter => {
            let family = Family::default();
            registry.register(name, help, family.clone());
            Series::Counter(family)
        }
        Kind::Gauge => {
            let family = Family::default();
            registry.register(name, help, family.clone());
            Series::Gauge(family)
        }
        Kind::Histogram => {
            let family = Histograms::new_with_constructor(buckets);
            registry.register(name, help, family.clone());
            Series::Histogram(family)
        }
    }
}

/// From 1 ms to 16 s, doubling.
fn buckets() -> Histogram {
    Histogram::new(prometheus_client::metrics::histogram::exponential_buckets(
        0.001, 2.0, 15,
    ))
}

fn labels(metric: Metric, values: &[&str]) -> Labels {
    let names = metric.labels().iter().copied();
    names
        .zip(values.iter().map(|value| (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_rendered() {
        let metrics = Metrics::new();
        metrics.add(Metric::HttpRequests, &["/alerts", "200"], 2);
        metrics.set(Metric::RecordsReceived, &["windows"], 7);
        metrics.observe(Metric::DetectSeconds, Duration::from_millis(3));
        let text = metrics.render();
        for line in [
            "aurora_http_requests_total{route=\"/alerts\",status=\"200\"} 2",
            "aurora_records_received{source=\"windows\"} 7.0",
            "aurora_detect_seconds_count{} 1",
        ] {
            assert!(text.contains(line), "{line} not in:\n{text}");
        }
    }
}
