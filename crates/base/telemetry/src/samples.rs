//! Metrics as values, for whoever passes them on in another format.

use std::collections::BTreeMap;

use crate::{Kind, Metric, Metrics};

/// What a metric is for one set of its labels' values.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub metric: Metric,
    pub labels: Vec<(String, String)>,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a counter or a gauge.
    Number(f64),
    /// Of a histogram: the sum, and how many were above the bound before and up to this one; the last
    /// bound is infinite.
    Distribution { sum: f64, buckets: Vec<(f64, u64)> },
}

impl Metrics {
    /// Every metric as it is now. It is read from the text that is rendered, so both say the same.
    pub fn samples(&self) -> Vec<Sample> {
        let names: BTreeMap<String, Metric> =
            Metric::ALL.iter().flat_map(|it| names(*it)).collect();
        let mut found: BTreeMap<(Metric, Vec<(String, String)>), Value> = BTreeMap::new();
        for line in self.render().lines() {
            let Some((name, mut labels, number)) = read(line) else {
                continue;
            };
            let Some(metric) = names.get(name).copied() else {
                continue;
            };
            if metric.kind() != Kind::Histogram {
                found.insert((metric, labels), Value::Number(number));
                continue;
            }
            let bound = labels.iter().position(|(label, _)| label == "le");
            let bound = bound.map(|place| labels.remove(place).1);
            let entry = found
                .entry((metric, labels))
                .or_insert_with(|| Value::Distribution {
                    sum: 0.0,
                    buckets: Vec::new(),
                });
            gather(entry, name, bound.as_deref(), number);
        }
        let sample = |((metric, labels), value)| Sample {
            metric,
            labels,
            value: apart(value),
        };
        found.into_iter().map(sample).collect()
    }
}

fn names(metric: Metric) -> Vec<(String, Metric)> {
    let endings: &[&str] = match metric.kind() {
        Kind::Counter => &["_total"],
        Kind::Gauge => &[""],
        Kind::Histogram => &["_sum", "_bucket"],
    };
    let name = |ending: &&str| (format!("aurora_{}{ending}", metric.name()), metric);
    endings.iter().map(name).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn gather(into: &mut Value, name: &str, bound: Option<&str>, number: f64) {
    let Value::Distribution { sum, buckets } = into else {
        return;
    };
    match bound {
        Some("+Inf") => buckets.push((f64::INFINITY, number as u64)),
        Some(bound) => buckets.extend(bound.parse().ok().map(|bound| (bound, number as u64))),
        None if name.ends_with("_sum") => *sum = number,
        None => {}
    }
}

/// Prometheus counts all up to a bound; here each bucket counts its own.
fn apart(value: Value) -> Value {
    let Value::Distribution { sum, mut buckets } = value else {
        return value;
    };
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut before = 0;
    for (_, count) in &mut buckets {
        let own = count.saturating_sub(before);
        before = *count;
        *count = own;
    }
    Value::Distribution { sum, buckets }
}

type Labels = Vec<(String, String)>;

/// `name{label="value",…} number`, as we render it.
fn read(line: &str) -> Option<(&str, Labels, f64)> {
    let (name, rest) = line.split_once(['{', ' '])?;
    if line.as_bytes().get(name.len()) != Some(&b'{') {
        return Some((name, Vec::new(), rest.trim().parse().ok()?));
    }
    let mut labels = Vec::new();
    let mut rest = rest;
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(number) = rest.strip_prefix('}') {
            return Some((name, labels, number.trim().parse().ok()?));
        }
        let (label, quoted) = rest.split_once("=\"")?;
        let (value, after) = unquoted(quoted)?;
        labels.push((label.to_owned(), value));
        rest = after;
    }
}

/// Up to the closing quote, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}
