//! The plain meaning of filters and tests, over whatever can tell its values.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use crate::parse::as_number;
use crate::{EcsField, Field, Filter, Target, Test};

/// Something that filters are asked of.
pub trait Values {
    /// Every value of a target as text, without the empty ones.
    fn texts(&self, target: &Target) -> Vec<String>;

    /// The original record.
    fn record(&self) -> &str;
}

impl Filter {
    /// Whether it passes.
    pub fn is_match(&self, values: &dyn Values) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.is_match(values)),
            Self::Or(parts) => parts.iter().any(|part| part.is_match(values)),
            Self::Not(inner) => !inner.is_match(values),
            Self::Text(pattern) => pattern.anywhere().is_match(values.record()),
            Self::Field(field, test) => {
                let dates = field.ecs().is_some_and(EcsField::is_date);
                let texts: Vec<String> = field.texts(values);
                match test {
                    Test::Between(range) if dates => texts
                        .iter()
                        .filter_map(|text| as_number(text))
                        .any(|number| range.contains(number)),
                    _ => test.holds(&texts),
                }
            }
        }
    }
}

impl Field {
    fn texts(&self, values: &dyn Values) -> Vec<String> {
        let targets = self.targets.iter();
        targets.flat_map(|target| values.texts(target)).collect()
    }

    /// The text in a column of an answer: all of the first target that holds anything.
    pub fn cell(&self, values: &dyn Values) -> String {
        let mut targets = self.targets.iter().map(|target| values.texts(target));
        targets
            .find(|texts| !texts.is_empty())
            .unwrap_or_default()
            .join(", ")
    }
}

impl Test {
    /// Whether a field that holds these texts, none of them empty, passes.
    pub fn holds(&self, texts: &[impl AsRef<str>]) -> bool {
        let mut texts = texts.iter().map(AsRef::as_ref).peekable();
        match self {
            Self::Exists => texts.peek().is_some(),
            Self::Matches(pattern) if texts.peek().is_none() => pattern.is_match(""),
            Self::Matches(pattern) => texts.any(|text| pattern.is_match(text)),
            Self::Within(net) => texts.any(|text| within(net, text)),
            Self::Between(range) => texts
                .filter_map(number)
                .any(|number| range.contains(number)),
        }
    }
}

/// A value as tests compare it: a string as it is, a number in its shortest form (`30` for 30.0), anything else as JSON
/// writes it, nothing as the empty text.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => float.to_string(),
            None => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// A text that is a finite number.
pub fn number(text: &str) -> Option<f64> {
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
