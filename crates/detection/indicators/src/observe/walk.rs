use std::net::IpAddr;

use serde_json::{Map, Value};

use super::paths::{Case, Node, Paths};
use super::table::Reading;
use super::wanted::{Readings, Wanted};
use crate::Kind;
use crate::normal::{self, Host};
use crate::set::Key;

/// Longer texts hold no value that an indicator can have.
const LONGEST: usize = 64 * 1024;

/// Who is shown every key of an event.
pub(crate) trait Look {
    /// An address itself, and the networks that may hold it. `seen` is the event's own text.
    fn address(&mut self, address: IpAddr, at: &At<'_>, seen: &str);
    fn key(&mut self, key: Key<'_>, at: &At<'_>, seen: &str);
    /// Whether the text needs no reading: it was read before and held nothing.
    fn is_known(&mut self, _reading: Reading, _text: &str) -> bool {
        false
    }
}

/// A look at an event.
struct Walk<'l> {
    wanted: Wanted,
    readings: Readings,
    look: &'l mut dyn Look,
}

/// The names on the way to a value, innermost first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'w> {
    name: &'w str,
    up: Option<&'w At<'w>>,
}

impl At<'_> {
    /// The whole path, as a hunt would write it.
    pub fn path(&self) -> String {
        match self.up {
            Some(up) => format!("{}.{}", up.path(), self.name),
            None => self.name.to_owned(),
        }
    }
}

/// Shows `look` everything that the table names and that is wanted.
pub(crate) fn look(paths: &Paths, event: &Map<String, Value>, wanted: Wanted, look: &mut dyn Look) {
    let readings = wanted.readings();
    let mut walk = Walk {
        wanted,
        readings,
        look,
    };
    object(&paths.root, event, None, &mut walk);
}

fn object(node: &Node, map: &Map<String, Value>, up: Option<&At<'_>>, walk: &mut Walk<'_>) {
    // The shorter of both lists is walked, the longer one is asked.
    if map.len() > 4 * node.names().len() {
        for (name, child) in node.names() {
            if !child.below.meets(walk.readings) {
                continue;
            }
            if let Some(found) = map.get(name) {
                value(child, found, &At { name, up }, walk);
            }
        }
    } else {
        for (name, found) in map {
            let child = node.child(name);
            if let Some(child) = child.filter(|child| child.below.meets(walk.readings)) {
                value(child, found, &At { name, up }, walk);
            }
        }
    }
    for case in &node.cases {
        if walk.readings.has(case.reading) {
            examine(case, map, up, walk);
        }
    }
}

fn examine(case: &Case, map: &Map<String, Value>, up: Option<&At<'_>>, walk: &mut Walk<'_>) {
    let name = &*case.member;
    let holds = map.get(&*case.neighbour).and_then(Value::as_i64) == Some(case.number);
    if let Some(Value::String(text)) = map.get(name).filter(|_| holds) {
        read(case.reading, text, &At { name, up }, walk);
    }
}

fn value(node: &Node, found: &Value, at: &At<'_>, walk: &mut Walk<'_>) {
    match found {
        Value::Object(map) => object(node, map, Some(at), walk),
        // An array in an array is no list of OCSF.
        Value::Array(list) => list
            .iter()
            .filter(|item| !item.is_array())
            .for_each(|item| value(node, item, at, walk)),
        Value::String(text) => {
            if let Some(reading) = node.reading.filter(|it| walk.readings.has(*it)) {
                read(reading, text, at, walk);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn read(reading: Reading, text: &str, at: &At<'_>, walk: &mut Walk<'_>) {
    if text.is_empty() || text.len() > LONGEST {
        return;
    }
    if walk.look.is_known(reading, text) {
        return;
    }
    let text = text.trim();
    let plain = normal::refang(text);
    match reading {
        Reading::Ip => ip(&plain, at, text, walk),
        Reading::Host => host(&plain, at, text, walk),
        Reading::Url => url(&plain, at, text, walk),
        Reading::Email => email(&plain, at, text, walk),
        Reading::Hash => hashes(&plain, at, walk),
    }
}

impl Walk<'_> {
    fn address(&mut self, address: IpAddr, at: &At<'_>, seen: &str) {
        if self.wanted.any(Wanted::ADDRESSES) {
            self.look.address(address, at, seen);
        }
    }

    fn key(&mut self, key: Key<'_>, at: &At<'_>, seen: &str) {
        if self.wanted.has(key.kind) {
            self.look.key(key, at, seen);
        }
    }
}

fn ip(plain: &str, at: &At<'_>, seen: &str, walk: &mut Walk<'_>) {
    if let Some(address) = normal::address(plain) {
        walk.address(address, at, seen);
    }
}

fn host(plain: &str, at: &At<'_>, seen: &str, walk: &mut Walk<'_>) {
    if let Some(address) = normal::address(plain) {
        walk.address(address, at, seen);
    } else if let Ok(name) = normal::domain(plain) {
        domain(&name, at, seen, walk);
    }
}

/// The name and every name above it.
fn domain(name: &str, at: &At<'_>, seen: &str, walk: &mut Walk<'_>) {
    if !walk.wanted.has(Kind::Domain) {
        return;
    }
    for name in normal::suffixes(name) {
        walk.key(text(Kind::Domain, name), at, seen);
    }
}

fn url(plain: &str, at: &At<'_>, seen: &str, walk: &mut Walk<'_>) {
    let Ok(url) = normal::url(plain) else { return };
    if let Some(key) = &url.key {
        walk.key(text(Kind::Url, key), at, seen);
    }
    match url.host {
        Host::Address(address) => walk.address(address, at, seen),
        Host::Name(name) => domain(&name, at, seen, walk),
        Host::Other => {}
    }
}

fn email(plain: &str, at: &At<'_>, seen: &str, walk: &mut Walk<'_>) {
    let Ok(whole) = normal::email(plain) else {
        return;
    };
    walk.key(text(Kind::Email, &whole), at, seen);
    if let Some((_, name)) = whole.rsplit_once('@') {
        domain(name, at, seen, walk);
    }
}

fn hashes(plain: &str, at: &At<'_>, walk: &mut Walk<'_>) {
    for part in plain.split(',').map(str::trim) {
        if let Some(hash) = normal::hash(part) {
            let key = Key {
                kind: hash.kind(),
                prefix: 0,
                bytes: hash.as_bytes(),
            };
            walk.key(key, at, part);
        }
    }
}

const fn text(kind: Kind, value: &str) -> Key<'_> {
    Key {
        kind,
        prefix: 0,
        bytes: value.as_bytes(),
    }
}

/// Shows `look` a single text as whatever it may be.
pub(crate) fn read_as(value: &str, look: &mut dyn Look) {
    let at = At {
        name: "value",
        up: None,
    };
    let look = &mut Walk {
        wanted: Wanted::ALL,
        readings: Wanted::ALL.readings(),
        look,
    };
    let seen = value.trim();
    let plain = normal::refang(seen);
    if normal::hash(&plain).is_some() {
        hashes(&plain, &at, look);
    } else if normal::address(&plain).is_some() {
        ip(&plain, &at, seen, look);
    } else if plain.contains('@') && !plain.contains("://") {
        email(&plain, &at, seen, look);
    } else if plain.contains('/') {
        url(&plain, &at, seen, look);
    } else {
        host(&plain, &at, seen, look);
    }
}
