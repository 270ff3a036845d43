//! The textual forms of string types, by hand instead of by the schema's patterns: no compiled patterns to keep, and
//! an address is an address. (The schema's pattern for `ip_t` takes any character for the dot.)

use std::net::IpAddr;

use crate::schema::DataType;

/// Whether `text` has the form of its type. Types without a form take any text.
pub(super) fn fits(data_type: &DataType, text: &str) -> bool {
    if data_type.regex.is_none() {
        return true;
    }
    match data_type.name {
        "datetime_t" => is_datetime(text),
        "email_t" => is_email(text),
        "hostname_t" => is_hostname(text),
        "ip_t" => is_ip(text),
        "mac_t" => is_mac(text),
        "uuid_t" => has_uuid(text),
        _ => true,
    }
}

/// RFC 3339; the zone may be missing.
fn is_datetime(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let fixed = bytes.len() >= FORM.len()
        && FORM
            .iter()
            .zip(bytes)
            .all(|(form, byte)| like(*form, *byte));
    if !fixed {
        return false;
    }
    let mut rest = &bytes[FORM.len()..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if digits == 0 {
            return false;
        }
        rest = &fraction[digits..];
    }
    match rest {
        b"" | b"Z" => true,
        [b'+' | b'-', zone @ ..] => {
            zone.len() == 5
                && b"00:00"
                    .iter()
                    .zip(zone)
                    .all(|(form, byte)| like(*form, *byte))
        }
        _ => false,
    }
}

/// A zero in the form stands for a digit, anything else for itself.
fn like(form: u8, byte: u8) -> bool {
    if form == b'0' {
        byte.is_ascii_digit()
    } else {
        form == byte
    }
}

fn is_email(text: &str) -> bool {
    const LOCAL: &str = "!#$%&'*+,-./=?^_`{|}~";
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let Some((first, rest)) = domain.split_once('.') else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !local.is_empty()
        && !first.is_empty()
        && !rest.is_empty()
        && local
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || LOCAL.contains(c))
        && first.chars().all(plain)
        && rest.chars().all(|c| plain(c) || c == '.')
}

fn is_hostname(text: &str) -> bool {
    text.split('.').all(|label| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(inner)
    })
}

/// IPv4 or IPv6, the latter with an optional zone.
fn is_ip(text: &str) -> bool {
    let text = text.trim();
    let address = text.split_once('%').filter(|(_, zone)| !zone.is_empty());
    match address {
        Some((address, _)) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

fn is_mac(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 17
        && bytes.iter().enumerate().all(|(at, byte)| match at % 3 {
            2 => matches!(byte, b':' | b'-'),
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The schema's pattern is not anchored: a UUID anywhere will do.
fn has_uuid(text: &str) -> bool {
    const LENGTH: usize = 36;
    text.as_bytes().windows(LENGTH).any(|window| {
        window.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::generated::types::{DATETIME_T, EMAIL_T, HOSTNAME_T, IP_T, MAC_T, UUID_T};

    /// Both readings agree on these; the schema's pattern is the oracle.
    const TEXTS: &[&str] = &[
        "",
        " ",
        "a",
        "-",
        ".",
        "a.b",
        "a..b",
        "-a",
        "a-",
        "a-b.c",
        "ä.de",
        "10.0.0.1",
        " 10.0.0.1 ",
        "10.0.0.256",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "::",
        "::1",
        "fe80::1%eth0",
        "fe80::1%",
        "2001:db8::ffff:1",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7",
        "1::2::3",
        "g::1",
        "12345::",
        "00:11:22:33:44:55",
        "00-11-22-33-44-55",
        "00:11:22:33:44",
        "00:11:22:33:44:5g",
        "0011.2233.4455",
        "a@b",
        "a@b.c",
        "a@@b.c",
        "@b.c",
        "a@b.",
        "a@.c",
        "first.last+tag@mail.example.org",
        "a b@c.d",
        "2024-05-01T10:11:12",
        "2024-05-01T10:11:12Z",
        "2024-05-01T10:11:12.5Z",
        "2024-05-01T10:11:12.Z",
        "2024-05-01T10:11:12+02:00",
        "2024-05-01T10:11:12+0200",
        "2024-05-01 10:11:12Z",
        "2024-05-01T10:11:12Zx",
        "123e4567-e89b-12d3-a456-426614174000",
        "{123e4567-e89b-12d3-a456-426614174000}",
        "123e4567-e89b-12d3-a456-42661417400",
        "123E4567-E89B-12D3-A456-426614174000",
    ];

    #[test]
    fn the_schema_patterns_agree() {
        for data_type in [DATETIME_T, EMAIL_T, HOSTNAME_T, IP_T, MAC_T, UUID_T] {
            let pattern = regex::Regex::new(data_type.regex.unwrap()).unwrap();
            for text in TEXTS {
                assert_eq!(
                    fits(data_type, text),
                    pattern.is_match(text),
                    "{} of {text:?}",
                    data_type.name
                );
            }
        }
    }

    #[test]
    fn an_address_needs_dots() {
        assert!(!fits(IP_T, "10a0b0c1"));
    }
}
