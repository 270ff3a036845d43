//! Transforms that need nothing but the value.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Transform;

/// The value in ECS's form. `None` when it has none.
pub(super) fn value(transform: Transform, value: &Value) -> Option<Value> {
    use Transform as T;
    let text = value.as_str();
    let number = value.as_i64();
    Some(match transform {
        T::Copy | T::First => value.clone(),
        T::List if value.is_array() => value.clone(),
        T::List => json!([value]),
        T::Text => plain_text(value).into(),
        T::JsonText => text.map_or_else(|| value.to_string(), str::to_owned).into(),
        T::Lower => text?.to_lowercase().into(),
        T::Upper => text?.to_uppercase().into(),
        T::Snake => snake(text?).into(),
        T::Kebab => text?.to_lowercase().replace([' ', ':'], "-").into(),
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
        T::ResponseCode => response_code(text?).into(),
        T::Confidence => confidence(value.as_f64()?).into(),
        T::FileType => file_type(text?).into(),
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
    text.to_lowercase().replace(' ', "_")
}

fn timestamp(milliseconds: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

fn offset(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn mac(text: &str) -> String {
    text.to_uppercase().replace(':', "-")
}

fn hive(path: &str) -> &str {
    match path.split('\\').next().unwrap_or(path) {
        "HKEY_LOCAL_MACHINE" => "HKLM",
        "HKEY_CURRENT_USER" => "HKCU",
        "HKEY_USERS" => "HKU",
        "HKEY_CLASSES_ROOT" => "HKCR",
        "HKEY_CURRENT_CONFIG" => "HKCC",
        other => other,
    }
}

pub(super) fn pick(key: i64, pairs: &[(i64, &'static str)]) -> Option<&'static str> {
    pairs
        .iter()
        .find(|(number, _)| *number == key)
        .map(|(_, text)| *text)
}

fn response_code(caption: &str) -> String {
    match caption {
        "FormError" => "FORMERR".to_owned(),
        "ServError" => "SERVFAIL".to_owned(),
        other => other.to_uppercase(),
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

fn file_type(caption: &str) -> String {
    match caption {
        "Regular File" => "file".to_owned(),
        "Folder" => "dir".to_owned(),
        "Symbolic Link" => "symlink".to_owned(),
        other => other.to_lowercase(),
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
