//! Windows events as text, as Splunk's forwarder renders them: a time, a line `Name=value` for each field of the system,
//! and the message, which says the fields of EventData in words.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::Failure;
use crate::table::tsv;

const ROWS: &str = include_str!("../../../../../content/parsers/windows/rendered.tsv");

/// How the Security log names its provider to people.
const SECURITY: (&str, &str) = (
    "Microsoft Windows security auditing.",
    "Microsoft-Windows-Security-Auditing",
);

/// The rows of `rendered.tsv`, by section and label: for which events, and which field.
pub(super) struct Labels(HashMap<(&'static str, &'static str), Vec<Row>>);

struct Row {
    events: Vec<&'static str>,
    field: &'static str,
}

impl Labels {
    pub(super) fn shipped() -> Self {
        let rows = tsv::rows("rendered.tsv", ROWS).expect("the shipped tables are tested");
        let mut labels = HashMap::<_, Vec<_>>::new();
        for (_, [events, section, label, field]) in rows {
            let section = if section == "-" { "" } else { section };
            let events = events.split(',').filter(|event| *event != "*").collect();
            let row = Row { events, field };
            labels.entry((section, label)).or_default().push(row);
        }
        Self(labels)
    }

    fn field(&self, event: &str, section: &str, label: &str) -> Option<&'static str> {
        let rows = self.0.get(&(section, label))?;
        let fits = |row: &&Row| row.events.is_empty() || row.events.contains(&event);
        rows.iter().find(fits).map(|row| row.field)
    }
}

/// Whether a record is such a text: it begins with a digit, and the first field is the log's name.
pub(super) fn is_rendered(body: &[u8]) -> bool {
    let head = &body[..body.len().min(512)];
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    head.first().is_some_and(u8::is_ascii_digit) && has("\nLogName=") && has("\nEventCode=")
}

/// The record as flat JSON, as other collectors write it.
///
/// # Errors
/// When it has no message or no number of the event.
pub(super) fn record(text: &str, labels: &Labels) -> Result<Map<String, Value>, Failure> {
    let bad =
        |what: &str| Failure::Unparsable(format!("not an event as Splunk renders it: {what}"));
    let (system, message) = text
        .split_once("\nMessage=")
        .ok_or_else(|| bad("`Message=` is missing"))?;
    let mut lines = system.lines();
    let time = lines
        .next()
        .and_then(time)
        .ok_or_else(|| bad("want a time in the first line"))?;
    let mut record = Map::from_iter([("SystemTime".to_owned(), Value::from(time))]);
    for (name, value) in lines.filter_map(|line| line.trim_end().split_once('=')) {
        put_system(&mut record, name, value);
    }
    record.insert("Message".to_owned(), message.into());
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let event = text("EventID").to_owned();
    let plain = text("Channel").starts_with("Microsoft-Windows-Sysmon/");
    let field = |section: &str, label: &str| match plain {
        // Sysmon's messages call the fields by their names.
        true => Some(label.to_owned()),
        false => labels.field(&event, section, label).map(str::to_owned),
    };
    // Of two that mean one field the first counts, and either more than a line above the message.
    let mut told = Map::new();
    for (name, value) in said(message, field) {
        told.entry(name).or_insert_with(|| value.into());
    }
    record.extend(told);
    Ok(record)
}

fn put_system(record: &mut Map<String, Value>, name: &str, value: &str) {
    let mut put = |name: &str, value: Value| drop(record.insert(name.to_owned(), value));
    match name {
        "LogName" => put("Channel", value.into()),
        "EventCode" => put("EventID", value.into()),
        "ComputerName" => put("Computer", value.into()),
        "RecordNumber" => put("EventRecordID", value.into()),
        "Sid" => put("Security_UserID", value.into()),
        // The words of several are separated by commas.
        "Keywords" => put("Keywords", value.split(", ").map(Value::from).collect()),
        "SourceName" if value == SECURITY.0 => {
            put("Provider_Name", SECURITY.1.into());
            put(name, value.into());
        }
        "SourceName" => put("Provider_Name", value.into()),
        "Type" => {
            put("Level", value.to_lowercase().into());
            put(name, value.into());
        }
        name => put(name, value.into()),
    }
}

/// `10/08/2020 12:41:47 PM` as `2020-10-08T12:41:47`; no zone is told.
fn time(line: &str) -> Option<String> {
    let (date, rest) = line.trim().split_once(' ')?;
    let (clock, half) = rest.split_once(' ')?;
    let mut date = date.split('/').map(|part| part.parse::<u32>().ok());
    let (month, day, year) = (date.next()??, date.next()??, date.next()??);
    let (hour, rest) = clock.split_once(':')?;
    let hour = hour
        .parse::<u32>()
        .ok()
        .filter(|hour| (1..=12).contains(hour))?
        % 12;
    let hour = match half {
        "AM" => hour,
        "PM" => hour + 12,
        _ => return None,
    };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{rest}"))
}

/// What a message says: the fields of its labels, in its order.
fn said(message: &str, field: impl Fn(&str, &str) -> Option<String>) -> Vec<(String, String)> {
    let (mut section, mut found) = ("", Vec::<(String, String)>::new());
    // Whether a line without a label goes on with the last value.
    let mut open = false;
    // The first line is the event's title.
    for line in message.lines().skip(1) {
        let (text, indented) = (line.trim(), line.starts_with([' ', '\t']));
        if text.is_empty() {
            open = false;
            continue;
        }
        let parts = text
            .split_once(':')
            .map(|(label, value)| (label, value.trim()));
        match parts {
            Some((label, "")) if !indented => (section, open) = (label, false),
            Some((label, value)) => {
                let name = field(if indented { section } else { "" }, label);
                open = name.is_some();
                found.extend(name.map(|name| (name, value.to_owned())));
            }
            None if indented && open => {
                if let Some((_, value)) = found.last_mut() {
                    value.push('\n');
                    value.push_str(text);
                }
            }
            None => open = false,
        }
    }
    found
}
