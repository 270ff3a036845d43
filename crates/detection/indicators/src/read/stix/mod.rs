//! STIX 2.1 bundles: their `indicator` objects.

pub mod pattern;

use std::io::BufRead;

use serde_json::Value as Json;

use super::times::time;
use super::{Candidate, Format, Sink, json};
use crate::{About, Error, Validity};

/// A bundle, a TAXII envelope (both have `objects`), a list of objects, or one object.
pub(super) fn read(input: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), Error> {
    let mut failed = None;
    let read = json::elements(input, "objects", &mut |object| {
        if failed.is_none() && text(&object, "type") == "indicator" {
            failed = indicator(&object, sink).err();
        }
    });
    read.map_err(|error| sink.malformed(Format::Stix, error))?;
    failed.map_or(Ok(()), Err)
}

fn indicator(object: &Json, sink: &mut Sink<'_>) -> Result<(), Error> {
    if object.get("revoked") == Some(&Json::Bool(true)) {
        sink.report.not_meant += 1;
        return Ok(());
    }
    let (id, whole) = (text(object, "id"), text(object, "pattern"));
    let language = text(object, "pattern_type");
    if !matches!(language, "" | "stix") {
        sink.reject(id, whole, format!("the pattern's language is `{language}`"));
        return Ok(());
    }
    match pattern::values(whole) {
        Err(reason) => sink.reject(id, whole, reason),
        Ok(values) => {
            let candidate = candidate(object);
            for value in values {
                sink.accept(value, &candidate)?;
            }
        }
    }
    Ok(())
}

fn candidate(object: &Json) -> Candidate {
    let confidence = object.get("confidence").and_then(Json::as_u64);
    let (name, description) = (text(object, "name"), text(object, "description"));
    let description = match (name, description) {
        (name, "") => name.to_owned(),
        ("", description) => description.to_owned(),
        (name, description) => format!("{name}: {description}"),
    };
    let lists = ["labels", "indicator_types"];
    let labels = lists
        .iter()
        .filter_map(|list| object.get(*list)?.as_array());
    Candidate {
        confidence: confidence.map(|number| u8::try_from(number.min(100)).unwrap_or(100)),
        validity: Validity {
            from: time(text(object, "valid_from")),
            until: time(text(object, "valid_until")),
        },
        about: About {
            source: None,
            description,
            labels: labels
                .flatten()
                .filter_map(|label| label.as_str().map(str::to_owned))
                .collect(),
            reference: Some(text(object, "id").to_owned()),
        },
    }
}

fn text<'j>(object: &'j Json, name: &str) -> &'j str {
    object.get(name).and_then(Json::as_str).unwrap_or_default()
}
