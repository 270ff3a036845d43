//! Times as sources write them.

use vrl::value::Value;

/// Epoch milliseconds of a time: seconds as a number or its text (`1588205199.82`), ISO 8601 with or without a zone
/// (UTC then), with `T` or a blank, with `+00:00` or `+0000`. `None` for anything else.
pub(crate) fn epoch_ms(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(seconds) => seconds.checked_mul(1000).filter(|ms| in_range(*ms)),
        Value::Float(seconds) => millis(seconds.into_inner()),
        Value::Timestamp(at) => Some(at.timestamp_millis()),
        value => epoch_ms_of_text(value.to_str()?.trim()),
    }
}

pub(crate) fn epoch_ms_of_text(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_millisecond());
    }
    if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        return Some(at.timestamp().as_millisecond());
    }
    epoch_ms_of_seconds(text)
}

/// Epoch milliseconds of `1588205199.82`.
pub(crate) fn epoch_ms_of_seconds(text: &str) -> Option<i64> {
    millis(text.parse().ok()?)
}

/// Rounded to the nearest millisecond: a float of seconds carries the source's microseconds inexactly.
fn millis(seconds: f64) -> Option<i64> {
    let millis = (seconds * 1000.0).round();
    #[allow(clippy::cast_possible_truncation)]
    (millis.abs() < 1e15)
        .then_some(millis as i64)
        .filter(|ms| in_range(*ms))
}

/// The years that jiff, and with it every display, can write.
fn in_range(millis: i64) -> bool {
    jiff::Timestamp::from_millisecond(millis).is_ok()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(values: &[&str], wanted: Expect) {
        let read = |text: &&str| match epoch_ms_of_text(text) {
            Some(ms) => format!("{text} = {}\n", aurora_clock::Timestamp::from_millis(ms)),
            None => format!("{text} = nothing\n"),
        };
        wanted.assert_eq(&values.iter().map(read).collect::<String>());
    }

    #[test]
    fn the_forms_that_sources_use() {
        check(
            &[
                "2026-01-31T09:30:00.125Z",
                "2026-01-31T09:30:00.125000+0200",
                "2026-01-31 09:30:00+02:00",
                "2026-01-31T09:30:00",
                "2026-01-31 09:30:00.5",
                "1588205199.82437",
                "1588205199",
                "1e300",
                "NaN",
                "-",
                "",
                "31/01/2026",
            ],
            expect![[r#"
                2026-01-31T09:30:00.125Z = 2026-01-31T09:30:00.125Z
                2026-01-31T09:30:00.125000+0200 = 2026-01-31T07:30:00.125Z
                2026-01-31 09:30:00+02:00 = 2026-01-31T07:30:00.000Z
                2026-01-31T09:30:00 = 2026-01-31T09:30:00.000Z
                2026-01-31 09:30:00.5 = 2026-01-31T09:30:00.500Z
                1588205199.82437 = 2020-04-30T00:06:39.824Z
                1588205199 = 2020-04-30T00:06:39.000Z
                1e300 = nothing
                NaN = nothing
                - = nothing
                 = nothing
                31/01/2026 = nothing
            "#]],
        );
    }
}
