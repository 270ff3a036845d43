//! `LEEF:1.0|vendor|product|version|event|key=value<tab>…`; in 2.0 a sixth part names the delimiter.
//!
//! Source: IBM QRadar, Log Event Extended Format (LEEF) version 2. The delimiter is one character, or its number as
//! `x5E` or `0x5E`; without one it is the tab. Senders that write 1.0 with `|` between attributes are read too.

use vrl::value::{ObjectMap, Value};

use super::cef;
use crate::{Failure, Input};

pub(super) fn decode(input: &Input<'_>) -> Result<Value, Failure> {
    let text = String::from_utf8_lossy(input.body);
    let Some(at) = text.find("LEEF:") else {
        return Err(Failure::Unparsable("not LEEF: want `LEEF:`".to_owned()));
    };
    let (before, rest) = text.split_at(at);
    let mut parts = rest[5..].splitn(6, '|');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (version, vendor, product) = (next(), next(), next());
    let (product_version, event) = (next(), next());
    let rest = next();
    let (delimiter, rest) = delimiter(&version, &rest);
    let body = ObjectMap::from([
        ("version".into(), Value::from(version)),
        ("vendor".into(), Value::from(vendor)),
        ("product".into(), Value::from(product)),
        ("product_version".into(), Value::from(product_version)),
        ("event".into(), Value::from(event)),
        ("ext".into(), Value::Object(attributes(rest, delimiter))),
        ("syslog".into(), cef::header(before, input)),
    ]);
    Ok(Value::Object(body))
}

fn delimiter<'t>(version: &str, rest: &'t str) -> (char, &'t str) {
    if version.starts_with('2')
        && let Some((named, attributes)) = rest.split_once('|')
        && let Some(delimiter) = named_delimiter(named)
    {
        return (delimiter, attributes);
    }
    let tab = rest.contains('\t') || !rest.contains('|');
    (if tab { '\t' } else { '|' }, rest)
}

fn named_delimiter(named: &str) -> Option<char> {
    if named.is_empty() {
        return Some('\t');
    }
    let mut chars = named.chars();
    if let (Some(one), None) = (chars.next(), chars.next()) {
        return Some(one);
    }
    let hex = named
        .strip_prefix("0x")
        .or_else(|| named.strip_prefix('x'))?;
    char::from_u32(u32::from_str_radix(hex, 16).ok()?)
}

fn attributes(text: &str, delimiter: char) -> ObjectMap {
    let pairs = text
        .split(delimiter)
        .filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(key, value)| (key.trim().into(), Value::from(value.trim())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_has_many_spellings() {
        for named in ["^", "x5E", "0x5E"] {
            let rest = format!("{named}|src=1^dst=2");
            let (delimiter, attributes_text) = delimiter("2.0", &rest);
            assert_eq!((delimiter, attributes_text), ('^', "src=1^dst=2"));
        }
        assert_eq!(delimiter("2.0", "|src=1\tdst=2").0, '\t');
        assert_eq!(delimiter("1.0", "src=1|dst=2").0, '|');
        assert_eq!(attributes("a=1\tb=", '\t').len(), 1);
    }
}
