//! From the shapes that collectors write to one [`Record`].

use super::record::{Name, Record};
use super::table::SystemFields;
use crate::Failure;
use crate::table::json::{Children, Kind, Node};

/// Deeper objects of UserData are left as they are.
const MAX_DEPTH: usize = 8;

pub(super) fn record<'r>(root: Node<'r>, fields: &SystemFields) -> Result<Record<'r>, Failure> {
    let Some(members) = root.members() else {
        return Err(Failure::Unparsable(
            "a Windows event is a JSON object".to_owned(),
        ));
    };
    let mut record = Record::new(fields);
    match Shape::of(members.clone()) {
        Shape::Event => evtx_root(&mut record, fields, members),
        Shape::Winlogbeat => winlogbeat(&mut record, fields, members),
        Shape::OldWinlogbeat => winlog(&mut record, fields, members, false),
        Shape::Evtx => evtx(&mut record, fields, members),
        Shape::Flat => members.for_each(|member| flat(&mut record, fields, member)),
    }
    if record.system_text(fields.event_id).is_none() {
        return Err(Failure::Unparsable("the event has no EventID".to_owned()));
    }
    Ok(record)
}

enum Shape {
    Event,
    Winlogbeat,
    OldWinlogbeat,
    Evtx,
    Flat,
}

impl Shape {
    fn of(members: Children<'_>) -> Self {
        let (mut winlog, mut event_data, mut system, mut event_id) = (false, false, false, false);
        for member in members {
            match &*member.name() {
                // Remote desktop events have a data field of that name, with a number in it.
                "Event" if member.is(Kind::Object) => return Self::Event,
                "winlog" => winlog = true,
                "event_data" => event_data = true,
                "System" => system = true,
                "EventID" => event_id = true,
                _ => {}
            }
        }
        match (winlog, event_data) {
            (true, _) => Self::Winlogbeat,
            (_, true) => Self::OldWinlogbeat,
            _ if system && !event_id => Self::Evtx,
            _ => Self::Flat,
        }
    }
}

fn flat<'r>(record: &mut Record<'r>, fields: &SystemFields, member: Node<'r>) {
    match member.kind() {
        Kind::Null => {}
        Kind::Object => record.put_extra(Name::of(member), member),
        _ => record.put(fields, Name::of(member), member),
    }
}

fn evtx_root<'r>(record: &mut Record<'r>, fields: &SystemFields, members: Children<'r>) {
    for member in members {
        match (&*member.name(), member.members()) {
            ("Event", Some(members)) => evtx(record, fields, members),
            _ => record.put_extra(Name::of(member), member),
        }
    }
}

fn evtx<'r>(record: &mut Record<'r>, fields: &SystemFields, members: Children<'r>) {
    for member in members {
        let name = member.name();
        match (&*name, member.members()) {
            ("System", Some(members)) => {
                for member in members {
                    system(record, fields, Name::of(member), member);
                }
            }
            ("EventData" | "UserData", Some(members)) => event_data(record, members, 0),
            ("RenderingInfo", Some(members)) => {
                for member in members {
                    match &*member.name() {
                        "Message" => record.put(fields, "Message".into(), member),
                        name if is_attributes(name) => {}
                        name => record.put_extra(format!("RenderingInfo.{name}").into(), member),
                    }
                }
            }
            (name, Some(_)) if is_attributes(name) => {}
            _ => record.put_data(Name::of(member), member),
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
fn system<'r>(record: &mut Record<'r>, fields: &SystemFields, name: Name<'r>, node: Node<'r>) {
    let Some(members) = node.members() else {
        if !node.is(Kind::Null) {
            record.put(fields, name, node);
        }
        return;
    };
    let element = name.0.strip_suffix("_attributes").unwrap_or(&name.0);
    for member in members {
        let key = member.name();
        match &*key {
            "#attributes" | "#text" => {
                system(record, fields, element.to_owned().into(), member);
            }
            key => {
                let attribute = key.trim_start_matches('@');
                let known = fields.attribute(element, attribute);
                match known.filter(|(row, rank)| record.takes(*row, *rank)) {
                    Some((row, rank)) if is_leaf(member) => {
                        record.put_system(fields, row, rank, member);
                    }
                    _ => system(
                        record,
                        fields,
                        format!("{element}_{attribute}").into(),
                        member,
                    ),
                }
            }
        }
    }
}

fn is_leaf(node: Node<'_>) -> bool {
    !matches!(node.kind(), Kind::Null | Kind::Object)
}

fn event_data<'r>(record: &mut Record<'r>, members: Children<'r>, depth: usize) {
    for member in members {
        let name = member.name();
        match (&*name, member.members()) {
            (name, None) if member.is(Kind::Text) && is_attributes(name) => {}
            (name, Some(_)) if is_attributes(name) => {}
            ("Data", _) => unnamed_data(record, member),
            // UserData has one element around its fields.
            (_, Some(mut members)) if depth < MAX_DEPTH => {
                if members.clone().all(|member| is_attributes(&member.name())) {
                    if let Some(text) = members.find(|member| member.name() == "#text") {
                        record.put_data(Name::of(member), text);
                    }
                } else {
                    event_data(record, members, depth + 1);
                }
            }
            _ => record.put_data(Name::of(member), member),
        }
    }
}

