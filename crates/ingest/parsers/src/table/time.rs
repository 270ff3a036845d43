//! Times in the form that most records have, without a general parser.

/// Milliseconds since 1970 of `2026-01-31T09:30:00.125Z`, with a blank for `T`, any number of digits after the point,
/// and without a zone UTC. `None` for every other form, which may still be a time.
pub(crate) fn plain_millis(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_first_chunk::<19>()?;
    let number = |from: usize, digits: usize| {
        date[from..from + digits]
            .iter()
            .try_fold(0_i64, |sum, byte| {
                byte.is_ascii_digit()
                    .then(|| sum * 10 + i64::from(byte - b'0'))
            })
    };
    let marks = [date[4], date[7], date[10], date[13], date[16]];
    if !matches!(marks, [b'-', b'-', b'T' | b' ', b':', b':']) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let fits = (1970..=9998).contains(&year)
        && (1..=12).contains(&month)
        && day >= 1
        && day <= days_of(year, month)
        && hour <= 23
        && minute <= 59
        && second <= 59;
    let rest = rest.strip_suffix(b"Z").unwrap_or(rest);
    let millis = match rest.split_first() {
        None => 0,
        Some((b'.', digits)) => fraction(digits)?,
        _ => return None,
    };
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    fits.then_some(seconds * 1000 + millis)
}

/// As [`plain_millis`] for a time that says its zone: `Z`, or an offset as `+02:00` and `+0200`.
pub(crate) fn zoned_millis(text: &str) -> Option<i64> {
    if text.ends_with('Z') {
        return plain_millis(text);
    }
    let sign = text.len().checked_sub(6)?;
    let sign = sign
        + text.as_bytes()[sign..]
            .iter()
            .position(|byte| b"+-".contains(byte))?;
    let (time, offset) = text.split_at_checked(sign)?;
    let (hours, minutes) = match offset.as_bytes() {
        [_, h, o, m, n] | [_, h, o, b':', m, n] => (two_digits(*h, *o)?, two_digits(*m, *n)?),
        _ => return None,
    };
    let seconds = (hours * 60 + minutes) * 60;
    let millis = plain_millis(time).filter(|_| hours <= 23 && minutes <= 59)?;
    let offset = if offset.starts_with('-') {
        -seconds
    } else {
        seconds
    };
    // Before 1970 what is cut off would have to be cut off upwards.
    Some(millis - offset * 1000).filter(|millis| *millis >= 0 && !time.ends_with('Z'))
}

fn two_digits(tens: u8, ones: u8) -> Option<i64> {
    let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    digits.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Cut to milliseconds, as jiff does.
fn fraction(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |at: usize| digits.get(at).map_or(0, |byte| i64::from(byte - b'0'));
    Some(digit(0) * 100 + digit(1) * 10 + digit(2))
}

fn days_of(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, by counting years from March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_forms_are_left_to_others() {
        for text in [
            "2026-01-31T09:30:00+02:00",
            "2026-01-31",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T09:30:00.",
            "2026-01-31T09:30:60Z",
            "1588205199.82437000000",
            "",
        ] {
            assert_eq!(plain_millis(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_jiff(millis in 0_i64..253_000_000_000_000, micros in 0_u32..1000) {
            let time = jiff::Timestamp::from_millisecond(millis).unwrap();
            let text = time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            let text = format!("{text}.{:03}{micros:03}", millis % 1000);
            prop_assert_eq!(plain_millis(&text), Some(millis));
            prop_assert_eq!(plain_millis(&format!("{text}Z")), Some(millis));
            prop_assert_eq!(plain_millis(&text[..19].replace('T', " ")), Some(millis - millis % 1000));
        }

        #[test]
        fn so_do_zones(millis in 0_i64..253_000_000_000_000, offset in "([+-][0-2][0-9]:?[0-5][0-9]|Z[+]0000|Z|[+-][0-9:]{1,5})") {
            let time = jiff::Timestamp::from_millisecond(millis).unwrap();
            let text = format!("{}.{:03}007{offset}", time.strftime("%Y-%m-%dT%H:%M:%S"), millis % 1000);
            let parsed = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
            if let Some(found) = zoned_millis(&text) {
                prop_assert_eq!(Some(found), parsed, "{}", text);
            } else {
                prop_assert!(parsed.is_none_or(|parsed| parsed < 0) || !text.ends_with("0000"), "{}", text);
            }
        }
    }
}
