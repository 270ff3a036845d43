//! The time modifiers: one number taken from a date, as the date is written. Offsets are not
//! applied, as the specification says; a bare number is an epoch and read as UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::modifier::Modifier;
use crate::number::Number;
use crate::source::FieldValue;

/// The `part` (minute … year) of a date value, `None` when the value is no date.
pub(crate) fn part(part: Modifier, value: FieldValue<'_>) -> Option<Number> {
    let date = match value {
        FieldValue::Str(text) => written(text.trim())?,
        FieldValue::Int(epoch) => since_epoch(epoch)?,
        #[allow(clippy::cast_possible_truncation)]
        FieldValue::Float(seconds) => since_epoch((seconds * 1000.0) as i128)?,
        FieldValue::Bool(_) | FieldValue::Null => return None,
    };
    let number = match part {
        Modifier::Minute => i128::from(date.minute()),
        Modifier::Hour => i128::from(date.hour()),
        Modifier::Day => i128::from(date.day()),
        Modifier::Week => i128::from(date.date().iso_week_date().week()),
        Modifier::Month => i128::from(date.month()),
        Modifier::Year => i128::from(date.year()),
        _ => return None,
    };
    Some(Number::Int(number))
}

/// `2024-05-01`, `2024-05-01T10:20:30.5Z`, `2024-05-01 10:20:30 +02:00`: the offset is left out.
fn written(text: &str) -> Option<DateTime> {
    if let Ok(epoch) = text.parse::<i128>() {
        return since_epoch(epoch);
    }
    let day = text.get(..10)?;
    let time = text.get(10..)?.trim_start_matches(['T', 't', ' ']);
    let end = time
        .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
        .unwrap_or(time.len());
    if end == 0 {
        return day.parse::<Date>().ok().map(Date::into);
    }
    format!("{day}T{}", &time[..end]).parse().ok()
}

/// Seconds, milliseconds, microseconds or nanoseconds, told apart by size: each step is far from
/// the next for any year from 1973 to 5138.
fn since_epoch(epoch: i128) -> Option<DateTime> {
    let nanoseconds = match epoch.unsigned_abs() {
        0..100_000_000_000 => epoch * 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => epoch * 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => epoch * 1_000,
        _ => epoch,
    };
    let timestamp = Timestamp::from_nanosecond(nanoseconds).ok()?;
    Some(timestamp.to_zoned(TimeZone::UTC).datetime())
}
