//! From the shapes that collectors write to one [`Record`].

use std::borrow::Cow;

use super::node::{Member, Node};
use super::record::Record;
use super::table::SystemFields;
use crate::Failure;

/// Deeper objects of UserData are left as they are.
const MAX_DEPTH: usize = 8;

pub(super) fn record<'a>(node: Node<'a>, fields: &SystemFields) -> Result<Record<'a>, Failure> {
    let Node::Object(members) = node else {
        return Err(Failure::Unparsable(
            "a Windows event is a JSON object".to_owned(),
        ));
    };
    let mut record = Record::new(fields);
    let named = |name: &str| members.iter().any(|(key, _)| key == name);
    // Remote desktop events have a data field of that name, with a number in it.
    let root = members
        .iter()
        .any(|(key, node)| key == "Event" && matches!(node, Node::Object(_)));
    if root {
        evtx_root(&mut record, fields, members);
    } else if named("winlog") {
        winlogbeat(&mut record, fields, members);
    } else if named("event_data") {
        winlog(&mut record, fields, members, false);
    } else if named("System") && !named("EventID") {
        evtx(&mut record, fields, members);
    } else {
        for (name, node) in members {
            flat(&mut record, fields, name, node);
        }
    }
    if record.system_text(fields.event_id).is_none() {
        return Err(Failure::Unparsable("the event has no EventID".to_owned()));
    }
    Ok(record)
}

fn flat<'a>(record: &mut Record<'a>, fields: &SystemFields, name: Cow<'a, str>, node: Node<'a>) {
    match node {
        Node::Null => {}
        Node::Object(_) => record.put_extra(name, node),
        node => record.put(fields, name, node),
    }
}

fn evtx_root<'a>(record: &mut Record<'a>, fields: &SystemFields, members: Vec<Member<'a>>) {
    for (name, node) in members {
        match (&*name, node) {
            ("Event", Node::Object(members)) => evtx(record, fields, members),
            (_, node) => record.put_extra(name, node),
        }
    }
}

fn evtx<'a>(record: &mut Record<'a>, fields: &SystemFields, members: Vec<Member<'a>>) {
    for (name, node) in members {
        match (&*name, node) {
            ("System", Node::Object(members)) => {
                for (name, node) in members {
                    system(record, fields, name, node);
                }
            }
            ("EventData" | "UserData", Node::Object(members)) => event_data(record, members, 0),
            ("RenderingInfo", Node::Object(members)) => {
                for (name, node) in members {
                    match &*name {
                        "Message" => record.put(fields, name, node),
                        _ if is_attributes(&name) => {}
                        _ => record.put_extra(Cow::Owned(format!("RenderingInfo.{name}")), node),
                    }
                }
            }
            (_, Node::Object(_)) if is_attributes(&name) => {}
            (_, node) => record.put_data(name, node),
        }
    }
}

/// `#attributes`, `Event_attributes`, `@xmlns`: what XML attributes become.
fn is_attributes(name: &str) -> bool {
    name.starts_with('#')
        || name.ends_with("_attributes")
        || name.trim_start_matches('@') == "xmlns"
}

/// `Provider/@Name` is `Provider_Name`, the text of an element with attributes has the element's name.
fn system<'a>(record: &mut Record<'a>, fields: &SystemFields, name: Cow<'a, str>, node: Node<'a>) {
    let Node::Object(members) = node else {
        if node != Node::Null {
            record.put(fields, name, node);
        }
        return;
    };
    let element = name.strip_suffix("_attributes").unwrap_or(&name).to_owned();
    for (key, node) in members {
        let joined = match &*key {
            "#attributes" => element.clone(),
            "#text" => element.clone(),
            key => format!("{element}_{}", key.trim_start_matches('@')),
        };
        system(record, fields, Cow::Owned(joined), node);
    }
}

