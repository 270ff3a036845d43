use aurora_clock::Timestamp;

/// RFC 3339, a date, or seconds since 1970 as MISP writes them. A date is its first instant.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        // Thirteen digits are milliseconds: in seconds they would be in the year 33,000.
        let millis = if text.len() >= 13 {
            number
        } else {
            number.checked_mul(1_000)?
        };
        return Some(Timestamp::from_millis(millis));
    }
    let spaced = text.replacen(' ', "T", 1);
    let zoned = |text: &str| format!("{text}Z").parse().ok();
    spaced
        .parse()
        .ok()
        .or_else(|| zoned(&spaced))
        .or_else(|| zoned(&format!("{spaced}T00:00:00")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn feeds_write_time_in_many_ways() {
        for (given, wanted) in [
            ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"),
            ("2026-01-31 09:30:00", "2026-01-31T09:30:00.000Z"),
            ("2026-01-31T09:30:00.5+02:00", "2026-01-31T07:30:00.500Z"),
            ("2026-01-31", "2026-01-31T00:00:00.000Z"),
            ("1769851800", "2026-01-31T09:30:00.000Z"),
            ("1769851800000", "2026-01-31T09:30:00.000Z"),
        ] {
            assert_eq!(time(given).unwrap().to_string(), wanted, "{given}");
        }
        assert_eq!(time("soon"), None);
        assert_eq!(time(""), None);
    }
}
