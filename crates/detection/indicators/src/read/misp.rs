use std::io::BufRead;

use serde_json::Value as Json;

use super::{Candidate, Format, Sink, json};
use crate::{About, Error, Kind, Validity, Value};

/// A MISP event, a search's response, or a list of events. Of attributes those count that their
/// author meant for detection (`to_ids`).
pub(super) fn read(input: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut failed = None;
    let read = json::elements(input, "response", &mut |element| {
        if failed.is_none() {
            failed = element_of(&element, sink).err();
        }
    });
    read.map_err(|error| sink.malformed(Format::Misp, error))?;
    failed.map_or(Ok(()), Err)
}

fn element_of(element: &Json, sink: &mut Sink<'_>) -> Result<(), Error> {
    let event = element.get("Event").unwrap_or(element);
    let told = Told {
        info: text(event, "info"),
        labels: labels(event),
    };
    attributes(event, &told, sink)?;
    for object in list(event, "Object") {
        attributes(object, &told, sink)?;
    }
    Ok(())
}

/// What an event says about all of its attributes.
struct Told<'e> {
    info: &'e str,
    labels: Vec<String>,
}

fn attributes(owner: &Json, told: &Told<'_>, sink: &mut Sink<'_>) -> Result<(), Error> {
    for attribute in list(owner, "Attribute") {
        let meant = truth(attribute, "to_ids") && !truth(attribute, "deleted");
        if meant {
            accept(attribute, told, sink)?;
        } else {
            sink.report.not_meant += 1;
        }
    }
    Ok(())
}

fn accept(attribute: &Json, told: &Told<'_>, sink: &mut Sink<'_>) -> Result<(), Error> {
    let (kind, whole) = (text(attribute, "type"), text(attribute, "value"));
    let place = format!("attribute {}", text(attribute, "uuid"));
    let parts = match parts(kind, whole) {
        Ok(parts) => parts,
        Err(reason) => {
            sink.reject(place, whole, reason);
            return Ok(());
        }
    };
    let candidate = candidate(attribute, told);
    for (kind, part) in parts {
        match Value::parse(kind, part) {
            Ok(value) => sink.accept(value, &candidate)?,
            Err(reason) => sink.reject(&place, part, reason),
        }
    }
    Ok(())
}

/// The values of an attribute: composites such as `domain|ip` have several, of which file names and
/// ports are no indicators.
fn parts<'a>(kind: &str, whole: &'a str) -> Result<Vec<(Kind, &'a str)>, String> {
    let kind = if kind == "malware-sample" {
        "filename|md5"
    } else {
        kind
    };
    let kinds: Vec<&str> = kind.split('|').collect();
    let values: Vec<&str> = if kinds.len() > 1 {
        whole.split('|').collect()
    } else {
        vec![whole]
    };
    let named = kinds.iter().zip(values);
    let parts: Vec<(Kind, &str)> = named
        .filter_map(|(word, value)| Some((kind_of(word)?, value)))
        .collect();
    if parts.is_empty() {
        return Err(format!("the type `{kind}` is none that is looked for"));
    }
    Ok(parts)
}

fn kind_of(word: &str) -> Option<Kind> {
    match word {
        "filename" | "port" | "link" => None,
        "email-reply-to" | "whois-registrant-email" => Some(Kind::Email),
        "x509-fingerprint-md5" | "ja3-fingerprint-md5" | "hassh-md5" => Some(Kind::Md5),
        "x509-fingerprint-sha1" => Some(Kind::Sha1),
        "x509-fingerprint-sha256" => Some(Kind::Sha256),
        _ => word.parse().ok(),
    }
}

fn candidate(attribute: &Json, told: &Told<'_>) -> Candidate {
    let comment = text(attribute, "comment");
    let description = match (told.info, comment) {
        ("", comment) => comment.to_owned(),
        (info, "") => info.to_owned(),
        (info, comment) => format!("{info}: {comment}"),
    };
    let mut all = told.labels.clone();
    all.extend(labels(attribute));
    all.dedup();
    Candidate {
        confidence: None,
        // `first_seen` and `last_seen` tell of sightings, not for how long the warning holds.
        validity: Validity::default(),
        about: About {
            source: None,
            description,
            labels: all,
            reference: Some(text(attribute, "uuid").to_owned()).filter(|id| !id.is_empty()),
        },
    }
}

fn labels(owner: &Json) -> Vec<String> {
    let tags = list(owner, "Tag").iter();
    let names = tags.map(|tag| text(tag, "name").to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

fn list<'j>(owner: &'j Json, name: &str) -> &'j [Json] {
    owner
        .get(name)
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'j>(owner: &'j Json, name: &str) -> &'j str {
    owner.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// MISP writes truth as `true`, `1` and `"1"`.
fn truth(owner: &Json, name: &str) -> bool {
    match owner.get(name) {
        Some(Json::Bool(truth)) => *truth,
        Some(Json::Number(number)) => number.as_u64() == Some(1),
        Some(Json::String(text)) => text == "1" || text == "true",
        _ => false,
    }
}
