//! Who an event speaks of, read from its JSON without parsing it.

use std::borrow::Cow;

use aurora_model::{EntityKind, EventItem};

/// Somebody in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting<'e> {
    Of(EntityKind, Cow<'e, str>),
    /// A host says that this address is its own.
    Bound {
        address: Cow<'e, str>,
        host: Cow<'e, str>,
    },
}

/// Texts longer than this name nobody.
const LONGEST: usize = 512;

/// Tells `seen` of everybody whom `item` names, some of them perhaps twice.
pub fn sightings<'e>(item: &'e EventItem, mut seen: impl FnMut(Sighting<'e>)) {
    let device = item.attribute("device");
    let mut host = None;
    let mut own = None;
    if let Some(device) = device {
        host = text(device, "hostname").or_else(|| text(device, "name"));
        own = text(device, "ip");
        if let Some(host) = &host {
            seen(Sighting::Of(EntityKind::Host, host.clone()));
        }
        if let Some(uid) = text(device, "uid") {
            seen(Sighting::Of(EntityKind::Device, uid));
        }
        if let Some(address) = &own {
            seen(Sighting::Of(EntityKind::Address, address.clone()));
        }
    }
    let actor = item
        .attribute("actor")
        .and_then(|actor| member(actor, "user"));
    for user in [actor, item.attribute("user")].into_iter().flatten() {
        if let Some(name) = text(user, "name") {
            seen(Sighting::Of(EntityKind::User, name));
        }
    }
    if let Some(source) = item.attribute("src_endpoint") {
        let (address, name) = (text(source, "ip"), text(source, "hostname"));
        if let (Some(host), Some(name), None) = (&host, &name, &own)
            && same_host(host, name)
        {
            own.clone_from(&address);
        }
        if let Some(address) = address {
            seen(Sighting::Of(EntityKind::Address, address));
        }
        if let Some(name) = name {
            seen(Sighting::Of(EntityKind::Host, name));
        }
    }
    if let Some(address) = item.attribute("dst_endpoint").and_then(|to| text(to, "ip")) {
        seen(Sighting::Of(EntityKind::Address, address));
    }
    let account = item
        .attribute("cloud")
        .and_then(|cloud| member(cloud, "account"));
    if let Some(account) = account.and_then(|account| text(account, "uid")) {
        seen(Sighting::Of(EntityKind::Account, account));
    }
    if let (Some(host), Some(address)) = (host, own) {
        seen(Sighting::Bound { address, host });
    }
}

fn same_host(one: &str, other: &str) -> bool {
    let label = |name: &str| {
        name.split_once('.')
            .map_or(name.len(), |(label, _)| label.len())
    };
    one[..label(one)].eq_ignore_ascii_case(&other[..label(other)])
}

/// A text member of an object, unless it is empty or too long to be a name.
fn text<'j>(object: &'j [u8], name: &str) -> Option<Cow<'j, str>> {
    let value = member(object, name)?;
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inner.is_empty() || inner.len() > LONGEST {
        return None;
    }
    if memchr::memchr(b'\\', inner).is_some() {
        return serde_json::from_slice::<String>(value).ok().map(Cow::Owned);
    }
    std::str::from_utf8(inner).ok().map(Cow::Borrowed)
}

/// The JSON text of a member of an object that was written without blanks, as batches are.
fn member<'j>(object: &'j [u8], name: &str) -> Option<&'j [u8]> {
    let mut at = 1;
    if object.first() != Some(&b'{') {
        return None;
    }
    loop {
        if object.get(at) != Some(&b'"') {
            return None;
        }
        let after = end_of_text(object, at)?;
        let key = object.get(at + 1..after - 1)?;
        if object.get(after) != Some(&b':') {
            return None;
        }
        let end = end_of_value(object, after + 1)?;
        if key == name.as_bytes() {
            return object.get(after + 1..end);
        }
        if object.get(end) != Some(&b',') {
            return None;
        }
        at = end + 1;
    }
}

/// Behind the text that begins at `at` with its quote.
fn end_of_text(json: &[u8], at: usize) -> Option<usize> {
    let mut from = at + 1;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', json.get(from..)?)?;
        if json[found] == b'"' {
            return Some(found + 1);
        }
        from = found + 2;
    }
}

/// Behind the value that begins at `at`.
fn end_of_value(json: &[u8], at: usize) -> Option<usize> {
    match json.get(at)? {
        b'"' => end_of_text(json, at),
        b'{' | b'[' => {
            let (mut depth, mut at) = (0_usize, at);
            loop {
                match json.get(at)? {
                    b'"' => {
                        at = end_of_text(json, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => {
            let rest = json.get(at..)?;
            let length = rest
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b']'))?;
            Some(at + length)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_ids::Id128;
    use aurora_model::EventUid;
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;

    fn check(event: Value, expected: Expect) {
        let uid = EventUid(Id128::from_bytes([1; 16]));
        let item = EventItem::new(uid, 1, event.as_object().unwrap());
        let mut found = String::new();
        sightings(&item, |sighting| match sighting {
            Sighting::Of(kind, value) => found += &format!("{} {value}\n", kind.word()),
            Sighting::Bound { address, host } => found += &format!("{address} is {host}\n"),
        });
        expected.assert_eq(&found);
    }

    #[test]
    fn everybody_in_an_event_is_seen() {
        check(
            json!({
                "class_uid": 4001, "device": {"os": {"name": "W", "x": ["}", {"a": "\\\"{"}]},
                "hostname": "WS-014.corp.example", "type_id": 0},
                "actor": {"process": {"file": {"path": "C:\\a\"b"}}, "user": {"name": "m.keller"}},
                "src_endpoint": {"port": 5, "hostname": "ws-014", "ip": "10.20.1.14"},
                "dst_endpoint": {"ip": "203.0.113.77"}, "cloud": {"account": {"uid": "1111"}}
            }),
            expect![[r#"
                host WS-014.corp.example
                user m.keller
                address 10.20.1.14
                host ws-014
                address 203.0.113.77
                account 1111
                10.20.1.14 is WS-014.corp.example
            "#]],
        );
    }

    #[test]
    fn an_endpoint_that_is_somebody_else_binds_nothing() {
        check(
            json!({"device": {"hostname": "dc-01"}, "user": {"name": "a\\u00e9\n"},
                "src_endpoint": {"hostname": "ws-1", "ip": "10.0.0.1"}, "dst_endpoint": {"ip": 7}}),
            expect![[r#"
                host dc-01
                user a\u00e9

                address 10.0.0.1
                host ws-1
            "#]],
        );
        check(
            json!({"device": "x", "actor": {}, "user": {"name": ""}}),
            expect![""],
        );
    }
}