/// `<Data>` elements: with names they are fields, without they are the list `Data`.
fn unnamed_data<'r>(record: &mut Record<'r>, data: Node<'r>) {
    let mut unnamed = Vec::new();
    if data.is(Kind::List) {
        for item in data.children() {
            one_data(record, item, &mut unnamed);
        }
    } else {
        one_data(record, data, &mut unnamed);
    }
    match unnamed[..] {
        [] => {}
        [only] => record.put_data("Data".into(), only),
        _ => record.put_list("Data".into(), data, unnamed),
    }
}

fn one_data<'r>(record: &mut Record<'r>, item: Node<'r>, unnamed: &mut Vec<Node<'r>>) {
    let attributes = item.get("#attributes");
    let name = attributes.and_then(|attributes| attributes.get("Name"));
    let name = name.or_else(|| item.get("@Name")).and_then(Node::text);
    let content = if item.is(Kind::Object) {
        item.get("#text")
    } else {
        Some(item)
    };
    match (name, content) {
        (_, None) => {}
        (Some(name), Some(content)) => record.put_data(name.into_owned().into(), content),
        (None, Some(content)) => match content.kind() {
            Kind::List => unnamed.extend(content.children()),
            Kind::Null => {}
            _ => unnamed.push(content),
        },
    }
}

fn winlogbeat<'r>(record: &mut Record<'r>, fields: &SystemFields, members: Children<'r>) {
    let mut level = None;
    for member in members {
        let name = member.name();
        match (&*name, member.members()) {
            ("winlog", Some(members)) => winlog(record, fields, members, true),
            ("message", _) => record.put(fields, "Message".into(), member),
            ("@timestamp", _) => record.put(fields, "SystemTime".into(), member),
            ("log", _) => {
                level = member.get("level");
                record.put_extra(Name::of(member), member);
            }
            _ => record.put_extra(Name::of(member), member),
        }
    }
    if let (Some(level), None) = (level, record.system[fields.level]) {
        record.put(fields, "Level".into(), level);
    }
}

/// The members of `winlog`, which in Winlogbeat before 7 stood at the top.
fn winlog<'r>(record: &mut Record<'r>, fields: &SystemFields, members: Children<'r>, nested: bool) {
    for member in members {
        let name = Name::of(member);
        match (&*name.0, member.members()) {
            ("event_data" | "user_data", Some(members)) => event_data(record, members, 0),
            ("message", _) => record.put(fields, "Message".into(), member),
            ("@timestamp", _) => record.put(fields, "SystemTime".into(), member),
            ("process", _) => process(record, fields, member),
            ("user", Some(members)) => {
                for member in members {
                    match &*member.name() {
                        "identifier" => record.put(fields, "Security_UserID".into(), member),
                        key => record.put_extra(format!("winlog.user.{key}").into(), member),
                    }
                }
            }
            _ if fields.find(&name.0, name.1).is_some() => record.put(fields, name, member),
            (key, _) if nested => record.put_extra(format!("winlog.{key}").into(), member),
            _ => record.put_extra(name, member),
        }
    }
}

fn process<'r>(record: &mut Record<'r>, fields: &SystemFields, node: Node<'r>) {
    for member in node.members().into_iter().flatten() {
        match &*member.name() {
            "pid" => record.put(fields, "Execution_ProcessID".into(), member),
            "thread" => {
                if let Some(id) = member.get("id") {
                    record.put(fields, "Execution_ThreadID".into(), id);
                }
            }
            key => record.put_extra(format!("winlog.process.{key}").into(), member),
        }
    }
}
