use std::net::IpAddr;

use aurora_hunt::{Field, Filter, Target, Test};
use ipnet::IpNet;
use serde_json::Value;

use crate::store::Kept;

/// Whether an event is what the filter asks for.
pub(crate) fn matches(filter: &Filter, row: &Kept) -> bool {
    match filter {
        Filter::All => true,
        Filter::And(parts) => parts.iter().all(|part| matches(part, row)),
        Filter::Or(parts) => parts.iter().any(|part| matches(part, row)),
        Filter::Not(inner) => !matches(inner, row),
        Filter::Text(pattern) => {
            let raw = row
                .event
                .get("raw_data")
                .and_then(Value::as_str)
                .unwrap_or_default();
            pattern.anywhere().is_match(raw)
        }
        Filter::Field(field, test) => {
            let texts: Vec<String> = field
                .targets
                .iter()
                .flat_map(|target| texts(target, row))
                .collect();
            passes(test, &texts)
        }
    }
}

fn passes(test: &Test, texts: &[String]) -> bool {
    match test {
        Test::Exists => !texts.is_empty(),
        Test::Matches(pattern) if texts.is_empty() => pattern.is_match(""),
        Test::Matches(pattern) => texts.iter().any(|text| pattern.is_match(text)),
        Test::Within(net) => texts.iter().any(|text| within(net, text)),
        Test::Between(range) => texts
            .iter()
            .filter_map(|text| number(text))
            .any(|number| range.contains(number)),
    }
}

/// Every value that is not empty, as text.
pub(crate) fn texts(target: &Target, row: &Kept) -> Vec<String> {
    let mut found = Vec::new();
    match target {
        Target::Source => found.push(row.source.as_str().to_owned()),
        Target::Path(path) => path.visit(&row.event, &mut |value| found.push(text(value))),
    }
    found.retain(|text| !text.is_empty());
    found
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text of a field in a column of an answer: its first target that holds anything.
pub(crate) fn cell(field: &Field, row: &Kept) -> String {
    let mut targets = field.targets.iter().map(|target| texts(target, row));
    targets
        .find(|texts| !texts.is_empty())
        .unwrap_or_default()
        .join(", ")
}

pub(crate) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// IPv4 addresses are compared in their IPv4-mapped IPv6 form.
fn within(net: &IpNet, text: &str) -> bool {
    let Ok(address) = text.parse::<IpAddr>() else {
        return false;
    };
    let address = mapped(address);
    mapped(net.network()) <= address && address <= mapped(net.broadcast())
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
