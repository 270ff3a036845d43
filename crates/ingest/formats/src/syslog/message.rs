//! One syslog message: RFC 5424, RFC 3164, and what senders make of the latter.

use std::borrow::Cow;

use aurora_clock::Timestamp;
use jiff::tz::TimeZone;

use super::header;
use super::structured::structured_data;

/// The parts of a message. What a sender left out, or wrote as `-`, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyslogMessage<'a> {
    /// The number in `<…>`; `None` in files, which have none.
    pub pri: Option<u8>,
    /// 0 to 23.
    pub facility: Option<u8>,
    /// 0 (emergency) to 7 (debug).
    pub severity: Option<u8>,
    /// 1 for RFC 5424, 0 otherwise.
    pub version: u8,
    pub timestamp: Option<Timestamp>,
    pub hostname: Option<Cow<'a, str>>,
    pub app: Option<Cow<'a, str>>,
    pub pid: Option<Cow<'a, str>>,
    pub msgid: Option<Cow<'a, str>>,
    pub structured_data: Vec<Element<'a>>,
    pub msg: Cow<'a, str>,
}

/// One element of RFC 5424's structured data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    pub id: Cow<'a, str>,
    /// In their order; a name may stand more than once.
    pub params: Vec<(Cow<'a, str>, String)>,
}

/// Reads a message. Never fails: what has no header is all `msg`.
///
/// A time without a year (RFC 3164) gets the year that puts it nearest to `received_at`, so that a message of
/// 31 December which comes on 1 January is one day old and not 364 days early. A time without an offset is in `zone`.
pub fn parse<'a>(bytes: &'a [u8], received_at: Timestamp, zone: &TimeZone) -> SyslogMessage<'a> {
    let text = match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => return owned(&parse_text(&text, received_at, zone)),
    };
    parse_text(text, received_at, zone)
}

fn parse_text<'a>(text: &'a str, received_at: Timestamp, zone: &TimeZone) -> SyslogMessage<'a> {
    let text = text.trim_end_matches(['\r', '\n', '\0']);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (pri, rest) = header::pri(text);
    let mut message = SyslogMessage {
        pri,
        facility: pri.map(|pri| pri >> 3),
        severity: pri.map(|pri| pri & 7),
        ..SyslogMessage::default()
    };
    match rest.strip_prefix("1 ").filter(|_| pri.is_some()) {
        Some(rest) => rfc5424(&mut message, rest, rest),
        None => rfc3164(&mut message, rest, received_at, zone),
    }
    message
}

/// TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP MSG], RFC 5424 section 6.
fn rfc5424<'a>(message: &mut SyslogMessage<'a>, text: &'a str, whole: &'a str) {
    let mut rest = text;
    let mut word = || {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = after;
        (word != "-" && !word.is_empty()).then_some(word)
    };
    let (time, hostname, app, pid, msgid) = (word(), word(), word(), word(), word());
    message.timestamp = time.and_then(|time| time.parse().ok());
    if time.is_some() && message.timestamp.is_none() {
        message.msg = whole.into();
        return;
    }
    message.version = 1;
    message.hostname = hostname.map(Cow::from);
    message.app = app.map(Cow::from);
    message.pid = pid.map(Cow::from);
    message.msgid = msgid.map(Cow::from);
    let (elements, msg) = structured_data(rest);
    message.structured_data = elements;
    message.msg = msg.strip_prefix('\u{feff}').unwrap_or(msg).into();
}

/// TIMESTAMP SP HOSTNAME SP TAG[PID]: MSG, RFC 3164 section 4.1; any part may be missing.
fn rfc3164<'a>(
    message: &mut SyslogMessage<'a>,
    text: &'a str,
    received_at: Timestamp,
    zone: &TimeZone,
) {
    let mut rest = text;
    if let Some((time, after)) = header::timestamp(text, received_at, zone) {
        message.timestamp = Some(time);
        rest = after;
        if let Some((hostname, after)) = header::hostname(rest) {
            message.hostname = Some(hostname.into());
            rest = after;
        }
    }
    if let Some((app, pid, after)) = header::tag(rest) {
        message.app = Some(app.into());
        message.pid = pid.map(Cow::from);
        rest = after;
    }
    message.msg = rest.into();
}

/// The same message without borrows, for bytes that are not UTF-8.
fn owned(message: &SyslogMessage<'_>) -> SyslogMessage<'static> {
    let own = |text: &Option<Cow<'_, str>>| text.as_ref().map(|text| Cow::Owned(text.to_string()));
    let element = |element: &Element<'_>| Element {
        id: element.id.to_string().into(),
        params: element
            .params
            .iter()
            .map(|(name, value)| (name.to_string().into(), value.clone()))
            .collect(),
    };
    SyslogMessage {
        pri: message.pri,
        facility: message.facility,
        severity: message.severity,
        version: message.version,
        timestamp: message.timestamp,
        hostname: own(&message.hostname),
        app: own(&message.app),
        pid: own(&message.pid),
        msgid: own(&message.msgid),
        structured_data: message.structured_data.iter().map(element).collect(),
        msg: message.msg.to_string().into(),
    }
}
