use std::borrow::Cow;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::otlp;

/// One record as its sender wrapped it.
///
/// A shipper forwards the line of a source in an envelope of its own. If the line is of a source
/// that is known, the line travels, so that its parser reads it as it reads a file; the envelope
/// travels beside it. If not, the whole travels as one JSON document. Either way nothing is lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where the record was written, if the sender says so.
    pub host: Option<String>,
    said: Said,
}

#[derive(Clone, Debug, PartialEq)]
enum Said {
    /// A line, and what was said about it; `member` names the line's place in the whole.
    Wrapped {
        line: Vec<u8>,
        about: Map<String, Value>,
        member: &'static str,
    },
    /// A document which may itself be a shipper's envelope around `message`.
    Document {
        body: Vec<u8>,
        about: Map<String, Value>,
    },
    Otlp(Rc<otlp::Origin>, Value),
}

/// What is known about bytes from their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// No parser wants them.
    Nothing,
    /// They are JSON, of no source in particular.
    Generic,
    /// A source's own parser wants them; `true` when it is the one that the feed is named for.
    Source { named: bool },
}

/// A record as it goes on: its bytes, and its envelope, a JSON object or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Travels {
    pub body: Vec<u8>,
    pub envelope: Vec<u8>,
}

/// The part of a shipper's document that may be a source's own line.
#[derive(Deserialize)]
struct Shipped<'a> {
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
}

impl Entry {
    pub(crate) fn wrapped(
        host: Option<String>,
        line: Vec<u8>,
        about: Map<String, Value>,
        member: &'static str,
    ) -> Self {
        let said = Said::Wrapped {
            line,
            about,
            member,
        };
        Self { host, said }
    }

    pub(crate) fn document(body: Vec<u8>, about: Map<String, Value>) -> Self {
        let said = Said::Document { body, about };
        Self { host: None, said }
    }

    pub(crate) fn otlp(origin: Rc<otlp::Origin>, record: Value) -> Self {
        Self {
            host: origin.host.clone(),
            said: Said::Otlp(origin, record),
        }
    }

    /// How the record travels. `parser` is what the feed is named for, `None` when content decides;
    /// `known` says what is known about bytes.
    pub fn travels(self, parser: Option<&str>, known: &dyn Fn(&[u8]) -> Known) -> Travels {
        match self.said {
            Said::Wrapped {
                line,
                about,
                member,
            } => {
                if parser.is_some() || known(&line) != Known::Nothing {
                    return Travels::of(line, about);
                }
                Travels::of(whole(line, about, member), Map::new())
            }
            Said::Document { body, about } => shipped(body, about, parser.is_some(), known),
            Said::Otlp(origin, record) => {
                let wanted = match parser {
                    Some(parser) => parser != otlp::PARSER,
                    None => true,
                };
                if wanted
                    && let Some(line) = otlp::line(&record)
                    && (parser.is_some() || matches!(known(&line), Known::Source { .. }))
                {
                    return Travels::of(line, otlp::about(&origin, &record));
                }
                Travels::of(otlp::whole(&origin, record), Map::new())
            }
        }
    }
}

impl Travels {
    fn of(body: Vec<u8>, about: Map<String, Value>) -> Self {
        let envelope = if about.is_empty() {
            Vec::new()
        } else {
            serde_json::to_vec(&about).expect("a JSON object can be written")
        };
        Self { body, envelope }
    }

    pub fn bytes(&self) -> usize {
        self.body.len() + self.envelope.len()
    }
}

/// A document, or the line inside it when only that is a source's own.
fn shipped(
    body: Vec<u8>,
    about: Map<String, Value>,
    named: bool,
    known: &dyn Fn(&[u8]) -> Known,
) -> Travels {
    let own = |known: Known| match known {
        Known::Source { named: same } => same || !named,
        _ => false,
    };
    let line = serde_json::from_slice::<Shipped<'_>>(&body)
        .ok()
        .and_then(|shipped| shipped.message)
        .filter(|line| own(known(line.as_bytes())));
    let Some(line) = line.map(|line| line.into_owned().into_bytes()) else {
        return Travels::of(body, about);
    };
    if own(known(&body)) {
        return Travels::of(body, about);
    }
    let Ok(Value::Object(mut rest)) = serde_json::from_slice(&body) else {
        return Travels::of(body, about);
    };
    rest.remove("message");
    rest.extend(about);
    Travels::of(line, rest)
}

/// The line put back into its envelope.
fn whole(line: Vec<u8>, mut about: Map<String, Value>, member: &str) -> Vec<u8> {
    let line = match serde_json::from_slice::<Value>(&line) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        _ => String::from_utf8_lossy(&line).into_owned().into(),
    };
    about.insert(member.to_owned(), line);
    serde_json::to_vec(&about).expect("a JSON object can be written")
}
