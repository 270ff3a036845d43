//! When an event happened.

use super::record::Record;
use super::table::SystemFields;
use crate::table::json::Node;
use crate::table::time::plain_millis;

/// Where the time is looked for after Sysmon's `UtcTime` and the system's time, in this order.
const OTHER_TIMES: [&str; 3] = ["@timestamp", "EventTime", "TimeGenerated"];

/// Milliseconds since 1970 and where they were read.
pub(super) struct When<'r> {
    pub millis: i64,
    pub node: Node<'r>,
}

/// Takes the time that counts out of the record.
pub(super) fn take<'r>(record: &mut Record<'r>, fields: &SystemFields) -> Option<When<'r>> {
    if let Some(when) = take_field(record, "UtcTime") {
        return Some(when);
    }
    if let Some(when) = record.system[fields.time].and_then(read) {
        record.system[fields.time] = None;
        return Some(when);
    }
    OTHER_TIMES.iter().find_map(|name| take_field(record, name))
}

fn take_field<'r>(record: &mut Record<'r>, name: &str) -> Option<When<'r>> {
    let at = record.data.iter().position(|field| field.name == name)?;
    let when = read(record.data[at].node)?;
    record.data.remove(at);
    Some(when)
}

fn read(node: Node<'_>) -> Option<When<'_>> {
    let millis = millis(&node.text()?)?;
    Some(When { millis, node })
}

/// `2026-01-31T09:30:00.1250000Z`, with a blank for `T`, with or without a zone (UTC then).
pub(super) fn millis(text: &str) -> Option<i64> {
    if let Some(millis) = plain_millis(text) {
        return Some(millis);
    }
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
