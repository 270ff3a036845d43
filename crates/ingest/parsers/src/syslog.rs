//! Syslog records as the program finds them: header parts by name, and the message.

use aurora_formats::syslog::{SyslogMessage, parse};
use jiff::tz::TimeZone;
use vrl::value::{ObjectMap, Value};

use crate::vrl::convert;
use crate::{Failure, Input};

/// RFC 5424 section 6.2.1, by number, with the names that syslog daemons use in their configuration.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp", "ntp", "security", "console", "clock", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
];

/// RFC 5424 section 6.2.1, by number.
const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
];

/// Names of [`LEVELS`] under which collectors know them too.
const OTHER_LEVELS: [(&str, i64); 6] = [
    ("emergency", 0),
    ("critical", 2),
    ("error", 3),
    ("warn", 4),
    ("information", 6),
    ("informational", 6),
];

/// Whether a record begins as syslog does: with a priority, or with a time. Also a collector's JSON around a message.
pub(crate) fn has_header(body: &[u8]) -> bool {
    match body.first() {
        Some(b'<') => parsed(body, aurora_clock::Timestamp::default())
            .pri
            .is_some(),
        Some(b'A'..=b'Z' | b'0'..=b'9') => {
            // The header is at the front; the rest of a large record need not be read.
            let head = &body[..body.len().min(256)];
            parsed(head, aurora_clock::Timestamp::default())
                .timestamp
                .is_some()
        }
        Some(b'{') => is_wrapped(body),
        _ => false,
    }
}

fn is_wrapped(body: &[u8]) -> bool {
    body.first() == Some(&b'{') && memchr::memmem::find(body, b"\"SyslogMessage\"").is_some()
}

pub(crate) fn decode(input: &Input<'_>) -> Result<Value, Failure> {
    if is_wrapped(input.body) {
        return wrapped(input.body);
    }
    let message = parsed(input.body, input.received_at);
    if message.msg.trim().is_empty() && message.app.is_none() {
        return Err(Failure::Unparsable("an empty syslog message".to_owned()));
    }
    Ok(Value::Object(parts(&message)))
}

/// A time without a zone is taken as UTC: the sender's zone is not on the wire.
pub(crate) fn parsed(body: &[u8], received_at: aurora_clock::Timestamp) -> SyslogMessage<'_> {
    parse(body, received_at, &TimeZone::UTC)
}

pub(crate) fn parts(message: &SyslogMessage<'_>) -> ObjectMap {
    let mut parts = ObjectMap::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            parts.insert(name.into(), value);
        }
    };
    let facility = message
        .facility
        .and_then(|number| FACILITIES.get(usize::from(number)));
    let level = message
        .severity
        .and_then(|number| LEVELS.get(usize::from(number)));
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(Value::from);
    put("facility", facility.map(|name| Value::from(*name)));
    put("level", level.map(|name| Value::from(*name)));
    put(
        "severity",
        message.severity.map(|number| Value::Integer(number.into())),
    );
    put(
        "time",
        message.timestamp.map(|at| Value::Integer(at.as_millis())),
    );
    put("hostname", text(&message.hostname));
    put("app", text(&message.app));
    put("pid", text(&message.pid));
    put("msgid", text(&message.msgid));
    put("structured", structured(message));
    put("message", Some(Value::from(&*message.msg)));
    parts
}

fn structured(message: &SyslogMessage<'_>) -> Option<Value> {
    let element = |element: &aurora_formats::syslog::Element<'_>| {
        let params = element
            .params
            .iter()
            .map(|(name, value)| ((&**name).into(), Value::from(value.as_str())));
        ((&*element.id).into(), Value::Object(params.collect()))
    };
    let map: ObjectMap = message.structured_data.iter().map(element).collect();
    (!map.is_empty()).then_some(Value::Object(map))
}

/// A row of Microsoft's `Syslog` table: the parts stand under names of their own.
fn wrapped(body: &[u8]) -> Result<Value, Failure> {
    let Value::Object(mut row) = convert::from_json(body)? else {
        return Err(Failure::Unparsable("want a JSON object".to_owned()));
    };
    let Some(message) = row.remove("SyslogMessage") else {
        return Err(Failure::Unparsable(
            "the JSON object has no `SyslogMessage`".to_owned(),
        ));
    };
    let mut take = |name: &str| row.remove(name).unwrap_or(Value::Null);
    let level = take("SeverityLevel");
    let severity = level
        .to_str()
        .and_then(severity_of)
        .map_or(Value::Null, Value::Integer);
    let time = match crate::time::epoch_ms(&take("EventTime")) {
        Some(ms) => Value::Integer(ms),
        None => crate::time::epoch_ms(&take("TimeGenerated")).map_or(Value::Null, Value::Integer),
    };
    let parts = ObjectMap::from([
        ("facility".into(), take("Facility")),
        ("level".into(), level),
        ("severity".into(), severity),
        ("time".into(), time),
        (
            "hostname".into(),
            first_text(take("HostName"), take("Computer")),
        ),
        ("app".into(), take("ProcessName")),
        ("pid".into(), take("ProcessID")),
        ("message".into(), message),
        ("row".into(), Value::Object(row)),
    ]);
    Ok(Value::Object(parts))
}

fn first_text(first: Value, second: Value) -> Value {
    if first.is_bytes() { first } else { second }
}

fn severity_of(level: &str) -> Option<i64> {
    let known = LEVELS
        .iter()
        .position(|name| *name == level)
        .and_then(|at| i64::try_from(at).ok());
    known.or_else(|| {
        OTHER_LEVELS
            .iter()
            .find(|(name, _)| *name == level)
            .map(|(_, number)| *number)
    })
}
