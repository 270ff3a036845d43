//! Names of hosts, and patterns of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// RFC 1035, section 2.3.4.
const LONGEST: usize = 253;

/// Names that a token is good for: `*` stands for any text, nothing else is special, and case is of no
/// interest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern(String);

impl HostPattern {
    /// Whether a host with this name may use the token.
    pub fn fits(&self, host: &HostName) -> bool {
        let (pattern, name) = (self.0.as_bytes(), host.0.as_bytes());
        let (mut at, mut in_name) = (0, 0);
        // Where to go on when the text that the last star stands for has to be longer.
        let mut again: Option<(usize, usize)> = None;
        while in_name < name.len() {
            match pattern.get(at) {
                Some(b'*') => {
                    again = Some((at, in_name));
                    at += 1;
                }
                Some(byte) if *byte == name[in_name] => {
                    at += 1;
                    in_name += 1;
                }
                _ => {
                    let Some((star, covered)) = again else {
                        return false;
                    };
                    again = Some((star, covered + 1));
                    at = star + 1;
                    in_name = covered + 1;
                }
            }
        }
        pattern[at..].iter().all(|byte| *byte == b'*')
    }
}

impl FromStr for HostPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let pattern = text.trim().to_ascii_lowercase();
        let plain = pattern.replace('*', "x");
        match is_name(&plain) {
            true => Ok(Self(pattern)),
            false => Err(Error::Pattern(shown(text))),
        }
    }
}

impl TryFrom<String> for HostPattern {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.0
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A host's own name, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(String);

impl HostName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let name = text.trim().to_ascii_lowercase();
        match is_name(&name) {
            true => Ok(Self(name)),
            false => Err(Error::HostName(shown(text))),
        }
    }
}

fn is_name(text: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits)
}

/// What a stranger sent, fit to be shown.
fn shown(text: &str) -> String {
    let plain = text
        .chars()
        .take(80)
        .map(|c| if c.is_control() { '?' } else { c });
    plain.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, host, fits) in [
            ("web-1", "web-1", true),
            ("web-1", "web-12", false),
            ("web-*", "web-", true),
            ("WEB-*", "web-12.example.org", true),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("*", "anything", true),
            ("**a", "ba", true),
        ] {
            let pattern: HostPattern = pattern.parse().unwrap();
            assert_eq!(
                pattern.fits(&host.parse().unwrap()),
                fits,
                "{pattern} {host}"
            );
        }
        for text in ["", " ", "a b", "a/b", "a?", "é", &"a".repeat(254)] {
            assert!(text.parse::<HostPattern>().is_err(), "{text}");
            assert!(text.parse::<HostName>().is_err(), "{text}");
        }
        assert!("*".parse::<HostName>().is_err());
    }

    proptest! {
        /// The same as one character after another, tried in every way.
        #[test]
        fn fitting_is_what_it_says(pattern in "[ab*]{1,8}", host in "[ab]{1,10}") {
            fn plain(pattern: &[u8], host: &[u8]) -> bool {
                match pattern.split_first() {
                    None => host.is_empty(),
                    Some((b'*', rest)) => (0..=host.len()).any(|at| plain(rest, &host[at..])),
                    Some((byte, rest)) => host.first() == Some(byte) && plain(rest, &host[1..]),
                }
            }
            let want = plain(pattern.as_bytes(), host.as_bytes());
            let pattern: HostPattern = pattern.parse().unwrap();
            prop_assert_eq!(pattern.fits(&host.parse().unwrap()), want);
        }
    }
}
