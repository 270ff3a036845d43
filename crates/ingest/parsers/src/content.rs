//! Parsers whose mapping is a VRL program under `content/parsers/`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memmem;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use vrl::value::{ObjectMap, Value};

use crate::vrl::{CompileError, Program, convert};
use crate::{Failure, Input, Parsed, Parser};

/// What makes a parser out of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub name: &'static str,
    /// Rises with every change that alters an event.
    pub version: u32,
    pub source: &'static str,
    pub detects: fn(&[u8]) -> bool,
    /// From the record to what the program finds under `.body`.
    pub decode: fn(&Input<'_>) -> Result<Value, Failure>,
    /// The member of a record that is a list of records, when the source writes whole files as one.
    pub list: Option<&'static str>,
}

/// A program that is compiled when it is first needed: a large one takes a noticeable part of a second, and most sites
/// meet few of the sources.
#[derive(Debug)]
pub(crate) struct Lazy {
    name: &'static str,
    source: &'static str,
    program: OnceLock<Result<Program, CompileError>>,
}

impl Lazy {
    pub(crate) const fn new(name: &'static str, source: &'static str) -> Self {
        Self {
            name,
            source,
            program: OnceLock::new(),
        }
    }

    pub(crate) fn get(&self) -> Result<&Program, &CompileError> {
        self.program
            .get_or_init(|| Program::compile(self.name, self.source))
            .as_ref()
    }

    /// Runs the program on a decoded record.
    pub(crate) fn run(&self, input: &Input<'_>, body: Value) -> Result<Vec<Parsed>, Failure> {
        let program = self
            .get()
            .map_err(|error| Failure::Unparsable(error.to_string()))?;
        run(program, input, body)
    }
}

/// A parser that decodes a record natively and maps it with a program.
#[derive(Debug)]
pub struct ContentParser {
    spec: Spec,
    program: Lazy,
}

impl ContentParser {
    pub(crate) const fn new(spec: Spec) -> Self {
        Self {
            spec,
            program: Lazy::new(spec.name, spec.source),
        }
    }

    /// A record of a list keeps its own text; the list as a whole would be kept once for each.
    fn one_of_list(&self, list: &Input<'_>, text: &str) -> Result<Vec<Parsed>, Failure> {
        let input = Input {
            body: text.as_bytes(),
            ..*list
        };
        let mut events = self.program.run(&input, (self.spec.decode)(&input)?)?;
        for parsed in &mut events {
            parsed.event.insert("raw_data".to_owned(), text.into());
        }
        Ok(events)
    }
}

/// The texts of the records in `{"<name>": [record, …]}`.
fn list<'a>(body: &'a [u8], name: &str) -> Option<Vec<&'a RawValue>> {
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_slice(body).ok()?;
    serde_json::from_str(members.remove(name)?.get()).ok()
}

impl Parser for ContentParser {
    fn name(&self) -> &'static str {
        self.spec.name
    }

    fn version(&self) -> u32 {
        self.spec.version
    }

    fn detects(&self, body: &[u8]) -> bool {
        (self.spec.detects)(body)
    }

    fn prepare(&self) -> Result<(), String> {
        self.program.get().map(drop).map_err(ToString::to_string)
    }

    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        let named = self
            .spec
            .list
            .filter(|name| memmem::find(input.body, name.as_bytes()).is_some());
        let Some(records) = named.and_then(|name| list(input.body, name)) else {
            return self.program.run(input, (self.spec.decode)(input)?);
        };
        let mut events = Vec::with_capacity(records.len());
        for record in records {
            events.append(&mut self.one_of_list(input, record.get())?);
        }
        Ok(events)
    }
}

fn run(program: &Program, input: &Input<'_>, body: Value) -> Result<Vec<Parsed>, Failure> {
    let meta = ObjectMap::from([
        ("host".into(), Value::from(input.host)),
        ("source".into(), Value::from(input.source.as_str())),
        (
            "received_at".into(),
            Value::Integer(input.received_at.as_millis()),
        ),
    ]);
    let mut left = program
        .run(body, Value::Object(meta))
        .map_err(Failure::Unparsable)?;
    if let Value::Object(event) = &mut left {
        keep_the_rest(event);
    }
    Ok(convert::to_events(left)?
        .into_iter()
        .map(with_identity)
        .collect())
}

/// What a program leaves of `.body` is `unmapped`, unless it says so itself.
fn keep_the_rest(event: &mut ObjectMap) {
    event.remove("meta");
    if let Some(rest @ Value::Object(_)) = event.remove("body") {
        event.entry("unmapped".into()).or_insert(rest);
    }
}

/// A program says the source's own id of an event as `metadata.uid`; ours takes that place later.
fn with_identity(mut event: Map<String, Json>) -> Parsed {
    let metadata = event.get_mut("metadata").and_then(Json::as_object_mut);
    let identity = match metadata.and_then(|metadata| metadata.remove("uid")) {
        Some(Json::String(uid)) if !uid.is_empty() => Some(uid),
        _ => None,
    };
    Parsed { event, identity }
}

/// A record that is one JSON object.
pub(crate) fn json_object(input: &Input<'_>) -> Result<Value, Failure> {
    match convert::from_json(input.body)? {
        object @ Value::Object(_) => Ok(object),
        other => Err(Failure::Unparsable(format!(
            "want a JSON object, not {}",
            other.kind()
        ))),
    }
}

/// The record as text; what is not UTF-8 becomes the replacement character.
pub(crate) fn text(input: &Input<'_>) -> Result<Value, Failure> {
    Ok(Value::from(
        String::from_utf8_lossy(input.body).into_owned(),
    ))
}
