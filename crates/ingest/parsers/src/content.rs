//! Parsers whose mapping is a VRL program under `content/parsers/`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memmem;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use vrl::value::{ObjectMap, Value};

use crate::description::Description;
use crate::mapping::{Mapping, Tables};
use crate::vrl::{CompileError, Program, convert};
use crate::{Failure, Input, Parsed, Parser, Reads, Sealed, Sealing, fit, syslog};

/// What makes a parser out of a program.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub name: &'static str,
    pub description: Description,
    pub source: Cow<'static, str>,
    /// The texts of its tables, when it has some.
    pub tables: Option<Tables>,
}

/// One decoded record of a record; `text` is its own part of it, when it has one.
struct Piece<'a> {
    text: Option<Cow<'a, str>>,
    body: Value,
}

/// A program that is compiled when it is first needed: a large one takes a noticeable part of a second, and most sites
/// meet few of the sources.
#[derive(Debug)]
pub(crate) struct Lazy {
    name: &'static str,
    source: Cow<'static, str>,
    program: OnceLock<Result<Program, CompileError>>,
}

impl Lazy {
    pub(crate) const fn new(name: &'static str, source: Cow<'static, str>) -> Self {
        Self {
            name,
            source,
            program: OnceLock::new(),
        }
    }

    pub(crate) fn get(&self) -> Result<&Program, &CompileError> {
        self.program
            .get_or_init(|| Program::compile(self.name, &self.source))
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
pub struct ContentParser {
    spec: Spec,
    program: Lazy,
    /// Compiled when the first record comes.
    mapping: OnceLock<Option<Mapping>>,
}

impl std::fmt::Debug for ContentParser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ContentParser").field(&self.spec).finish()
    }
}

impl ContentParser {
    pub(crate) fn new(spec: Spec) -> Self {
        let program = Lazy::new(spec.name, spec.source.clone());
        let mapping = OnceLock::new();
        Self {
            spec,
            program,
            mapping,
        }
    }

    fn mapping(&self) -> Option<&Mapping> {
        let compile = |tables| Mapping::compile(tables).expect("the shipped tables are tested");
        let mapping = self.mapping.get_or_init(|| self.spec.tables.map(compile));
        mapping.as_ref()
    }

    /// The list that a record is, when its source writes whole files as one.
    fn list<'a>(&self, body: &'a [u8]) -> Option<Vec<&'a RawValue>> {
        let name = self.spec.description.list.as_deref()?;
        memmem::find(body, name.as_bytes())?;
        list(body, name)
    }

    /// The decoded records of one record: most often one.
    fn pieces<'a>(&self, input: &Input<'a>) -> Result<Vec<Piece<'a>>, Failure> {
        let about = &self.spec.description;
        let Some(texts) = self.list(input.body) else {
            let body = about.reads.decode(input)?;
            return Ok(self.split(body, about.reads.row(input.body)));
        };
        let mut pieces = Vec::with_capacity(texts.len());
        for text in texts {
            let text = text.get();
            let one = Input {
                body: text.as_bytes(),
                ..*input
            };
            // A record of a list keeps its own text; the list as a whole would be kept once for each.
            pieces.append(&mut self.split(about.reads.decode(&one)?, Some(text.into())));
        }
        Ok(pieces)
    }

    fn split<'a>(&self, body: Value, text: Option<Cow<'a, str>>) -> Vec<Piece<'a>> {
        let bodies = match (body, &self.spec.description.each) {
            (Value::Array(bodies), _) => bodies,
            (Value::Object(whole), Some(each)) => exploded(whole, each),
            (body, _) => vec![body],
        };
        let piece = |body| Piece {
            text: text.clone(),
            body,
        };
        bodies.into_iter().map(piece).collect()
    }
}

