//! The parts of a header that senders write in many ways.

use aurora_clock::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `<34>` and what follows. 191 is the largest: facility 23, severity 7.
pub(super) fn pri(text: &str) -> (Option<u8>, &str) {
    let number = text.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let number = number
        .filter(|(digits, _)| digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit()));
    match number.and_then(|(digits, rest)| Some((digits.parse::<u8>().ok()?, rest))) {
        Some((pri, rest)) if pri <= 191 => (Some(pri), rest),
        _ => (None, text),
    }
}

/// A time at the start of `text`, and what follows the blank after it.
pub(super) fn timestamp<'a>(
    text: &'a str,
    received_at: Timestamp,
    zone: &TimeZone,
) -> Option<(Timestamp, &'a str)> {
    rfc3339(text, zone).or_else(|| without_year(text, received_at, zone))
}

/// `2026-01-31T09:30:00.125+02:00`; the offset may be missing.
fn rfc3339<'a>(text: &'a str, zone: &TimeZone) -> Option<(Timestamp, &'a str)> {
    if !text.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let time = word
        .parse::<Timestamp>()
        .ok()
        .or_else(|| in_zone(word.parse().ok()?, zone))?;
    Some((time, rest))
}

fn in_zone(at: civil::DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let instant = zone.to_ambiguous_timestamp(at).compatible().ok()?;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

/// `Jan  2 03:04:05`, `Jan 2 2026 03:04:05`, and either with a fraction.
fn without_year<'a>(
    text: &'a str,
    received_at: Timestamp,
    zone: &TimeZone,
) -> Option<(Timestamp, &'a str)> {
    let month = i8::try_from(MONTHS.iter().position(|month| text.starts_with(month))? + 1).ok()?;
    let (day, rest) = word(text.get(3..)?)?;
    let day = day.parse().ok()?;
    let (mut clock, mut rest) = word(rest)?;
    let year = clock
        .parse::<i16>()
        .ok()
        .filter(|year| (1970..=9999).contains(year));
    if year.is_some() {
        (clock, rest) = word(rest)?;
    }
    let clock: civil::Time = clock.trim_end_matches(':').parse().ok()?;
    let at = |year| {
        in_zone(
            civil::DateTime::from_parts(civil::Date::new(year, month, day).ok()?, clock),
            zone,
        )
    };
    let time = match year {
        Some(year) => at(year)?,
        None => latest(received_at, at)?,
    };
    Some((time, rest))
}

/// A clock may be ahead by this much: the first of January may arrive in December.
const AHEAD_MILLIS: i64 = 24 * 3_600_000;

/// Of this year, the next and the four before (the 29th of February may be that far), the latest
/// that had begun when the message came: logs
/// are old, not from the future.
fn latest(received_at: Timestamp, at: impl Fn(i16) -> Option<Timestamp>) -> Option<Timestamp> {
    let received = jiff::Timestamp::from_millisecond(received_at.as_millis()).ok()?;
    let year = received.to_zoned(TimeZone::UTC).year();
    let candidates = (year.saturating_sub(4)..=year.saturating_add(1)).filter_map(at);
    let limit = received_at.as_millis().saturating_add(AHEAD_MILLIS);
    candidates.filter(|time| time.as_millis() <= limit).max()
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    let end = text.find(' ').unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], text[end..].strip_prefix(' ').unwrap_or("")))
}

/// A word that can name a host and is not the tag.
pub(super) fn hostname(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(' ')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
    let fits = !name.is_empty() && name.bytes().all(plain) && !name.ends_with(':');
    fits.then_some((name, rest.trim_start_matches(' ')))
}

/// `sshd[42]: `, `kernel: `, `CRON(pam_unix)[7]: `: the name, the process id, the message.
pub(super) fn tag(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let end = text
        .find([':', '[', ' '])
        .filter(|end| *end > 0 && *end <= 64)?;
    let (name, rest) = text.split_at(end);
    let (pid, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((pid, rest)) if pid.len() <= 64 => (Some(pid), rest),
        _ => (None, rest),
    };
    let message = rest.strip_prefix(':')?;
    Some((name, pid, message.strip_prefix(' ').unwrap_or(message)))
}
