//! One record, as text.

use std::borrow::Cow;

use super::fields::{self, Pairs};
use super::laurel;
use crate::joiner::{Member, Stand};
use crate::table::json::{self, Kind, Node, Tape};
use crate::vrl::convert;
use crate::{Failure, Input, syslog};

/// A decoded record, as far as it can in its own text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record<'t> {
    /// `SYSCALL`, `EXECVE`, …
    pub kind: Cow<'t, str>,
    /// Epoch milliseconds.
    pub time: i64,
    pub serial: i64,
    /// Who wrote it: the `node=` of the record, else the host of the syslog header.
    pub node: Option<Cow<'t, str>>,
    pub fields: Pairs<'t>,
    /// Arguments of an `EXECVE` with their places, decoded; a long one in pieces, here or in several records.
    pub argv: Vec<(usize, Cow<'t, str>)>,
}

impl Record<'_> {
    /// In memory of its own.
    fn owned(self) -> Record<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let (fields, argv) = (self.fields.into_iter(), self.argv.into_iter());
        Record {
            kind: own(self.kind),
            time: self.time,
            serial: self.serial,
            node: self.node.map(own),
            fields: fields
                .map(|(name, value)| (own(name), own(value)))
                .collect(),
            argv: argv.map(|(at, text)| (at, own(text))).collect(),
        }
    }
}

/// Its record stands within so many bytes of a line.
const HEAD: usize = 1024;

/// Of which event a record is: `time:serial`, with the node where the record names it.
pub(super) fn member(input: &Input<'_>) -> Option<Member> {
    let line = convert::text(&input.body[..input.body.len().min(HEAD)]);
    let stamp = stamp(&line)?;
    let (head, rest) = (&line[..stamp], &line[stamp + 6..]);
    let (id, rest) = rest.split_once(')')?;
    let (time, _) = event_id(id)?;
    let node = word_after(head, "node=").map(Cow::Borrowed);
    let writer = node.or_else(|| header_host(head, input).map(Cow::Owned));
    let writer = writer.unwrap_or_default();
    Some(Member {
        event: [id, " ", &*writer].concat(),
        time,
        stand: kind(head, rest).map_or(Stand::More, |kind| stand(&kind)),
        writer: writer.into_owned(),
    })
}

/// Beginnings of the types that programs write (1100 to 1299 and 2100 to 2999), which are whole but for the system call
/// that sent them, if that is audited too.
const SPOKEN: [&str; 14] = [
    "USER",
    "CRED_",
    "ADD_",
    "DEL_",
    "GRP_",
    "ACCT_",
    "CH",
    "DAEMON_",
    "SERVICE_",
    "SYSTEM_",
    "CRYPTO_",
    "SOFTWARE_",
    "VIRT_",
    "ROLE_",
];

fn stand(kind: &str) -> Stand {
    match kind {
        "EOE" => Stand::Last,
        // The kernel writes it last; auditd does not keep the record after it.
        "PROCTITLE" => Stand::Whole,
        _ if SPOKEN.iter().any(|begins| kind.starts_with(begins)) => Stand::Whole,
        _ => Stand::More,
    }
}

/// The records in one line, which is the input's text: one, except in LAUREL's form.
pub(super) fn read<'t>(input: &Input<'_>, line: &'t str) -> Result<Vec<Record<'t>>, Failure> {
    if !line.starts_with('{') {
        return text(line, input, None).map(|record| vec![record]);
    }
    match Tape::read(line) {
        Ok(tape) => object(tape.root(), input),
        Err(_) => {
            let plain = json::plain(line.as_bytes())?;
            let tape = Tape::read_again(&plain).expect("serde_json wrote it");
            object(tape.root(), input)
        }
    }
}

fn object(object: Node<'_>, input: &Input<'_>) -> Result<Vec<Record<'static>>, Failure> {
    if !object.is(Kind::Object) {
        return Err(Failure::Unparsable("want a JSON object".to_owned()));
    }
    let Some(message) = object.get("SyslogMessage") else {
        return laurel::records(object);
    };
    let host = object.get("HostName").or_else(|| object.get("Computer"));
    let message = message.scalar().unwrap_or_default();
    let record = text(&message, input, host.and_then(Node::text))?;
    Ok(vec![record.owned()])
}

fn text<'t>(
    line: &'t str,
    input: &Input<'_>,
    host: Option<Cow<'t, str>>,
) -> Result<Record<'t>, Failure> {
    let bad = |what: &str| Failure::Unparsable(format!("not an audit record: {what}"));
    let stamp = stamp(line).ok_or_else(|| bad("`audit(` is missing"))?;
    let (head, rest) = (&line[..stamp], &line[stamp + 6..]);
    let (id, rest) = rest
        .split_once(')')
        .ok_or_else(|| bad("`audit(` is not closed"))?;
    let (time, serial) = event_id(id).ok_or_else(|| bad("want `audit(seconds:serial)`"))?;
    let kind = kind(head, rest).ok_or_else(|| bad("`type=` is missing"))?;
    let node = word_after(head, "node=").map(Cow::Borrowed).or(host);
    let node = node.or_else(|| header_host(head, input).map(Cow::Owned));
    let body = rest.strip_prefix(':').unwrap_or(rest);
    let mut record = Record {
        kind,
        time,
        serial,
        node,
        ..Record::default()
    };
    fields::read(&mut record, body);
    Ok(record)
}

/// Where the record's own part of a line begins.
fn stamp(line: &str) -> Option<usize> {
    memchr::memmem::find(line.as_bytes(), b"audit(")
}

/// `1604996384.965:93777`
pub(super) fn event_id(id: &str) -> Option<(i64, i64)> {
    let (time, serial) = id.split_once(':')?;
    Some((
        crate::time::epoch_ms_of_seconds(time)?,
        serial.parse().ok()?,
    ))
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
    let at = memchr::memmem::find(text.as_bytes(), mark.as_bytes())?;
    let rest = &text[at + mark.len()..];
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
