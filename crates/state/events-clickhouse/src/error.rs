//! What the engine's refusals mean to a caller of the port.

use std::time::Duration;

use aurora_events::Error;

/// The engine answered with an error of its own.
#[derive(Debug, thiserror::Error)]
#[error("the event engine refused: {0}")]
pub(crate) struct Refused(pub(crate) String);

/// The engine answered with something that is not understood.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the event engine's answer")]
pub(crate) struct BadAnswer(#[source] pub(crate) serde_json::Error);

/// ClickHouse's error codes, as in its `ErrorCodes.cpp`.
pub(crate) fn from_code(code: u32, text: &str, limit: Duration) -> Error {
    match code {
        159 | 160 | 394 => {
            let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
            Error::TimedOut { limit_ms }
        }
        241 => Error::TooMuchMemory {
            limit_mb: memory_limit(text),
        },
        202 => Error::Unavailable("too many queries wait; try again".to_owned()),
        243 => Error::Full {
            free: 0,
            reserve: 0,
        },
        36 | 53 | 62 | 158 | 168 | 307 | 396 => Error::Unanswerable(first_line(text)),
        _ => Error::storage(Refused(first_line(text))),
    }
}

/// `… maximum: 286.10 MiB …`
fn memory_limit(text: &str) -> u64 {
    let rest = text.split_once("maximum: ").map_or("", |(_, rest)| rest);
    let mut words = rest.split([' ', ':', ',']);
    let number: f64 = words
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or_default();
    let unit = words.next().map(|word| word.trim_end_matches(['.', ')']));
    let factor = match unit {
        Some("TiB") => 1024.0 * 1024.0,
        Some("GiB") => 1024.0,
        Some("KiB") => 1.0 / 1024.0,
        _ => 1.0,
    };
    // Limits are far below 2^52 MiB and never negative.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let limit = (number * factor) as u64;
    limit
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(600)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_what_a_caller_decides_on() {
        let limit = Duration::from_secs(2);
        let text = "Code: 241. DB::Exception: Query memory limit exceeded: would use 1.5 GiB, maximum: 1.25 GiB: While";
        assert_eq!(
            from_code(241, text, limit).to_string(),
            "the query needs more memory than 1280 MB: narrow its time range or grouping"
        );
        assert!(matches!(
            from_code(159, "", limit),
            Error::TimedOut { limit_ms: 2000 }
        ));
        assert!(matches!(
            from_code(60, "Code: 60.", limit),
            Error::Storage(_)
        ));
    }

    #[test]
    fn a_limit_is_read_in_every_unit() {
        let cases = [
            ("would use 290.00 MiB, maximum: 286.10 MiB: While", 286),
            ("(total) memory limit exceeded: maximum: 2.00 GiB.", 2_048),
            ("maximum: 1.50 GiB, OvercommitTracker", 1_536),
            ("(maximum: 1.00 TiB)", 1_048_576),
            ("maximum: 4096.00 KiB", 4),
            ("memory limit exceeded", 0),
        ];
        for (text, want) in cases {
            assert_eq!(memory_limit(text), want, "{text}");
        }
    }
}
