//! Parsers whose mapping is a VRL program under `content/parsers/`.

use std::sync::OnceLock;

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
        self.program.run(input, (self.spec.decode)(input)?)
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
    let left = program
        .run(body, Value::Object(meta))
        .map_err(Failure::Unparsable)?;
    Ok(convert::to_events(left)?
        .into_iter()
        .map(with_identity)
        .collect())
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
