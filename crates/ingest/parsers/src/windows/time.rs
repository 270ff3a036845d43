//! When an event happened.

use super::node::Node;
use super::record::Record;
use super::table::SystemFields;

/// Where the time is looked for after Sysmon's `UtcTime` and the system's time, in this order.
const OTHER_TIMES: [&str; 3] = ["@timestamp", "EventTime", "TimeGenerated"];

/// Milliseconds since 1970 and the text from which they were read.
pub(super) struct When {
    pub millis: i64,
    pub text: String,
}

/// Takes the time that counts out of the record.
pub(super) fn take(record: &mut Record<'_>, fields: &SystemFields) -> Option<When> {
    if let Some(when) = take_field(record, "UtcTime") {
        return Some(when);
    }
    if let Some(when) = record.system[fields.time].as_ref().and_then(read) {
        record.system[fields.time] = None;
        return Some(when);
    }
    OTHER_TIMES.iter().find_map(|name| take_field(record, name))
}

fn take_field(record: &mut Record<'_>, name: &str) -> Option<When> {
    let at = record.data.iter().position(|(key, _)| key == name)?;
    let when = read(&record.data[at].1)?;
    record.data.remove(at);
    Some(when)
}

fn read(node: &Node<'_>) -> Option<When> {
    let text = node.text()?;
    Some(When {
        millis: millis(text)?,
        text: text.to_owned(),
    })
}

/// `2026-01-31T09:30:00.1250000Z`, with a blank for `T`, with or without a zone (UTC then).
pub(super) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    if !text.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let zoned = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    if zoned {
        return text
            .parse::<jiff::Timestamp>()
            .ok()
            .map(jiff::Timestamp::as_millisecond);
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let at = jiff::tz::Offset::UTC.to_timestamp(local).ok()?;
    Some(at.as_millisecond())
}
