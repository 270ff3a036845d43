//! A program that looks at records before they are parsed: it leaves some out and changes others.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};
use vrl::compiler::runtime::Terminate;
use vrl::value::{ObjectMap, Value};

use super::{CompileError, Program, convert};

/// A compiled program over records.
///
/// It finds a record as a shipper such as Vector has it: `.message` is the record's text, `.host` and
/// `.source_type` say where it is from, and the members of its envelope stand beside them. What it leaves
/// under `.message` is the record, as JSON when it is no text; what else it leaves is the envelope, which
/// travels beside the record. `abort` leaves the record out. `.host` and `.source_type` are for reading.
#[derive(Debug)]
pub struct Refinement(Program);

/// A record on its way through a [`Refinement`].
#[derive(Clone, Debug, PartialEq)]
pub struct Refined {
    pub body: Vec<u8>,
    /// A JSON object, or nothing.
    pub envelope: Vec<u8>,
}

impl Refinement {
    /// Compiles `source`; `name` is for messages.
    ///
    /// # Errors
    /// VRL's diagnostics, as its own tools would print them.
    pub fn compile(name: &str, source: &str) -> Result<Self, CompileError> {
        Program::compile(name, source).map(Self)
    }

    /// The record as the program leaves it; `None` when it leaves it out.
    ///
    /// # Errors
    /// The program's own message: it failed or did not end.
    pub fn apply(
        &self,
        record: &Refined,
        host: &str,
        source: &str,
    ) -> Result<Option<Refined>, String> {
        let mut value = Value::Object(self.given(record, host, source));
        match self.0.resolve(&mut value) {
            Ok(()) => {}
            Err(Terminate::Abort(_)) => return Ok(None),
            Err(stopped) => return Err(self.0.told(stopped)),
        }
        let Value::Object(mut left) = value else {
            return Err(format!("program `{}` left no object", self.0.name()));
        };
        let Some(message) = left.remove("message") else {
            return Err(format!("program `{}` left no `.message`", self.0.name()));
        };
        left.remove("host");
        left.remove("source_type");
        let body = match (message.to_str(), &message) {
            // What was no text shows replacement characters; untouched, it stays as it was.
            (Some(text), _) if text == text_of(&record.body) => record.body.clone(),
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Value::Bytes(bytes)) => bytes.to_vec(),
            (None, _) => json(&convert::to_json(message)),
        };
        let envelope: Map<String, Json> = left
            .into_iter()
            .map(|(name, value)| (String::from(name), convert::to_json(value)))
            .collect();
        let envelope = if envelope.is_empty() {
            Vec::new()
        } else {
            json(&Json::Object(envelope))
        };
        Ok(Some(Refined { body, envelope }))
    }

    fn given(&self, record: &Refined, host: &str, source: &str) -> ObjectMap {
        let mut given = match serde_json::from_slice::<Value>(&record.envelope) {
            Ok(Value::Object(envelope)) => envelope,
            _ => ObjectMap::new(),
        };
        let text = text_of(&record.body);
        given.insert("message".into(), Value::from(text.as_ref()));
        given.insert("host".into(), Value::from(host));
        given.insert("source_type".into(), Value::from(source));
        given
    }
}

fn text_of(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body)
}

fn json(value: &Json) -> Vec<u8> {
    serde_json::to_vec(value).expect("JSON can be written")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::{Expect, expect};

    use super::*;

    fn check(source: &str, body: &[u8], wanted: Expect) {
        let refinement = Refinement::compile("test", source).unwrap();
        let record = Refined {
            body: body.to_vec(),
            envelope: br#"{"unit":"ssh.service"}"#.to_vec(),
        };
        let made = match refinement.apply(&record, "ws1", "syslog") {
            Ok(Some(left)) => format!(
                "{} {}",
                String::from_utf8_lossy(&left.body),
                String::from_utf8_lossy(&left.envelope)
            ),
            Ok(None) => "left out".to_owned(),
            Err(message) => message,
        };
        wanted.assert_eq(&made);
    }

    #[test]
    fn records_are_left_out_changed_and_enriched() {
        let debug = r#"if contains(string!(.message), "DEBUG") { abort }"#;
        check(debug, b"DEBUG x", expect!["left out"]);
        check(
            debug,
            b"INFO x",
            expect![[r#"INFO x {"unit":"ssh.service"}"#]],
        );
        check(
            r#".message = replace(string!(.message), r'password=\S+', "password=***")"#,
            b"login password=secret ok",
            expect![[r#"login password=*** ok {"unit":"ssh.service"}"#]],
        );
        check(
            r#".env = "prod"; .at = .host; del(.unit)"#,
            b"x",
            expect![[r#"x {"at":"ws1","env":"prod"}"#]],
        );
        check(
            r#"body = object!(parse_json!(.message)); del(body.secret); .message = body"#,
            br#"{"secret":1,"user":"eva"}"#,
            expect![[r#"{"user":"eva"} {"unit":"ssh.service"}"#]],
        );
    }

    #[test]
    fn what_goes_wrong_is_told() {
        check(
            "del(.message)",
            b"x",
            expect!["program `test` left no `.message`"],
        );
        check(". = 1", b"x", expect!["program `test` left no object"]);
        check(
            ".message = parse_json!(.message)",
            b"{",
            expect![[
                r#"function call error for "parse_json" at (11:32): unable to parse json: EOF while parsing an object at line 1 column 1"#
            ]],
        );
    }

    #[test]
    fn bytes_that_are_no_text_stay_as_they_were() {
        let refinement = Refinement::compile("test", ".a = 1").unwrap();
        let record = Refined {
            body: b"\xff\x00z".to_vec(),
            envelope: Vec::new(),
        };
        let left = refinement.apply(&record, "h", "s").unwrap().unwrap();
        assert_eq!(left.body, record.body);
    }
}