/// One object for each element of the list `each`, which stands there in the list's place.
fn exploded(mut whole: ObjectMap, each: &str) -> Vec<Value> {
    match whole.remove(each) {
        Some(Value::Array(elements)) if !elements.is_empty() => {
            let one = |element| {
                let mut one = whole.clone();
                one.insert(each.into(), element);
                Value::Object(one)
            };
            elements.into_iter().map(one).collect()
        }
        Some(other) => {
            whole.insert(each.into(), other);
            vec![Value::Object(whole)]
        }
        None => vec![Value::Object(whole)],
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
        self.spec.description.version
    }

    fn description(&self) -> Option<&Description> {
        Some(&self.spec.description)
    }

    fn detects(&self, body: &[u8]) -> bool {
        self.spec.description.reads == Reads::Syslog && syslog::has_header(body)
    }

    fn seal(
        &self,
        input: &Input<'_>,
        sealing: &Sealing<'_>,
        buffer: &mut Vec<u8>,
    ) -> Option<Vec<Sealed>> {
        let mapping = self.mapping()?;
        let body = std::str::from_utf8(input.body).ok()?;
        let texts = match self.list(input.body) {
            Some(texts) => texts.into_iter().map(RawValue::get).collect(),
            None => vec![body],
        };
        mapping.sealed(&texts, input.received_at, sealing, buffer)
    }

    fn prepare(&self) -> Result<(), String> {
        self.mapping();
        self.program.get().map(drop).map_err(ToString::to_string)
    }

    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure> {
        let mut events = Vec::with_capacity(1);
        for piece in self.pieces(input)? {
            let mut found = self.program.run(input, piece.body)?;
            if let Some(text) = &piece.text {
                for parsed in &mut found {
                    parsed
                        .event
                        .insert("raw_data".to_owned(), text.as_ref().into());
                }
            }
            events.append(&mut found);
        }
        Ok(events)
    }

    fn is_fitted(&self) -> bool {
        true
    }

    fn tells_feed(&self) -> bool {
        self.spec.source.contains(".meta.source")
    }

    fn fields(&self, input: &Input<'_>) -> Option<Vec<Json>> {
        let pieces = self.pieces(input).ok()?;
        Some(
            pieces
                .into_iter()
                .map(|piece| convert::to_json(piece.body))
                .collect(),
        )
    }

    fn parse_fields(&self, input: &Input<'_>, body: Json) -> Result<Vec<Parsed>, Failure> {
        self.program.run(input, convert::to_value(body))
    }
}

fn run(program: &Program, input: &Input<'_>, body: Value) -> Result<Vec<Parsed>, Failure> {
    let meta = || {
        Value::Object(ObjectMap::from([
            ("host".into(), Value::from(input.host)),
            ("source".into(), Value::from(input.source.as_str())),
            (
                "received_at".into(),
                Value::Integer(input.received_at.as_millis()),
            ),
        ]))
    };
    match program.run(body, meta).map_err(Failure::Unparsable)? {
        Value::Array(values) => values.into_iter().map(parsed).collect(),
        Value::Object(mut event) => {
            keep_the_rest(&mut event);
            parsed(Value::Object(event)).map(|parsed| vec![parsed])
        }
        other => parsed(other).map(|parsed| vec![parsed]),
    }
}

/// What a program leaves of `.body` is `unmapped`, unless it says so itself.
fn keep_the_rest(event: &mut ObjectMap) {
    event.remove("meta");
    if let Some(rest @ Value::Object(_)) = event.remove("body") {
        event.entry("unmapped".into()).or_insert(rest);
    }
}

/// A program says the source's own id of an event as `metadata.uid`; ours takes that place later.
fn parsed(left: Value) -> Result<Parsed, Failure> {
    let Value::Object(mut event) = left else {
        let kind = left.kind();
        return Err(Failure::Unparsable(format!(
            "the program left {kind} where it should leave an event"
        )));
    };
    let identity = match event.get_mut("metadata") {
        Some(Value::Object(metadata)) => metadata.remove("uid"),
        _ => None,
    };
    let identity = identity.and_then(|uid| uid.to_str().map(str::to_owned));
    Ok(Parsed {
        event: fit::left(event),
        identity: identity.filter(|uid| !uid.is_empty()),
    })
}
