//! Where a store is: a word such as `embedded`, or an address that may hold a password.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// An address as an operator wrote it. Whatever shows it leaves the password out.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// All of it, for whoever connects.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The address without what stands before the last `@` and behind the first `?`: both may hold
    /// secrets.
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return self.0.clone();
        };
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        let plain = host.split('?').next().unwrap_or_default();
        format!("{scheme}://{plain}")
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl PartialEq<&str> for Address {
    fn eq(&self, other: &&str) -> bool {
        self.0 == **other
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown(), f)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_left_out() {
        for (address, shown) in [
            ("embedded", "embedded"),
            ("http://ada:canary@h:8123", "http://h:8123"),
            ("http://ada:can@ry@h:8123/", "http://h:8123/"),
            ("postgres://h/db?password=canary", "postgres://h/db"),
            ("postgres://a:c?n@ry@h/db", "postgres://h/db"),
        ] {
            let address = Address::from(address);
            assert_eq!(address.to_string(), shown);
            assert_eq!(format!("{address:?}"), format!("{shown:?}"));
        }
    }
}
