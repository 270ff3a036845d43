//! Text to steps and back.

use std::fmt;

use super::Step;
use crate::Error;

pub(super) fn steps(text: &str) -> Result<Vec<Step>, Error> {
    let mut reader = Reader { text, at: 0 };
    let mut steps = vec![Step::Key(reader.key()?)];
    while let Some(next) = reader.peek() {
        reader.at += 1;
        steps.push(match next {
            b'.' => Step::Key(reader.key()?),
            b'[' => reader.index()?,
            _ => {
                reader.at -= 1;
                return Err(reader.error("a `.` or `[` is wanted here"));
            }
        });
    }
    Ok(steps)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn key(&mut self) -> Result<Box<str>, Error> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let rest = &self.text[self.at..];
        let end = rest.find(['.', '[', ']', '"']).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.error("a name is wanted here"));
        }
        self.at += end;
        Ok(rest[..end].into())
    }

    fn quoted(&mut self) -> Result<Box<str>, Error> {
        let mut values =
            serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter::<String>();
        let Some(Ok(key)) = values.next() else {
            return Err(self.error("the quoted name is no JSON string"));
        };
        self.at += values.byte_offset();
        Ok(key.into())
    }

    fn index(&mut self) -> Result<Step, Error> {
        let rest = &self.text[self.at..];
        let Some(end) = rest.find(']') else {
            return Err(self.error("the `[` is never closed"));
        };
        let step = match &rest[..end] {
            "" => Step::Each,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => return Err(self.error("the index is too large")),
            },
            _ => return Err(self.error("an index is a number, or nothing for every element")),
        };
        self.at += end + 1;
        Ok(step)
    }

    fn error(&self, reason: &'static str) -> Error {
        Error::BadPath {
            path: self.text.to_owned(),
            position: self.at,
            reason,
        }
    }
}

pub(super) fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    if key.is_empty() || key.contains(['.', '[', ']', '"']) {
        let quoted = serde_json::to_string(key).expect("a string is always JSON");
        return f.write_str(&quoted);
    }
    f.write_str(key)
}
