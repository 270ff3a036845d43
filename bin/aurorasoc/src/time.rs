//! Times as people write them: `24h`, `7d`, `1h30m`, or RFC 3339.

use std::str::FromStr;
use std::time::Duration;

use aurora_clock::Timestamp;

/// A length of time: numbers with units, from weeks to seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

/// A moment: fixed, or as far from now as a span says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    At(Timestamp),
    Away(Duration),
}

/// The text is neither a length of time nor a moment.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{0}` as a time: want such as 30m, 24h, 7d, or 2026-01-31T09:30:00Z")]
pub struct NoTime(String);

/// Three hundred years; what is longer is a slip.
const MOST: u64 = 300 * 366 * 86_400;

impl FromStr for Span {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let wrong = || NoTime(text.to_owned());
        let mut rest = text.trim();
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
            rest = &rest[digits..];
            let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let seconds = unit(&rest[..letters]).ok_or_else(wrong)?;
            rest = &rest[letters..];
            let part = number.checked_mul(seconds).ok_or_else(wrong)?;
            total = total
                .checked_add(part)
                .filter(|sum| *sum <= MOST)
                .ok_or_else(wrong)?;
        }
        Ok(Self(Duration::from_secs(total)))
    }
}

/// Seconds in a unit.
fn unit(word: &str) -> Option<u64> {
    Some(match word {
        "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    })
}

impl FromStr for Moment {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        if let Ok(Span(away)) = text.parse() {
            return Ok(Self::Away(away));
        }
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        // A date alone is its beginning, in UTC.
        let date = text
            .parse::<jiff::civil::Date>()
            .map_err(|_| NoTime(text.to_owned()))?;
        let at = date
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|_| NoTime(text.to_owned()))?;
        Ok(Self::At(Timestamp::from_millis(
            at.timestamp().as_millisecond(),
        )))
    }
}

impl Moment {
    /// A span lies back from now.
    pub fn past(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Away(away) => now.minus(away),
        }
    }

    /// A span lies ahead of now.
    pub fn future(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Away(away) => now.plus(away),
        }
    }
}

/// `12s`, `3m`, `5h`, `9d`: one unit is enough to judge an age.
pub fn rough(length: Duration) -> String {
    match length.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m", seconds / 60),
        seconds @ 3600..172_800 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}

/// `3m ago`, or `in 3m`.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    if at > now {
        format!("in {}", rough(ahead(at.since(now))))
    } else {
        format!("{} ago", rough(now.since(at)))
    }
}

/// What was said to be in seven days is that, and not in six, a second later.
fn ahead(length: Duration) -> Duration {
    let unit = match length.as_secs() {
        0..60 => 1,
        60..3600 => 60,
        3600..172_800 => 3600,
        _ => 86_400,
    };
    let seconds = length.as_millis().div_ceil(1000 * unit) * unit;
    Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
}

/// To the second, in UTC; milliseconds are for machines.
pub fn exact(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_read() {
        let check = |text: &str, seconds: Option<u64>| {
            let read = text.parse::<Span>().ok().map(|span| span.0.as_secs());
            assert_eq!(read, seconds, "{text}");
        };
        check("30m", Some(1800));
        check("24h", Some(86_400));
        check("7d", Some(604_800));
        check(
            "1w2d3h4m5s",
            Some(604_800 + 2 * 86_400 + 3 * 3600 + 4 * 60 + 5),
        );
        check("0s", Some(0));
        check("90min", Some(5400));
        for wrong in [
            "",
            "h",
            "7",
            "7 d",
            "-1h",
            "1y",
            "1.5h",
            "99999999999999999999h",
            "9999999w",
            "７d",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn moments_are_read() {
        let now = Timestamp::from_millis(1_000_000_000);
        let read = |text: &str| text.parse::<Moment>().unwrap();
        assert_eq!(read("10s").past(now).as_millis(), 999_990_000);
        assert_eq!(read("10s").future(now).as_millis(), 1_000_010_000);
        assert_eq!(read("1970-01-02").past(now).as_millis(), 86_400_000);
        assert_eq!(read("1970-01-01T01:00:00+01:00").future(now).as_millis(), 0);
        let error = "tomorrow".parse::<Moment>().unwrap_err().to_string();
        assert!(
            error.contains("`tomorrow`") && error.contains("7d"),
            "{error}"
        );
    }

    #[test]
    fn ages_are_told() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        let at = |seconds: i64| Timestamp::from_millis(now.as_millis() + seconds * 1000);
        assert_eq!(relative(at(-5), now), "5s ago");
        assert_eq!(relative(at(-3 * 3600), now), "3h ago");
        assert_eq!(relative(at(7 * 86_400), now), "in 7d");
        assert_eq!(exact(now), "2023-11-14 22:13:20Z");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".{0,40}") {
            drop(text.parse::<Moment>());
        }

        #[test]
        fn whole_units_are_kept(weeks in 0_u64..100, hours in 0_u64..1000) {
            let span: Span = format!("{weeks}w{hours}h").parse().unwrap();
            prop_assert_eq!(span.0.as_secs(), weeks * 604_800 + hours * 3600);
        }
    }
}
