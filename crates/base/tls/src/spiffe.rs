//! Names of our own parts, in SPIFFE's form.

use std::fmt;
use std::str::FromStr;

const SCHEME: &str = "spiffe://";
/// Characters of a part of an id. SPIFFE allows more, and 255 for the trust domain.
const LONGEST: usize = 64;

/// Whom a certificate is of: `spiffe://<site>/role/<name>` or `spiffe://<site>/edge/<id>`.
///
/// The site is its immutable identity, which is the trust domain. Every part is 1 to 64 of `a-z`, `0-9`
/// and `-`, so an id has one spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpiffeId {
    site: String,
    who: Who,
}

/// What an id names within its site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A part of the site itself.
    Role(String),
    /// Something on a customer's host.
    Edge(String),
}

/// The text names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id: want spiffe://SITE/role/NAME or spiffe://SITE/edge/ID")]
pub struct BadId(pub String);

impl SpiffeId {
    /// # Errors
    /// [`BadId`] when a part is not as it should be.
    pub fn new(site: &str, who: Who) -> Result<Self, BadId> {
        let id = Self {
            site: site.to_owned(),
            who,
        };
        let (Who::Role(name) | Who::Edge(name)) = &id.who;
        if is_part(site) && is_part(name) {
            return Ok(id);
        }
        Err(BadId(id.to_string()))
    }

    /// # Errors
    /// As [`SpiffeId::new`].
    pub fn role(site: &str, name: &str) -> Result<Self, BadId> {
        Self::new(site, Who::Role(name.to_owned()))
    }

    /// # Errors
    /// As [`SpiffeId::new`].
    pub fn edge(site: &str, id: &str) -> Result<Self, BadId> {
        Self::new(site, Who::Edge(id.to_owned()))
    }

    pub fn site(&self) -> &str {
        &self.site
    }

    pub const fn who(&self) -> &Who {
        &self.who
    }
}

impl Who {
    /// The id of what is at the edge.
    pub fn as_edge(&self) -> Option<&str> {
        match self {
            Self::Edge(id) => Some(id),
            Self::Role(_) => None,
        }
    }
}

fn is_part(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(fits)
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match &self.who {
            Who::Role(name) => ("role", name),
            Who::Edge(id) => ("edge", id),
        };
        write!(f, "{SCHEME}{}/{kind}/{name}", self.site)
    }
}

impl FromStr for SpiffeId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = || BadId(text.chars().take(200).collect());
        let rest = text.strip_prefix(SCHEME).ok_or_else(bad)?;
        let mut parts = rest.split('/');
        let (Some(site), Some(kind), Some(name), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        let who = match kind {
            "role" => Who::Role(name.to_owned()),
            "edge" => Who::Edge(name.to_owned()),
            _ => return Err(bad()),
        };
        Self::new(site, who).map_err(|_| bad())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_one_spelling_is_read() {
        assert!("spiffe://a1/role/api".parse::<SpiffeId>().is_ok());
        for text in [
            "",
            "spiffe://",
            "spiffe://a1",
            "spiffe://a1/role",
            "spiffe://a1/role/",
            "spiffe:///role/api",
            "spiffe://a1/role/api/",
            "spiffe://a1/role/api/x",
            "spiffe://a1/person/api",
            "spiffe://a1/role/../edge",
            "spiffe://a1/role/Api",
            "spiffe://a1/role/a%70i",
            "SPIFFE://a1/role/api",
            "spiffe://a1:443/role/api",
            "spiffe://u@a1/role/api",
            "spiffe://a1/role/api?x",
            "spiffe://a1/role/api#x",
            "https://a1/role/api",
            " spiffe://a1/role/api",
        ] {
            assert!(text.parse::<SpiffeId>().is_err(), "{text}");
        }
        assert!(SpiffeId::role("a/b", "api").is_err());
        assert!(SpiffeId::edge("a", &"x".repeat(65)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(site in "[a-z0-9-]{1,64}", name in "[a-z0-9-]{1,64}", edge: bool) {
            let who = if edge { Who::Edge(name) } else { Who::Role(name) };
            let id = SpiffeId::new(&site, who).unwrap();
            prop_assert_eq!(id.to_string().parse::<SpiffeId>().unwrap(), id);
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "spiffe://[a-z/.:%A-Z-]{0,20}/?(role|edge|x)?/?[a-z/]{0,6}") {
            if let Ok(id) = text.parse::<SpiffeId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
