//! The dashboard and the alert rules that come with the product name metrics that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aurora_telemetry::{Kind, Metric, Metrics};

fn deployed(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../deploy");
    std::fs::read_to_string(path.join(file)).unwrap()
}

/// Every name that a site exposes, with its labels.
fn exposed() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut names = BTreeMap::new();
    for metric in Metric::ALL {
        let labels: BTreeSet<&str> = metric.labels().iter().copied().collect();
        let endings: &[&str] = match metric.kind() {
            Kind::Counter => &["_total"],
            Kind::Gauge => &[""],
            Kind::Histogram => &["_bucket", "_sum", "_count"],
        };
        for ending in endings {
            names.insert(format!("aurora_{}{ending}", metric.name()), labels.clone());
        }
    }
    names
}

/// Metrics of a text, each with the labels that are asked of it right behind.
fn named(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("aurora_") {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = &text[start..];
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        let labels = rest[end..]
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        let labels = labels.map_or("", |(labels, _)| labels);
        let labels = labels.split(',').filter_map(|label| {
            let name = label.trim().split(|c| !word(c)).next()?;
            (!name.is_empty()).then(|| name.to_owned())
        });
        found.push((rest[..end].to_owned(), labels.collect()));
    }
    found
}

#[test]
fn every_metric_that_is_named_exists() {
    let exposed = exposed();
    for file in ["prometheus/aurorasoc.rules.yml", "grafana/aurorasoc.json"] {
        let text = deployed(file).replace("\\\"", "\"");
        let named = named(&text);
        assert!(named.len() > 10, "{file}");
        for (name, labels) in named {
            let known = exposed.get(&name);
            let known = known.unwrap_or_else(|| panic!("{file}: there is no {name}"));
            for label in labels {
                let usual = ["instance", "le", "job"].contains(&label.as_str());
                assert!(
                    usual || known.contains(label.as_str()),
                    "{file}: {name} has no {label}"
                );
            }
        }
    }
}

/// The list above says what a site really renders.
#[test]
fn what_is_exposed_is_what_is_rendered() {
    let metrics = Metrics::new();
    for metric in Metric::ALL {
        let values: Vec<&str> = metric.labels().iter().map(|_| "x").collect();
        match metric.kind() {
            Kind::Counter => metrics.add(*metric, &values, 1),
            Kind::Gauge => metrics.set(*metric, &values, 1),
            Kind::Histogram => metrics.observe(*metric, std::time::Duration::from_millis(1)),
        }
    }
    let text = metrics.render();
    let rendered: BTreeSet<String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect();
    let wanted: BTreeSet<String> = exposed().into_keys().collect();
    assert_eq!(rendered, wanted);
}

#[test]
fn every_alert_names_its_fix() {
    let rules = deployed("prometheus/aurorasoc.rules.yml");
    let alerts = rules.matches("- alert:").count();
    assert!(alerts > 10);
    for word in ["expr:", "summary:", "fix:", "severity:"] {
        assert_eq!(rules.matches(word).count(), alerts, "{word}");
    }
    let board: serde_json::Value =
        serde_json::from_str(&deployed("grafana/aurorasoc.json")).unwrap();
    let panels = board["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = panels.iter().map(|it| it["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
}
