//! LAUREL's form: one JSON object an event, `{"ID": "time:serial", "SYSCALL": {…}, "PATH": [{…}, …]}`.

use vrl::value::{ObjectMap, Value};

use super::line::{Record, event_id};
use crate::Failure;

pub(super) fn records(mut object: ObjectMap) -> Result<Vec<Record>, Failure> {
    let bad = |what: &str| Failure::Unparsable(format!("not an audit event of LAUREL: {what}"));
    let id = object.remove("ID").ok_or_else(|| bad("`ID` is missing"))?;
    let id = id.to_str().and_then(event_id);
    let (time, serial) = id.ok_or_else(|| bad("want `ID` as `seconds:serial`"))?;
    let node = object
        .remove("NODE")
        .and_then(|node| node.to_str().map(str::to_owned));
    let mut records = Vec::new();
    for (kind, value) in object {
        let parts = match value {
            Value::Array(parts) => parts,
            part @ Value::Object(_) => vec![part],
            _ => continue,
        };
        for part in parts.into_iter().filter_map(Value::into_object) {
            let mut record = Record {
                kind: kind.to_string(),
                time,
                serial,
                node: node.clone(),
                ..Record::default()
            };
            fill(&mut record, part, "");
            records.push(record);
        }
    }
    if records.is_empty() {
        Err(bad("it holds no record"))
    } else {
        Ok(records)
    }
}

fn fill(record: &mut Record, part: ObjectMap, prefix: &str) {
    for (key, value) in part {
        match value {
            Value::Null => {}
            Value::Object(map) => fill(record, map, &format!("{prefix}{key}.")),
            Value::Array(values) => {
                let texts = values
                    .iter()
                    .map(|value| value.to_string_lossy().into_owned());
                match (key.as_str(), record.kind.as_str()) {
                    ("ARGV", "EXECVE") => record.argv = texts.collect(),
                    ("ARGV", "PROCTITLE") => {
                        let title = texts.collect::<Vec<_>>().join(" ");
                        record.fields.push(("proctitle".to_owned(), title));
                    }
                    ("ARGV", _) => {
                        record
                            .fields
                            .extend(texts.enumerate().map(|(at, text)| (format!("a{at}"), text)));
                    }
                    _ => record
                        .fields
                        .extend(texts.map(|text| (format!("{prefix}{key}"), text))),
                }
            }
            scalar => {
                record.fields.push((
                    format!("{prefix}{key}"),
                    scalar.to_string_lossy().into_owned(),
                ));
            }
        }
    }
}
