use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::NotAValue;

/// RFC 1035, in the form with dots and without the last one.
const NAME: usize = 253;
const LABEL: usize = 63;

/// An address, also with a port, in brackets or with a zone. IPv4 mapped into IPv6 is IPv4.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    let bytes = text.as_bytes();
    // Everything else has a letter beyond F or begins with one that no address begins with.
    if !bytes
        .first()
        .is_some_and(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'['))
    {
        return None;
    }
    if !text.contains(':') {
        return text.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    }
    let plain = text.split_once('%').map_or(text, |(address, _)| address);
    if let Ok(address) = plain.parse::<Ipv6Addr>() {
        return Some(IpAddr::V6(address).to_canonical());
    }
    if let Some(inside) = plain.strip_prefix('[').map(|t| t.trim_end_matches(']'))
        && let Ok(address) = inside.parse::<Ipv6Addr>()
    {
        return Some(IpAddr::V6(address).to_canonical());
    }
    let address = text.parse::<SocketAddr>().ok()?.ip();
    Some(address.to_canonical())
}

/// A domain name: lower case, punycode, without a port, a last dot or a leading `*.`.
pub(crate) fn domain(text: &str) -> Result<Cow<'_, str>, NotAValue> {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let text = without_port(text);
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > NAME * 4 {
        return Err(NotAValue::TooLong);
    }
    let name = if text.is_ascii() {
        lower(text)
    } else {
        let name = idna::domain_to_ascii(text).map_err(|_| NotAValue::Domain)?;
        Cow::Owned(name.trim_end_matches('.').to_owned())
    };
    check(&name)?;
    Ok(name)
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

fn without_port(text: &str) -> &str {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => text,
    }
}

fn check(name: &str) -> Result<(), NotAValue> {
    if name.is_empty() {
        return Err(NotAValue::Domain);
    }
    if name.len() > NAME {
        return Err(NotAValue::TooLong);
    }
    let (mut dots, mut length, mut digits) = (0, 0, true);
    for byte in name.bytes() {
        match byte {
            b'.' if length == 0 => return Err(NotAValue::Domain),
            b'.' => {
                dots += 1;
                (length, digits) = (0, true);
            }
            b'a'..=b'z' | b'-' | b'_' => {
                length += 1;
                digits = false;
            }
            b'0'..=b'9' => length += 1,
            _ => return Err(NotAValue::Domain),
        }
        if length > LABEL {
            return Err(NotAValue::Domain);
        }
    }
    // No top-level domain is a number; a broken address or a version number ends with one.
    if length == 0 || digits {
        return Err(NotAValue::Domain);
    }
    if dots == 0 {
        return Err(NotAValue::SingleLabel);
    }
    Ok(())
}

/// The name itself and every name above it that has two labels or more, the longest first.
pub(crate) fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let this = rest?;
        let (_, above) = this.split_once('.')?;
        rest = Some(above);
        Some(this)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        for (given, wanted) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:8080", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("2001:DB8::0:1", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("fe80::1%eth0", Some("fe80::1")),
            ("192.0.2", None),
            ("192.0.2.01", None),
            ("evil.com:80", None),
            ("dead.beef", None),
            ("", None),
        ] {
            let found = address(given).map(|address| address.to_string());
            assert_eq!(found.as_deref(), wanted, "{given}");
        }
    }

    #[test]
    fn names_have_one_form() {
        for (given, wanted) in [
            ("Evil.COM.", Ok("evil.com")),
            ("*.evil.com", Ok("evil.com")),
            ("evil.com:8443", Ok("evil.com")),
            ("bücher.example", Ok("xn--bcher-kva.example")),
            ("XN--BCHER-KVA.example", Ok("xn--bcher-kva.example")),
            ("_dmarc.evil.com", Ok("_dmarc.evil.com")),
            ("com", Err(NotAValue::SingleLabel)),
            ("1.2.3.4.5", Err(NotAValue::Domain)),
            ("a b.com", Err(NotAValue::Domain)),
            ("a..com", Err(NotAValue::Domain)),
        ] {
            assert_eq!(domain(given).as_deref(), wanted.as_deref(), "{given}");
        }
    }

    #[test]
    fn a_name_has_the_names_above_it() {
        let above: Vec<&str> = suffixes("a.b.evil.com").collect();
        assert_eq!(above, ["a.b.evil.com", "b.evil.com", "evil.com"]);
    }
}