fn event_data<'a>(record: &mut Record<'a>, members: Vec<Member<'a>>, depth: usize) {
    for (name, node) in members {
        match (&*name, node) {
            (_, Node::Object(_)) if is_attributes(&name) => {}
            (_, Node::Text(_)) if is_attributes(&name) => {}
            ("Data", node) => unnamed_data(record, node),
            // UserData has one element around its fields.
            (_, Node::Object(members)) if depth < MAX_DEPTH => {
                if members.iter().all(|(key, _)| is_attributes(key)) {
                    let text = members.into_iter().find(|(key, _)| key == "#text");
                    record.put_data(name, text.map_or(Node::Null, |(_, node)| node));
                } else {
                    event_data(record, members, depth + 1);
                }
            }
            (_, node) => record.put_data(name, node),
        }
    }
}

/// `<Data>` elements: with names they are fields, without they are the list `Data`.
fn unnamed_data<'a>(record: &mut Record<'a>, node: Node<'a>) {
    let items = match node {
        Node::List(items) => items,
        node => vec![node],
    };
    let mut unnamed = Vec::new();
    for item in items {
        let name = item
            .get("#attributes")
            .and_then(|attributes| attributes.get("Name"));
        let name = name
            .or_else(|| item.get("@Name"))
            .and_then(Node::text)
            .map(str::to_owned);
        let content = match item {
            Node::Object(members) => members
                .into_iter()
                .find(|(key, _)| key == "#text")
                .map_or(Node::Null, |(_, node)| node),
            other => other,
        };
        match (name, content) {
            (Some(name), content) => record.put_data(Cow::Owned(name), content),
            (None, Node::List(texts)) => unnamed.extend(texts),
            (None, Node::Null) => {}
            (None, content) => unnamed.push(content),
        }
    }
    match unnamed.len() {
        0 => {}
        1 => record.put_data("Data".into(), unnamed.remove(0)),
        _ => record.put_data("Data".into(), Node::List(unnamed)),
    }
}

fn winlogbeat<'a>(record: &mut Record<'a>, fields: &SystemFields, members: Vec<Member<'a>>) {
    let mut level = None;
    for (name, node) in members {
        match (&*name, node) {
            ("winlog", Node::Object(members)) => winlog(record, fields, members, true),
            ("message", node) => record.put(fields, "Message".into(), node),
            ("@timestamp", node) => record.put(fields, "SystemTime".into(), node),
            ("log", node) => {
                level = node.get("level").cloned();
                record.put_extra(name, node);
            }
            (_, node) => record.put_extra(name, node),
        }
    }
    if let (Some(level), None) = (level, &record.system[fields.level]) {
        record.put(fields, "Level".into(), level);
    }
}

/// The members of `winlog`, which in Winlogbeat before 7 stood at the top.
fn winlog<'a>(
    record: &mut Record<'a>,
    fields: &SystemFields,
    members: Vec<Member<'a>>,
    nested: bool,
) {
    for (name, node) in members {
        match (&*name, node) {
            ("event_data" | "user_data", Node::Object(members)) => event_data(record, members, 0),
            ("message", node) => record.put(fields, "Message".into(), node),
            ("@timestamp", node) => record.put(fields, "SystemTime".into(), node),
            ("process", node) => process(record, fields, node),
            ("user", Node::Object(members)) => {
                for (key, node) in members {
                    match &*key {
                        "identifier" => record.put(fields, "Security_UserID".into(), node),
                        _ => record.put_extra(Cow::Owned(format!("winlog.user.{key}")), node),
                    }
                }
            }
            (_, node) if fields.find(&name).is_some() => record.put(fields, name, node),
            (_, node) if nested => record.put_extra(Cow::Owned(format!("winlog.{name}")), node),
            (_, node) => record.put_extra(name, node),
        }
    }
}

fn process<'a>(record: &mut Record<'a>, fields: &SystemFields, node: Node<'a>) {
    let Node::Object(members) = node else { return };
    for (key, node) in members {
        match (&*key, node) {
            ("pid", node) => record.put(fields, "Execution_ProcessID".into(), node),
            ("thread", node) => {
                if let Some(id) = node.get("id").cloned() {
                    record.put(fields, "Execution_ThreadID".into(), id);
                }
            }
            (_, node) => record.put_extra(Cow::Owned(format!("winlog.process.{key}")), node),
        }
    }
}
