//! Transforms that need nothing but the value.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Transform;

/// Epoch milliseconds of the years 0 to 9999, which RFC 3339 can write.
pub const DATES: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// The value in ECS's form, for transforms that need nothing but the value. `None` when it has none.
pub fn convert(transform: Transform, value: &Value) -> Option<Value> {
    use Transform as T;
    let text = value.as_str();
    let number = value.as_i64();
    Some(match transform {
        T::Copy => value.clone(),
        T::List if value.is_array() => value.clone(),
        T::List => json!([value]),
        T::Text => plain_text(value).into(),
        T::JsonText => text.map_or_else(|| value.to_string(), str::to_owned).into(),
        T::Lower => text?.to_ascii_lowercase().into(),
        T::Upper => text?.to_ascii_uppercase().into(),
        T::Snake => snake(text?).into(),
        T::Kebab => text?.to_ascii_lowercase().replace([' ', ':'], "-").into(),
        T::Hex => format!("{:#x}", number?).into(),
        T::Timestamp => timestamp(number?)?.into(),
        T::Nanoseconds => number?.checked_mul(1_000_000)?.into(),
        T::Offset => offset(number?).into(),
        T::Mac => mac(text?).into(),
        T::MacList => json!([mac(text?)]),
        T::Query => text?.strip_prefix('?').unwrap_or(text?).into(),
        T::MimeType => text?.split(';').next()?.trim().into(),
        T::Hive => hive(text?).into(),
        T::WithoutHive => text?.split_once('\\').map_or(text?, |(_, key)| key).into(),
        T::Direction => pick(number?, &[(1, "inbound"), (2, "outbound"), (3, "internal")])?.into(),
        T::IpVersion => pick(number?, &[(4, "ipv4"), (6, "ipv6")])?.into(),
        T::DnsType => pick(number?, &[(1, "query"), (2, "answer")])?.into(),
        T::Outcome => pick(number?, &[(1, "success"), (2, "failure")])
            .unwrap_or("unknown")
            .into(),
        T::ResponseCode => renamed(transform, text?, str::to_ascii_uppercase).into(),
        T::Confidence => confidence(value.as_f64()?).into(),
        T::FileType => renamed(transform, text?, str::to_ascii_lowercase).into(),
        T::Signature => (number == Some(1)).into(),
        T::FileAttributes => file_attributes(number?).into(),
        T::HttpStatus => number.filter(|code| (100..600).contains(code))?.into(),
        T::RegisteredDomain => text.filter(|name| name.split('.').count() == 2)?.into(),
        _ => return None,
    })
}

/// Text without quotes, anything else as JSON.
pub(super) fn plain_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn snake(text: &str) -> String {
    text.to_ascii_lowercase().replace(' ', "_")
}

fn timestamp(milliseconds: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(milliseconds)
        .ok()
        .filter(|_| DATES.contains(&milliseconds))?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

fn offset(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn mac(text: &str) -> String {
    text.to_ascii_uppercase().replace(':', "-")
}

fn hive(path: &str) -> &str {
    let root = path.split('\\').next().unwrap_or(path);
    let known = renames(Transform::Hive)
        .iter()
        .find(|(long, _)| long.eq_ignore_ascii_case(root));
    known.map_or(root, |(_, short)| short)
}

pub(super) fn pick(key: i64, pairs: &[(i64, &'static str)]) -> Option<&'static str> {
    pairs
        .iter()
        .find(|(number, _)| *number == key)
        .map(|(_, text)| *text)
}

/// Texts of OCSF, in any case, that a transform calls otherwise; it keeps all others but for their case.
pub fn renames(transform: Transform) -> &'static [(&'static str, &'static str)] {
    match transform {
        Transform::ResponseCode => &[("FormError", "FORMERR"), ("ServError", "SERVFAIL")],
        Transform::FileType => &[
            ("Regular File", "file"),
            ("Folder", "dir"),
            ("Symbolic Link", "symlink"),
        ],
        Transform::HeaderFlags => &[
            ("Authoritative Answer", "AA"),
            ("Truncated Response", "TC"),
            ("Recursion Desired", "RD"),
            ("Recursion Available", "RA"),
            ("Authentic Data", "AD"),
            ("Checking Disabled", "CD"),
        ],
        Transform::Hive => &[
            ("HKEY_LOCAL_MACHINE", "HKLM"),
            ("HKEY_CURRENT_USER", "HKCU"),
            ("HKEY_USERS", "HKU"),
            ("HKEY_CLASSES_ROOT", "HKCR"),
            ("HKEY_CURRENT_CONFIG", "HKCC"),
        ],
        _ => &[],
    }
}

pub(super) fn renamed(transform: Transform, text: &str, other: fn(&str) -> String) -> String {
    let pairs = renames(transform);
    let known = pairs
        .iter()
        .find(|(ocsf, _)| ocsf.eq_ignore_ascii_case(text));
    known.map_or_else(|| other(text), |(_, ecs)| (*ecs).to_owned())
}

/// The number of which a transform makes this text (in any case). `None` when there is none, and for every transform
/// that is not of a number to one text.
pub fn back(transform: Transform, text: &str) -> Option<i64> {
    let number = match transform {
        Transform::Timestamp => text.parse::<Timestamp>().ok()?.as_millisecond(),
        Transform::Nanoseconds => text.parse::<i64>().ok()? / 1_000_000,
        Transform::Offset => {
            let (hours, minutes) = text.split_once(':')?;
            let sign = if hours.starts_with('-') { -1 } else { 1 };
            hours.parse::<i64>().ok()? * 60 + sign * minutes.parse::<i64>().ok()?
        }
        Transform::Hex => {
            let digits = text
                .strip_prefix("0x")
                .or_else(|| text.strip_prefix("0X"))?;
            i64::from_str_radix(digits, 16).ok()?
        }
        _ => return None,
    };
    let again = plain_text(&convert(transform, &number.into())?);
    again.eq_ignore_ascii_case(text).then_some(number)
}

/// Null, and texts and collections without content: what a hunt takes for absent.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn confidence(score: f64) -> &'static str {
    match score {
        score if score >= 70.0 => "High",
        score if score >= 30.0 => "Medium",
        score if score > 0.0 => "Low",
        _ => "None",
    }
}

/// Bits of `FILE_ATTRIBUTE_*`, under the names that ECS allows.
fn file_attributes(mask: i64) -> Vec<&'static str> {
    const BITS: &[(i64, &str)] = &[
        (0x1, "readonly"),
        (0x2, "hidden"),
        (0x4, "system"),
        (0x10, "directory"),
        (0x20, "archive"),
        (0x800, "compressed"),
        (0x4000, "encrypted"),
    ];
    BITS.iter()
        .filter(|(bit, _)| mask & bit != 0)
        .map(|(_, name)| *name)
        .collect()
}
