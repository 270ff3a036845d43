//! Parsers whose mapping is a VRL program under `content/parsers/`.

use serde_json::{Map, Value as Json};
use vrl::value::{ObjectMap, Value};

use crate::vrl::{Program, convert};
use crate::{Error, Failure, Input, Parsed, Parser};

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

/// A parser that decodes a record natively and maps it with a program.
#[derive(Debug)]
pub struct ContentParser {
    spec: Spec,
    program: Program,
}

impl ContentParser {
    pub(crate) fn new(spec: Spec) -> Result<Self, Error> {
        let program = Program::compile(spec.name, spec.source)?;
        Ok(Self { spec, program })
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

    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        run(&self.program, input, (self.spec.decode)(input)?)
    }
}

/// Runs a program on a decoded record.
pub(crate) fn run(program: &Program, input: &Input<'_>, body: Value) -> Result<Vec<Parsed>, Failure> {
    let meta = ObjectMap::from([
        ("host".into(), Value::from(input.host)),
        ("source".into(), Value::from(input.source.as_str())),
        ("received_at".into(), Value::Integer(input.received_at.as_millis())),
    ]);
    let left = program.run(body, Value::Object(meta)).map_err(Failure::Unparsable)?;
    Ok(convert::to_events(left)?.into_iter().map(with_identity).collect())
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
        other => Err(Failure::Unparsable(format!("want a JSON object, not {}", other.kind()))),
    }
}

/// The record as text; what is not UTF-8 becomes the replacement character.
pub(crate) fn text(input: &Input<'_>) -> Result<Value, Failure> {
    Ok(Value::from(String::from_utf8_lossy(input.body).into_owned()))
}
