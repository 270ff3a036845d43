use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an indicator's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Kind {
    Ip = 0,
    Cidr = 1,
    /// Itself and everything below it.
    Domain = 2,
    Url = 3,
    Md5 = 4,
    Sha1 = 5,
    Sha256 = 6,
    Email = 7,
}

/// The word names no kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no kind of indicator: want {list}", list = Kind::ALL.map(Kind::word).join(", "))]
pub struct UnknownKind(pub String);

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Ip,
        Self::Cidr,
        Self::Domain,
        Self::Url,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Email,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Cidr => "cidr",
            Self::Domain => "domain",
            Self::Url => "url",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Email => "email",
        }
    }

    /// The number that it has in files.
    pub(crate) const fn id(self) -> u8 {
        self as u8
    }

    pub(crate) fn of_id(id: u8) -> Option<Self> {
        Self::ALL.get(usize::from(id)).copied()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    /// Takes the words that feeds use: `ipv4`, `ip-dst`, `fqdn`, `sha-256`, `email-addr`.
    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let plain: String = word
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Ok(match plain.as_str() {
            "ip" | "ipv4" | "ipv6" | "ipaddress" | "ipv4addr" | "ipv6addr" | "address"
            | "ipsrc" | "ipdst" => Self::Ip,
            "cidr" | "net" | "network" | "subnet" | "netblock" | "range" => Self::Cidr,
            "domain" | "domainname" | "hostname" | "host" | "fqdn" => Self::Domain,
            "url" | "uri" | "link" => Self::Url,
            "md5" | "hashmd5" | "filehashmd5" => Self::Md5,
            "sha1" | "hashsha1" | "filehashsha1" => Self::Sha1,
            "sha256" | "hashsha256" | "filehashsha256" => Self::Sha256,
            "email" | "emailaddr" | "emailaddress" | "emailsrc" | "emaildst" | "mail" => {
                Self::Email
            }
            _ => return Err(UnknownKind(word.to_owned())),
        })
    }
}

/// A number for each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; 8]);

impl Counts {
    pub fn add(&mut self, kind: Kind, by: u64) {
        self.0[usize::from(kind.id())] += by;
    }

    pub const fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Kinds that there are, in the order of [`Kind::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Kind, u64)> {
        let all = Kind::ALL.into_iter().zip(self.0);
        all.filter(|(_, count)| *count > 0)
    }

    pub(crate) const fn numbers(&self) -> &[u64; 8] {
        &self.0
    }

    pub(crate) const fn from_numbers(numbers: [u64; 8]) -> Self {
        Self(numbers)
    }
}
