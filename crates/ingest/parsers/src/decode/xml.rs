//! A Windows event as XML, as `wevtutil`, event forwarding and Sysmon for Linux write it.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

use crate::Failure;

/// Elements that one event may have; a real one has a few dozen.
const MAX_NODES: u32 = 20_000;

/// The event in the shape of the JSON that we make of EVTX: `{"Event":{"System":…,"EventData":…}}`.
///
/// # Errors
/// When the text is no XML, or its root is no `Event`.
pub(crate) fn event(text: &str) -> Result<Value, Failure> {
    let options = ParsingOptions {
        // Entities of a document's own can grow without bound.
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| Failure::Unparsable(format!("not XML: {error}")))?;
    let root = document.root_element();
    if root.tag_name().name() != "Event" {
        let name = root.tag_name().name();
        return Err(Failure::Unparsable(format!(
            "want an `Event` element, not `{name}`"
        )));
    }
    let mut event = Map::new();
    for part in root.children().filter(Node::is_element) {
        let name = part.tag_name().name();
        let value = match name {
            "EventData" => event_data(part),
            _ => element(part, 0),
        };
        event.insert(name.to_owned(), value);
    }
    Ok(serde_json::json!({ "Event": event }))
}

/// `<Data Name="A">b</Data>` is `{"A": "b"}`; without names they are the list `Data`.
fn event_data(part: Node<'_, '_>) -> Value {
    let mut map = Map::new();
    let mut unnamed = Vec::new();
    for data in part.children().filter(Node::is_element) {
        let text = text(data);
        match (data.attribute("Name"), data.tag_name().name()) {
            (Some(name), "Data") => {
                map.insert(name.to_owned(), text);
            }
            (None, "Data") => unnamed.push(text),
            (_, name) => {
                map.insert(name.to_owned(), element(data, 0));
            }
        }
    }
    if !unnamed.is_empty() {
        map.insert("Data".to_owned(), Value::Array(unnamed));
    }
    Value::Object(map)
}

fn text(node: Node<'_, '_>) -> Value {
    let text: String = node
        .descendants()
        .filter(Node::is_text)
        .filter_map(|n| n.text())
        .collect();
    Value::String(text)
}

/// An element with attributes is an object of them, its text stands under `#text`.
fn element(node: Node<'_, '_>, depth: usize) -> Value {
    let mut map = Map::new();
    let attributes: Map<_, _> = node
        .attributes()
        .map(|a| (a.name().to_owned(), Value::from(a.value())))
        .collect();
    let mut parts = node.children().filter(Node::is_element).peekable();
    if parts.peek().is_none() || depth > 8 {
        let text = text(node);
        if attributes.is_empty() {
            return text;
        }
        map.insert("#attributes".to_owned(), Value::Object(attributes));
        if text.as_str().is_some_and(|text| !text.trim().is_empty()) {
            map.insert("#text".to_owned(), text);
        }
        return Value::Object(map);
    }
    for part in parts {
        let value = element(part, depth + 1);
        let name = part.tag_name().name();
        match map.get_mut(name) {
            Some(Value::Array(list)) => list.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
            None => {
                map.insert(name.to_owned(), value);
            }
        }
    }
    Value::Object(map)
}
