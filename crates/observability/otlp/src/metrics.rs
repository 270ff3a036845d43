//! The site's metrics as OTLP has them.

use std::collections::BTreeMap;

use aurora_telemetry::{Kind, Metric, Sample, Value};

use crate::wire::{
    Any, CUMULATIVE, Data, Distribution, Gauge, Histogram, KeyValue, MetricData, Number, Sum,
};

/// One message a metric, with a point for each of its labels' values. They count since `start`.
pub(crate) fn messages(samples: Vec<Sample>, start: u64, now: u64) -> Vec<MetricData> {
    let mut by_metric: BTreeMap<Metric, Vec<Sample>> = BTreeMap::new();
    for sample in samples {
        by_metric.entry(sample.metric).or_default().push(sample);
    }
    let message = |(metric, samples): (Metric, Vec<Sample>)| MetricData {
        name: format!("aurora.{}", metric.name()),
        description: metric.help().to_owned(),
        unit: match metric.kind() {
            Kind::Histogram => "s".to_owned(),
            Kind::Counter | Kind::Gauge => String::new(),
        },
        data: Some(data(metric, samples, start, now)),
    };
    by_metric.into_iter().map(message).collect()
}

fn data(metric: Metric, samples: Vec<Sample>, start: u64, now: u64) -> Data {
    match metric.kind() {
        Kind::Gauge => Data::Gauge(Gauge {
            points: numbers(samples, 0, now),
        }),
        Kind::Counter => Data::Sum(Sum {
            points: numbers(samples, start, now),
            aggregation_temporality: CUMULATIVE,
            is_monotonic: true,
        }),
        Kind::Histogram => Data::Histogram(Histogram {
            points: samples
                .into_iter()
                .filter_map(|sample| distribution(sample, start, now))
                .collect(),
            aggregation_temporality: CUMULATIVE,
        }),
    }
}

fn numbers(samples: Vec<Sample>, start: u64, now: u64) -> Vec<Number> {
    let number = |sample: Sample| match sample.value {
        Value::Number(value) => Some(Number {
            start_time_unix_nano: start,
            time_unix_nano: now,
            as_double: Some(value),
            attributes: attributes(sample.labels),
        }),
        Value::Distribution { .. } => None,
    };
    samples.into_iter().filter_map(number).collect()
}

fn distribution(sample: Sample, start: u64, now: u64) -> Option<Distribution> {
    let Value::Distribution { sum, buckets } = sample.value else {
        return None;
    };
    // The last bucket has no upper bound.
    let bounds = buckets.iter().map(|(bound, _)| *bound);
    Some(Distribution {
        start_time_unix_nano: start,
        time_unix_nano: now,
        count: buckets.iter().map(|(_, count)| count).sum(),
        sum: Some(sum),
        explicit_bounds: bounds.filter(|bound| bound.is_finite()).collect(),
        bucket_counts: buckets.iter().map(|(_, count)| *count).collect(),
        attributes: attributes(sample.labels),
    })
}

fn attributes(labels: Vec<(String, String)>) -> Vec<KeyValue> {
    let attribute = |(name, value)| KeyValue::new(name, Any::String(value));
    labels.into_iter().map(attribute).collect()
}
