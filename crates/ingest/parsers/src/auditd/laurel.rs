//! LAUREL's form: one JSON object an event, `{"ID": "time:serial", "SYSCALL": {…}, "PATH": [{…}, …]}`.

use std::borrow::Cow;

use super::line::{Record, event_id};
use crate::Failure;
use crate::table::json::{Kind, Node};

pub(super) fn records(object: Node<'_>) -> Result<Vec<Record<'static>>, Failure> {
    let bad = |what: &str| Failure::Unparsable(format!("not an audit event of LAUREL: {what}"));
    let id = object.get("ID").ok_or_else(|| bad("`ID` is missing"))?;
    let id = id.text().and_then(|id| event_id(&id));
    let (time, serial) = id.ok_or_else(|| bad("want `ID` as `seconds:serial`"))?;
    let node = object.get("NODE").and_then(Node::text);
    let named = object.children().map(|member| (member.name(), member));
    let mut kinds: Vec<_> = named
        .filter(|(name, _)| !matches!(&**name, "ID" | "NODE"))
        .collect();
    kinds.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut records = Vec::with_capacity(kinds.len());
    for (kind, value) in kinds {
        let mut part = |part: Node<'_>| {
            let mut record = Record {
                kind: kind.to_string().into(),
                time,
                serial,
                node: node.as_deref().map(|node| node.to_owned().into()),
                ..Record::default()
            };
            fill(&mut record, part, "");
            records.push(record);
        };
        match value.kind() {
            Kind::Object => part(value),
            Kind::List => value
                .children()
                .filter(|one| one.is(Kind::Object))
                .for_each(part),
            _ => {}
        }
    }
    if records.is_empty() {
        Err(bad("it holds no record"))
    } else {
        Ok(records)
    }
}

fn fill(record: &mut Record<'_>, part: Node<'_>, prefix: &str) {
    for member in part.children() {
        let name = member.name();
        let full = || Cow::Owned([prefix, &name].concat());
        match member.kind() {
            Kind::Null => {}
            Kind::Object => fill(record, member, &[prefix, &name, "."].concat()),
            Kind::List => {
                let texts = member.children().map(said);
                match (&*name, &*record.kind) {
                    ("ARGV", "EXECVE") => {
                        record.argv = texts.map(Cow::Owned).enumerate().collect();
                    }
                    ("ARGV", "PROCTITLE") => {
                        let title = texts.collect::<Vec<_>>().join(" ");
                        record.fields.push(("proctitle".into(), title.into()));
                    }
                    ("ARGV", _) => {
                        let named = texts.enumerate();
                        let named = named.map(|(at, text)| (format!("a{at}").into(), text.into()));
                        record.fields.extend(named);
                    }
                    _ => {
                        let each = texts.map(|text| (full(), text.into()));
                        record.fields.extend(each);
                    }
                }
            }
            _ => record.fields.push((full(), said(member).into())),
        }
    }
}

/// A scalar's text; anything else as it is written.
fn said(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Null => String::new(),
        _ => node.scalar().unwrap_or_else(|| node.json()).into_owned(),
    }
}
