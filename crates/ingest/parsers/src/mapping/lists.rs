//! Transforms that make objects: answers of name servers, resources, URLs.

use serde_json::{Map, Value, json};

use super::is_nothing;
use super::op::{Made, Refused, Values, int};
use crate::table::json::{Kind, Node};
use crate::table::scan;
use crate::table::words::Words;
use crate::table::write::Slot;

type Result<T> = std::result::Result<T, Refused>;

fn made(value: &Value) -> Made<'static> {
    Slot::Json(value.to_string().into()).into()
}

/// A list, or nothing where none is.
fn list<'r>(values: &Values<'_, 'r>, at: usize) -> Result<Option<Node<'r>>> {
    match values.node(at) {
        Some(node) if !node.is(Kind::List) => Err(Refused),
        node => Ok(node.filter(|node| !is_nothing(*node))),
    }
}

fn some_text(node: Node<'_>) -> Result<String> {
    let text = node.scalar().ok_or(Refused)?;
    (!text.is_empty()).then(|| text.into_owned()).ok_or(Refused)
}

/// Answers and, at the same places of another list, their lifetimes in seconds.
pub(super) fn zeek_answers<'r>(values: &Values<'_, 'r>) -> Result<Option<Made<'r>>> {
    let Some(answers) = list(values, 0)? else {
        return Ok(None);
    };
    let mut lifetimes = list(values, 1)?.into_iter().flat_map(Node::children);
    let mut objects = Vec::new();
    for answer in answers.children() {
        let mut object = Map::from_iter([("rdata".to_owned(), some_text(answer)?.into())]);
        if let Some(seconds) = lifetimes.next() {
            let seconds = matches!(seconds.kind(), Kind::Int | Kind::Number)
                .then(|| serde_json::from_str::<f64>(seconds.raw()).ok())
                .flatten()
                .filter(|seconds| (0.0..1e15).contains(seconds))
                .ok_or(Refused)?;
            #[allow(clippy::cast_possible_truncation, reason = "the range is looked at")]
            object.insert("ttl".to_owned(), (seconds as i64).into());
        }
        objects.push(Value::Object(object));
    }
    Ok(Some(made(&objects.into())))
}

/// EVE's answers; OCSF's have no name of their own, so these stay.
pub(super) fn eve_answers<'r>(values: &Values<'_, 'r>) -> Result<Option<Made<'r>>> {
    let Some(answers) = list(values, 0)? else {
        return Ok(None);
    };
    let (mut objects, mut names) = (Vec::new(), Vec::new());
    for answer in answers.children() {
        let mut object = Map::new();
        for member in answer.members().ok_or(Refused)? {
            match &*member.name() {
                "rdata" => object.insert("rdata".to_owned(), some_text(member)?.into()),
                "rrtype" => object.insert("type".to_owned(), some_text(member)?.into()),
                "ttl" => object.insert("ttl".to_owned(), int(member)?.into()),
                "rrname" => {
                    names.push(json!({ "rrname": some_text(member)? }));
                    None
                }
                // Data of other records (SOA, SRV) stands in members of its own.
                _ => return Err(Refused),
            };
        }
        if !object.contains_key("rdata") {
            return Err(Refused);
        }
        objects.push(Value::Object(object));
    }
    let source = &values.sources[0];
    let field = source.alternatives[0].field;
    let left = (!names.is_empty()).then(|| Box::new((field, Value::from(names).to_string())));
    Ok(Some(Made {
        left,
        ..made(&objects.into())
    }))
}

pub(super) fn eve_answer<'r>(values: &Values<'_, 'r>) -> Result<Option<Made<'r>>> {
    let Some(rdata) = values.node(0) else {
        return Ok(None);
    };
    let mut object = Map::from_iter([("rdata".to_owned(), some_text(rdata)?.into())]);
    if let Some(kind) = values.node(1) {
        object.insert("type".to_owned(), some_text(kind)?.into());
    }
    if let Some(seconds) = values.node(2) {
        object.insert("ttl".to_owned(), int(seconds)?.into());
    }
    Ok(Some(made(&json!([object]))))
}

/// CloudTrail's resources. One without an ARN would be lost, so such lists are refused.
pub(super) fn aws_resources<'r>(values: &Values<'_, 'r>) -> Result<Option<Made<'r>>> {
    let Some(resources) = list(values, 0)? else {
        return Ok(None);
    };
    let mut objects = Vec::new();
    for resource in resources.children() {
        let mut object = Map::new();
        for member in resource.members().ok_or(Refused)? {
            let text = some_text(member)?;
            match &*member.name() {
                "ARN" => object.insert("uid".to_owned(), text.into()),
                "type" => object.insert("type".to_owned(), text.into()),
                "accountId" => object.insert(
                    "owner".to_owned(),
                    json!({ "account": { "uid": text, "type_id": 10 } }),
                ),
                _ => return Err(Refused),
            };
        }
        if !object.contains_key("uid") {
            return Err(Refused);
        }
        objects.push(Value::Object(object));
    }
    Ok(Some(made(&objects.into())))
}

/// The URL of a request: its host, else the peer; its path. A URL with a scheme is left to the program.
pub(super) fn url<'r>(values: &Values<'_, 'r>) -> Result<Made<'r>> {
    let (host, path, peer) = (values.text(0)?, values.text(1)?, values.text(2)?);
    let host = host.as_ref().or(peer.as_ref()).ok_or(Refused)?.decoded();
    let path = path.as_ref().map(Words::decoded).unwrap_or_default();
    if host.is_empty() || !(path.is_empty() || path.starts_with('/')) {
        return Err(Refused);
    }
    let mut json = Vec::with_capacity(2 * (host.len() + path.len()) + 96);
    json.push(b'{');
    member(&mut json, "hostname", &[&host]);
    member(&mut json, "scheme", &["http"]);
    member(&mut json, "url_string", &["http://", &host, &path]);
    if let Some(port) = values.node(3).map(int).transpose()? {
        json.extend_from_slice(format!("\"port\":{port},").as_bytes());
    }
    if !path.is_empty() {
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        member(&mut json, "path", &[path]);
        if !query.is_empty() {
            member(&mut json, "query_string", &[query]);
        }
    }
    *json.last_mut().expect("it has members") = b'}';
    let json = String::from_utf8(json).expect("it is made of texts");
    Ok(Slot::Json(json.into()).into())
}

/// Appends `"name":"…",` with these texts, one behind the other.
fn member(json: &mut Vec<u8>, name: &str, texts: &[&str]) {
    json.push(b'"');
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":\"");
    texts.iter().for_each(|text| scan::escape(text, json));
    json.extend_from_slice(b"\",");
}
