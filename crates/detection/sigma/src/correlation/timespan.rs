use std::time::Duration;

use crate::error::Error;
use crate::yaml::{Node, Source};

/// Seconds in each unit. Months and years are the Gregorian calendar's mean, as in pySigma.
const UNITS: [(char, u64); 7] = [
    ('s', 1),
    ('m', 60),
    ('h', 3_600),
    ('d', 86_400),
    ('w', 604_800),
    ('M', 2_629_746),
    ('y', 31_556_952),
];

/// Longer windows cannot be kept.
const MAX_SECONDS: u64 = 366 * 86_400;

const WANT: &str = "a number and a unit such as 30s, 5m, 1h, 7d, 2w, 1M (month) or 1y";

/// Reads `90m`.
pub(super) fn read(source: &Source, node: &Node) -> Result<Duration, Error> {
    let text = node.text(source, "timespan")?;
    let invalid = |want: &str, nearest: Option<String>| Error::Invalid {
        at: node.at(source),
        what: "timespan".to_owned(),
        found: crate::yaml::quoted(&text),
        want: want.to_owned(),
        nearest,
    };
    let trimmed = text.trim();
    let end = trimmed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(trimmed.len());
    let (digits, unit) = (&trimmed[..end], trimmed[end..].trim());
    let Ok(number) = digits.parse::<u64>() else {
        return Err(invalid(WANT, None));
    };
    let Some(seconds) = seconds_of(unit) else {
        let near = nearest_unit(unit).map(|unit| format!("{number}{unit}"));
        return Err(invalid(WANT, near));
    };
    match number.checked_mul(seconds) {
        Some(0) => Err(invalid("more than nothing", None)),
        Some(whole) if whole <= MAX_SECONDS => Ok(Duration::from_secs(whole)),
        _ => Err(invalid("at most a year", None)),
    }
}

fn seconds_of(unit: &str) -> Option<u64> {
    let mut chars = unit.chars();
    let (unit, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    UNITS
        .iter()
        .find(|(known, _)| *known == unit)
        .map(|(_, seconds)| *seconds)
}

/// `Min`, `minutes` and `D` are nearly units; a missing one is taken for none.
fn nearest_unit(unit: &str) -> Option<char> {
    let lower = unit.to_ascii_lowercase();
    if lower.starts_with("mon") || lower == "mo" {
        return Some('M');
    }
    let first = lower.chars().next()?;
    UNITS
        .iter()
        .map(|(known, _)| *known)
        .find(|known| *known == first)
}
