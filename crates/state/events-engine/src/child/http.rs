//! The part of ClickHouse's HTTP interface that our adapter uses.
//!
//! `POST /?query=…&param_NAME=…&max_execution_time=SECONDS&readonly=2`: with `query` the body is data
//! for it, else the body is the statement. Other settings stand in the statement.

use super::connections::Lane;

/// What a request's address asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) statement: Option<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) lane: Lane,
    pub(super) seconds: u64,
}

/// The time a statement has when it names none.
const SECONDS: u64 = 60;
/// The longest time that a statement may ask for.
const MOST_SECONDS: u64 = 3600;

impl Asked {
    pub(super) fn read(query: &str) -> Result<Self, String> {
        let mut asked = Self {
            statement: None,
            parameters: Vec::new(),
            lane: Lane::Write,
            seconds: SECONDS,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let bad = || format!("`{name}` is not readable");
            let (name, value) = (
                decode(name).ok_or_else(bad)?,
                decode(value).ok_or_else(bad)?,
            );
            match (name.strip_prefix("param_"), name.as_str()) {
                (Some(parameter), _) => asked.parameters.push((parameter.to_owned(), value)),
                (None, "query") => asked.statement = Some(value),
                (None, "readonly") => {
                    asked.lane = if value == "0" {
                        Lane::Write
                    } else {
                        Lane::Read
                    };
                }
                (None, "max_execution_time") => {
                    let seconds: u64 = value.parse().map_err(|_| bad())?;
                    asked.seconds = seconds.clamp(1, MOST_SECONDS);
                }
                (None, "database" | "wait_end_of_query" | "user" | "password") => {}
                (None, other) => return Err(format!("setting `{other}` is not for this engine")),
            }
        }
        Ok(asked)
    }
}

/// Undoes percent encoding; `+` is a space, as in forms.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The number in `Code: N. DB::Exception: …`.
pub(super) fn error_code(message: &str) -> u32 {
    let digits = message.split_once("Code: ").map_or("", |(_, rest)| rest);
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().unwrap_or(1002)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_read() {
        let asked = Asked::read(
            "query=SELECT+%7Bp1%3AString%7D&param_p1=a%26b%00&readonly=2&max_execution_time=7",
        )
        .unwrap();
        let wanted = Asked {
            statement: Some("SELECT {p1:String}".to_owned()),
            parameters: vec![("p1".to_owned(), "a&b\0".to_owned())],
            lane: Lane::Read,
            seconds: 7,
        };
        assert_eq!(asked, wanted);
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        for query in [
            "query=%zz",
            "query=%ff",
            "allow_ddl=1",
            "max_execution_time=soon",
        ] {
            assert!(Asked::read(query).is_err(), "{query}");
        }
    }

    #[test]
    fn codes_are_found() {
        assert_eq!(error_code("Code: 159. DB::Exception: Timeout"), 159);
        assert_eq!(error_code("something else"), 1002);
    }
}
