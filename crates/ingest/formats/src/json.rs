//! JSON within limits: depth, duplicate keys, and the end of a value without parsing it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The deepest nesting that is read. Below serde_json's own limit of 128, which thereby never decides.
pub const MAX_DEPTH: usize = 100;

/// Why a text is not read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
}

/// A JSON text's value, with what was odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub value: Value,
    /// Keys that stood more than once in one object, each once. The last value won, as RFC 8259 suggests
    /// and as most collectors do; the first is still in the raw record.
    pub duplicate_keys: Vec<String>,
}

/// Reads one JSON text.
///
/// # Errors
/// [`Error::TooDeep`] before anything is built, else [`Error::Syntax`].
pub fn parse(text: &[u8]) -> Result<Document, Error> {
    check_depth(text)?;
    let mut duplicates = HashSet::new();
    let mut from = serde_json::Deserializer::from_slice(text);
    let value = Noting(&mut duplicates).deserialize(&mut from)?;
    from.end()?;
    let mut duplicate_keys: Vec<_> = duplicates.into_iter().collect();
    duplicate_keys.sort_unstable();
    Ok(Document {
        value,
        duplicate_keys,
    })
}

/// Refuses text nested deeper than [`MAX_DEPTH`], in one pass over the bytes and without recursion.
///
/// # Errors
/// [`Error::TooDeep`].
pub fn check_depth(text: &[u8]) -> Result<(), Error> {
    // Every level needs two bytes, so most records need no look at all.
    if text.len() <= 2 * MAX_DEPTH {
        return Ok(());
    }
    let openers = memchr::memchr2_iter(b'{', b'[', text)
        .take(MAX_DEPTH + 1)
        .count();
    if openers <= MAX_DEPTH {
        return Ok(());
    }
    let mut scan = Scan::default();
    for byte in text {
        scan.step(*byte);
        if scan.depth > MAX_DEPTH {
            return Err(Error::TooDeep);
        }
    }
    Ok(())
}

/// Follows a JSON value byte by byte to where it ends. Brackets are counted, not matched: what is wrong
/// inside a value is for its parser to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// True when `byte` closes the outermost object or array.
    pub fn step(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

/// Builds a value and notes keys that stand twice in one object.
struct Noting<'d>(&'d mut HashSet<String>);

impl<'de> DeserializeSeed<'de> for Noting<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Noting<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = from.next_element_seed(Noting(self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(Key(key)) = from.next_key()? {
            let value = from.next_value_seed(Noting(self.0))?;
            if map.contains_key(&key) {
                self.0.insert(key.clone());
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nesting_is_refused_before_it_is_built() {
        for open in ["[", "{\"a\":"] {
            let deep = open.repeat(10_000);
            assert!(matches!(parse(deep.as_bytes()), Err(Error::TooDeep)));
        }
        let just = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(parse(just.as_bytes()).is_ok());
        let text = format!("[\"{}\"]", "[".repeat(10_000));
        assert!(parse(text.as_bytes()).is_ok());
    }

    #[test]
    fn the_last_of_duplicate_keys_wins_and_is_noted() {
        let document = parse(br#"{"a":1,"b":{"c":1,"c":2},"a":3}"#).unwrap();
        assert_eq!(document.value, serde_json::json!({"a": 3, "b": {"c": 2}}));
        assert_eq!(document.duplicate_keys, ["a", "c"]);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [&b"{\"a\":"[..], b"", b"{} {}", b"{\"a\":\"\xff\"}", b"\0"] {
            assert!(matches!(parse(text), Err(Error::Syntax(_))), "{text:?}");
        }
    }
}
