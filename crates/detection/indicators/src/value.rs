use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::Kind;
use crate::normal::{self, Hash};

/// An indicator's value in the one form in which it is kept and compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    Ip(IpAddr),
    /// Not a single address; host bits are zero.
    Cidr(IpNet),
    Domain(String),
    /// `host[:port]/path[?query]` for http and https alike, with the scheme in front for others.
    Url(String),
    Hash(Hash),
    Email(String),
}

/// Why a text is not the value that it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAValue {
    #[error("it is empty")]
    Empty,
    #[error("it is too long")]
    TooLong,
    #[error("it is no address")]
    Address,
    #[error("it is no network such as 192.0.2.0/24")]
    Network,
    #[error("it would match every address")]
    Everything,
    #[error("it is no domain name")]
    Domain,
    #[error("a single label would match everything below it")]
    SingleLabel,
    #[error("it is no URL with a host")]
    Url,
    #[error("its scheme is none of http, https, ws, wss, ftp")]
    Scheme,
    #[error("it has not the digits of that hash")]
    Hash,
    #[error("it is no e-mail address")]
    Email,
    #[error("its kind cannot be told")]
    Unclear,
}

impl Value {
    /// Reads `text`, defanged or not, as a value of this kind. An address given as a network, a
    /// network of one address and a domain that is an address become what they are.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, NotAValue> {
        let text = normal::refang(text.trim());
        if text.is_empty() {
            return Err(NotAValue::Empty);
        }
        match kind {
            Kind::Ip | Kind::Cidr => address(&text),
            Kind::Domain => match normal::address(&text) {
                Some(address) => Ok(Self::Ip(address)),
                None => normal::domain(&text).map(|name| Self::Domain(name.into_owned())),
            },
            Kind::Url => {
                let key = normal::url(&text)?.key.ok_or(NotAValue::TooLong)?;
                // Folding `[:/a/../]` may make what looks defanged of what did not: then it is no one's URL.
                let again = normal::url(&normal::refang(&key))?.key;
                match again.is_some_and(|again| again == key) {
                    true => Ok(Self::Url(key)),
                    false => Err(NotAValue::Url),
                }
            }
            Kind::Md5 | Kind::Sha1 | Kind::Sha256 => normal::hash(&text)
                .filter(|hash| hash.kind() == kind)
                .map(Self::Hash)
                .ok_or(NotAValue::Hash),
            Kind::Email => normal::email(&text).map(Self::Email),
        }
    }

    /// Reads a text whose kind is not named.
    ///
    /// # Errors
    /// [`NotAValue::Unclear`], or what is wrong with the kind that it looks like.
    pub fn guess(text: &str) -> Result<Self, NotAValue> {
        let text = normal::refang(text.trim());
        if text.is_empty() {
            return Err(NotAValue::Empty);
        }
        if let Some(hash) = normal::hash(&text) {
            return Ok(Self::Hash(hash));
        }
        match address(&text) {
            Ok(found) => return Ok(found),
            Err(NotAValue::Everything) => return Err(NotAValue::Everything),
            Err(_) => {}
        }
        if text.contains("://") {
            return Self::parse(Kind::Url, &text);
        }
        if text.contains('@') {
            return Self::parse(Kind::Email, &text);
        }
        if text.contains('/') {
            return Self::parse(Kind::Url, &text);
        }
        if text.contains('.') {
            return Self::parse(Kind::Domain, &text);
        }
        Err(NotAValue::Unclear)
    }

    pub const fn kind(&self) -> Kind {
        match self {
            Self::Ip(_) => Kind::Ip,
            Self::Cidr(_) => Kind::Cidr,
            Self::Domain(_) => Kind::Domain,
            Self::Url(_) => Kind::Url,
            Self::Hash(hash) => hash.kind(),
            Self::Email(_) => Kind::Email,
        }
    }
}

fn address(text: &str) -> Result<Value, NotAValue> {
    if let Some(address) = normal::address(text) {
        return Ok(Value::Ip(address));
    }
    if !text.contains('/') {
        return Err(NotAValue::Address);
    }
    let net: IpNet = text.parse().map_err(|_| NotAValue::Network)?;
    let net = net.trunc();
    if net.prefix_len() == 0 {
        return Err(NotAValue::Everything);
    }
    if net.prefix_len() == net.max_prefix_len() {
        return Ok(Value::Ip(net.addr().to_canonical()));
    }
    Ok(Value::Cidr(net))
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(f),
            Self::Cidr(net) => net.fmt(f),
            Self::Domain(text) | Self::Url(text) | Self::Email(text) => f.write_str(text),
            Self::Hash(hash) => hash.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        for text in [
            "hxxp://evil[.]com/a",
            "evil[{(\\\\\\\\\\.)}]com/a/../b?c=[",
            "evil.com/a[b]c",
            "eve[at]evil[dot]com",
        ] {
            let value = Value::guess(text).unwrap();
            assert_eq!(Value::parse(value.kind(), &value.to_string()), Ok(value));
        }
        // Its path becomes `/[/]b`, which reads as `//b`.
        let odd = Value::parse(Kind::Url, "evil.com/[/a/../]b");
        assert_eq!(odd, Err(NotAValue::Url));
    }
}
