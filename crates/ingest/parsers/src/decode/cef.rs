//! `CEF:0|vendor|product|version|signature|name|severity|key=value key=value …`
//!
//! Source: ArcSight Common Event Format, implementation standard, revision 25. In the header `\|` and `\\` are
//! escaped; in the extension `\=`, `\\`, `\n` and `\r`. A value may hold blanks and ends where the next ` key=` begins.

use vrl::value::{ObjectMap, Value};

use crate::syslog;
use crate::{Failure, Input};

const HEADER: [&str; 6] = [
    "vendor",
    "product",
    "product_version",
    "signature",
    "name",
    "severity",
];

pub(super) fn decode(input: &Input<'_>) -> Result<Value, Failure> {
    let text = String::from_utf8_lossy(input.body);
    let Some(at) = text.find("CEF:") else {
        return Err(Failure::Unparsable("not CEF: want `CEF:`".to_owned()));
    };
    let (before, rest) = text.split_at(at);
    let (version, rest) = rest[4..].split_once('|').unwrap_or((&rest[4..], ""));
    let mut body = ObjectMap::from([("version".into(), Value::from(version))]);
    let mut rest = rest;
    for name in HEADER {
        let (part, after) = header_part(rest);
        body.insert(name.into(), Value::from(part));
        rest = after;
    }
    body.insert("ext".into(), Value::Object(extension(rest)));
    body.insert("syslog".into(), header(before, input));
    Ok(Value::Object(body))
}

/// What a relay wrote before the payload: its time and name.
pub(super) fn header(before: &str, input: &Input<'_>) -> Value {
    let before = before.trim_end();
    if before.is_empty() {
        return Value::Null;
    }
    let mut parts = syslog::parts(&syslog::parsed(before.as_bytes(), input.received_at));
    if parts
        .get("message")
        .and_then(Value::to_str)
        .is_some_and(|text| text.trim().is_empty())
    {
        parts.remove("message");
    }
    Value::Object(parts)
}

/// Up to the next `|` that is not escaped.
fn header_part(text: &str) -> (String, &str) {
    let mut part = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '|' => return (part, &text[at + 1..]),
            '\\' => match chars.next() {
                Some((_, escaped @ ('|' | '\\'))) => part.push(escaped),
                Some((_, other)) => part.extend(['\\', other]),
                None => part.push('\\'),
            },
            c => part.push(c),
        }
    }
    (part, "")
}

fn extension(text: &str) -> ObjectMap {
    let mut map = ObjectMap::new();
    let keys = keys(text);
    for (at, (start, end)) in keys.iter().enumerate() {
        let until = keys.get(at + 1).map_or(text.len(), |(next, _)| *next);
        let value = unescaped(text[end + 1..until].trim_end());
        let value = value.trim_matches('"').to_owned();
        if !value.is_empty() {
            map.insert(text[*start..*end].into(), Value::from(value));
        }
    }
    map
}

/// Where names stand: at the beginning or after a blank, directly before a `=` that is not escaped.
fn keys(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-[]:".contains(byte);
    let mut keys = Vec::new();
    for at in memchr::memchr_iter(b'=', bytes) {
        let length = bytes[..at]
            .iter()
            .rev()
            .take_while(|byte| name(byte))
            .count();
        let start = at - length;
        let begins =
            start == 0 || bytes[start - 1].is_ascii_whitespace() || bytes[start - 1] == b'|';
        if length > 0 && begins {
            keys.push((start, at));
        }
    }
    keys
}

fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            _ => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some(escaped @ ('=' | '\\' | '|')) => out.push(escaped),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn values_hold_blanks_and_escapes() {
        let found = extension(
            r"src=10.0.0.1 msg=New session: Id\=1, two words request=http://h/?a\=b cs1= act=deny",
        );
        expect![[r#"{ "act": "deny", "msg": "New session: Id=1, two words", "request": "http://h/?a=b", "src": "10.0.0.1" }"#]]
            .assert_eq(&Value::Object(found).to_string());
    }

    #[test]
    fn a_header_may_hold_escaped_bars() {
        assert_eq!(header_part(r"a\|b|c"), ("a|b".to_owned(), "c"));
        assert_eq!(header_part("last"), ("last".to_owned(), ""));
    }
}
