use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_events::TimeRange;

/// The smallest step of event time.
const NARROWEST: Duration = Duration::from_millis(1);

/// The days of a range in UTC as `YYYY-MM-DD`, at most a thousand.
pub(super) fn days(range: TimeRange) -> Vec<String> {
    let mut days = Vec::new();
    let mut at = range.from;
    let last = day(range.until.minus(NARROWEST));
    while days.len() < 1000 {
        let today = day(at);
        let done = today >= last;
        days.push(today);
        if done {
            break;
        }
        at = at.plus(Duration::from_secs(86_400));
    }
    days
}

pub(super) fn day(at: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(at.as_millis()) {
        Ok(at) => at.strftime("%Y-%m-%d").to_string(),
        Err(_) => "beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn range(from: i64, until: i64) -> TimeRange {
        TimeRange {
            from: at(from),
            until: at(until),
        }
    }

    #[test]
    fn days_are_those_of_utc() {
        let day = 86_400_000;
        assert_eq!(days(range(0, 1)), ["1970-01-01"]);
        assert_eq!(days(range(0, day)), ["1970-01-01"]);
        assert_eq!(days(range(day - 1, day + 1)), ["1970-01-01", "1970-01-02"]);
        assert_eq!(days(range(5, 3 * day)).len(), 3);
    }
}
