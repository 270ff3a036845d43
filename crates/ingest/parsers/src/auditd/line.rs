//! One record, as text.

use std::borrow::Cow;

use vrl::value::Value;

use super::fields::{self, Fields};
use super::laurel;
use crate::vrl::convert;
use crate::{Failure, Input, syslog};

/// A decoded record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record {
    /// `SYSCALL`, `EXECVE`, …
    pub kind: String,
    /// Epoch milliseconds.
    pub time: i64,
    pub serial: i64,
    /// Who wrote it: the `node=` of the record, else the host of the syslog header.
    pub node: Option<String>,
    pub fields: Fields,
    /// Arguments of an `EXECVE`, decoded and joined.
    pub argv: Vec<String>,
}

/// What the records of one event share: `time:serial`, with the node where the record names it.
pub(super) fn event_key(body: &[u8]) -> Option<Vec<u8>> {
    let head = &body[..body.len().min(1024)];
    let start = memchr::memmem::find(head, b"audit(")? + 6;
    let length = memchr::memchr(b')', &head[start..])?;
    let mut key = head[start..start + length].to_vec();
    if let Some(at) = memchr::memmem::find(&head[..start], b"node=") {
        let node = &head[at..start];
        key.extend_from_slice(node.split(|b| *b == b' ').next().unwrap_or_default());
    }
    Some(key)
}

/// The records in one line: one, except in LAUREL's form.
pub(super) fn read(input: &Input<'_>) -> Result<Vec<Record>, Failure> {
    let body = input.body.trim_ascii();
    if body.first() != Some(&b'{') {
        return text(&String::from_utf8_lossy(body), input, None).map(|record| vec![record]);
    }
    let Value::Object(mut object) = convert::from_json(body)? else {
        return Err(Failure::Unparsable("want a JSON object".to_owned()));
    };
    let host = object
        .remove("HostName")
        .or_else(|| object.remove("Computer"));
    let host = host.and_then(|host| host.to_str().map(str::to_owned));
    match object.remove("SyslogMessage") {
        Some(message) => text(&message.to_string_lossy(), input, host).map(|record| vec![record]),
        None => laurel::records(object),
    }
}

fn text(line: &str, input: &Input<'_>, host: Option<String>) -> Result<Record, Failure> {
    let bad = |what: &str| Failure::Unparsable(format!("not an audit record: {what}"));
    let stamp = line
        .find("audit(")
        .ok_or_else(|| bad("`audit(` is missing"))?;
    let (head, rest) = (&line[..stamp], &line[stamp + 6..]);
    let (id, rest) = rest
        .split_once(')')
        .ok_or_else(|| bad("`audit(` is not closed"))?;
    let (time, serial) = event_id(id).ok_or_else(|| bad("want `audit(seconds:serial)`"))?;
    let kind = kind(head, rest).ok_or_else(|| bad("`type=` is missing"))?;
    let node = word_after(head, "node=").map(str::to_owned).or(host);
    let node = node.or_else(|| header_host(head, input));
    let body = rest.strip_prefix(':').unwrap_or(rest);
    let mut record = Record {
        kind: kind.into_owned(),
        time,
        serial,
        node,
        ..Record::default()
    };
    fields::read(&mut record, body);
    Ok(record)
}

/// `1604996384.965:93777`
pub(super) fn event_id(id: &str) -> Option<(i64, i64)> {
    let (time, serial) = id.split_once(':')?;
    Some((crate::time::epoch_ms_of_text(time)?, serial.parse().ok()?))
}

/// The record's type: `type=SYSCALL`, `type=1400`, or the word after journald's `audit[pid]: `.
fn kind<'a>(head: &'a str, rest: &'a str) -> Option<Cow<'a, str>> {
    let word = word_after(head, "type=").or_else(|| {
        let kernel = head.trim_end().ends_with("audit:");
        kernel.then(|| word_after(rest, "type=")).flatten()
    })?;
    Some(match word.parse::<u16>() {
        Ok(number) => fields::kind_of_number(number)
            .map_or_else(|| format!("UNKNOWN[{number}]").into(), Cow::from),
        Err(_) => word.into(),
    })
}

fn word_after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let rest = &text[text.find(mark)? + mark.len()..];
    rest.split([' ', '\t'])
        .next()
        .filter(|word| !word.is_empty())
}

/// The host of a syslog header before the record.
fn header_host(head: &str, input: &Input<'_>) -> Option<String> {
    let front = head
        .split("type=")
        .next()
        .filter(|front| !front.trim().is_empty())?;
    let message = syslog::parsed(front.as_bytes(), input.received_at);
    message.timestamp.and(message.hostname).map(Cow::into_owned)
}
