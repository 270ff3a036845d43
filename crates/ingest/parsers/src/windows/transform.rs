//! The transforms that `fields.tsv` names. `README.md` beside the tables says what each does and how it is inverted.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::{Value, json};

use super::node::Node;
use super::table::{Enumerations, Rule};

/// How a value came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// The source's text can be rebuilt.
    Exact,
    /// It is in its place, but the source's text is more.
    Lossy,
    /// It has no business there.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Transform {
    Text,
    Int,
    Port,
    Ip,
    Host,
    FilePath,
    Image,
    DomainUser,
    ValuePath,
    Hashes,
    /// `vendor_name` comes from the named field.
    Product(String),
    Time,
    List,
    BaseName,
    TaskCommand,
    DnsResults,
    UrlHost,
    Map(String),
}

impl Transform {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some((name, argument)) = text.split_once(':') {
            return match name {
                "map" => Some(Self::Map(argument.to_owned())),
                "product" => Some(Self::Product(argument.to_owned())),
                _ => None,
            };
        }
        Some(match text {
            "text" | "url" => Self::Text,
            "int" => Self::Int,
            "port" => Self::Port,
            "ip" => Self::Ip,
            "host" => Self::Host,
            "file_path" => Self::FilePath,
            "image" => Self::Image,
            "domain_user" => Self::DomainUser,
            "value_path" => Self::ValuePath,
            "hashes" => Self::Hashes,
            "time" => Self::Time,
            "list" => Self::List,
            "base_name" => Self::BaseName,
            "task_command" => Self::TaskCommand,
            "dns_results" => Self::DnsResults,
            "url_host" => Self::UrlHost,
            _ => return None,
        })
    }
}

/// The places of an event under construction.
pub(super) struct Slots {
    pub values: Vec<Option<Value>>,
}

impl Slots {
    fn put(&mut self, slot: Option<usize>, value: impl Into<Value>) {
        if let Some(slot) = slot {
            self.values[slot].get_or_insert_with(|| value.into());
        }
    }

    fn is_free(&self, slot: usize) -> bool {
        self.values[slot].is_none()
    }
}

/// Puts `node` where the rule says, unless something stands there.
pub(super) fn place(
    rule: &Rule,
    node: &Node<'_>,
    vendor: Option<&str>,
    enumerations: &Enumerations,
    slots: &mut Slots,
) -> Done {
    let Some(text) = node.scalar() else {
        return Done::Refused;
    };
    let is_list = rule.transform == Transform::List;
    if !slots.is_free(rule.slot) || text.is_empty() || (&*text == "-" && !is_list) {
        return Done::Refused;
    }
    let slot = Some(rule.slot);
    match &rule.transform {
        Transform::Text => put(slots, slot, text.into_owned()),
        Transform::Int => integer(rule, &text, slots),
        Transform::Port => match text.parse::<u16>() {
            Ok(port) if canonical(&text) => put(slots, slot, port),
            _ => Done::Refused,
        },
        Transform::Ip => ip(rule, &text, slots),
        Transform::Host if is_hostname(&text) => put(slots, slot, text.into_owned()),
        Transform::Host => lossy(slots, rule.aside, text.into_owned()),
        Transform::FilePath | Transform::Image => {
            let name = base_name(&text);
            slots.put(rule.aside, name);
            slots.put(rule.owner_name, name);
            put(slots, slot, text.into_owned())
        }
        Transform::DomainUser => domain_user(rule, &text, slots),
        Transform::ValuePath => value_path(rule, &text, slots),
        Transform::Hashes => hashes(rule, &text, slots),
        Transform::Product(_) => match vendor.filter(|vendor| !matches!(*vendor, "" | "-")) {
            Some(vendor) => {
                slots.put(rule.aside, vendor);
                put(slots, slot, text.into_owned())
            }
            None => Done::Refused,
        },
        Transform::Time => {
            super::time::millis(&text).map_or(Done::Refused, |at| lossy(slots, slot, at))
        }
        Transform::List => {
            let words: Vec<_> = text.split_whitespace().collect();
            if words.is_empty() {
                Done::Refused
            } else {
                lossy(slots, slot, json!(words))
            }
        }
        Transform::BaseName => lossy(slots, slot, base_name(&text)),
        Transform::TaskCommand => {
            task_command(&text).map_or(Done::Refused, |line| lossy(slots, slot, line))
        }
        Transform::DnsResults => {
            let answers = dns_results(&text);
            if answers.is_empty() {
                Done::Refused
            } else {
                lossy(slots, slot, Value::Array(answers))
            }
        }
        Transform::UrlHost => {
            url_host(&text).map_or(Done::Refused, |host| lossy(slots, slot, host))
        }
        Transform::Map(name) => enumerations
            .number(name, &text)
            .map_or(Done::Refused, |number| lossy(slots, slot, number)),
    }
}

fn put(slots: &mut Slots, slot: Option<usize>, value: impl Into<Value>) -> Done {
    slots.put(slot, value);
    Done::Exact
}

fn lossy(slots: &mut Slots, slot: Option<usize>, value: impl Into<Value>) -> Done {
    slots.put(slot, value);
    if slot.is_some() {
        Done::Lossy
    } else {
        Done::Refused
    }
}

/// Decimal as every program writes it, so that the number gives the text again.
fn canonical(digits: &str) -> bool {
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

fn integer(rule: &Rule, text: &str, slots: &mut Slots) -> Done {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = match hex {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.trim().parse().ok(),
    };
    let member = |number: &i64| {
        rule.enumeration
            .is_none_or(|members| members.caption(*number).is_some())
    };
    let Some(number) = number.filter(member) else {
        return Done::Refused;
    };
    slots.put(Some(rule.slot), number);
    if hex.is_none() && canonical(text) {
        Done::Exact
    } else {
        Done::Lossy
    }
}

fn ip(rule: &Rule, text: &str, slots: &mut Slots) -> Done {
    let (address, zone) = text
        .split_once('%')
        .map_or((text, None), |(address, zone)| (address, Some(zone)));
    let mapped = address
        .parse::<Ipv6Addr>()
        .ok()
        .and_then(|address| address.to_ipv4_mapped());
    match (mapped, address.parse::<IpAddr>()) {
        (Some(v4), _) if zone.is_none() => lossy(slots, Some(rule.slot), v4.to_string()),
        (None, Ok(address)) if zone.is_none() || address.is_ipv6() && zone != Some("") => {
            put(slots, Some(rule.slot), text)
        }
        _ => Done::Refused,
    }
}

/// As the schema's `hostname_t`.
pub(super) fn is_hostname(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

fn base_name(path: &str) -> &str {
    let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
    if name.is_empty() { path } else { name }
}

fn domain_user(rule: &Rule, text: &str, slots: &mut Slots) -> Done {
    match text.split_once('\\') {
        Some((domain, name)) if !domain.is_empty() && !name.is_empty() => {
            slots.put(rule.aside, domain);
            put(slots, Some(rule.slot), name)
        }
        Some(_) => lossy(slots, Some(rule.slot), text),
        None => put(slots, Some(rule.slot), text),
    }
}

fn value_path(rule: &Rule, text: &str, slots: &mut Slots) -> Done {
    match text.rsplit_once('\\') {
        Some((path, name)) if !path.is_empty() && !name.is_empty() => {
            slots.put(rule.aside, name);
            put(slots, Some(rule.slot), path)
        }
        _ => {
            slots.put(rule.aside, base_name(text));
            lossy(slots, Some(rule.slot), text)
        }
    }
}

fn hashes(rule: &Rule, text: &str, slots: &mut Slots) -> Done {
    let mut fingerprints = Vec::with_capacity(4);
    for part in text.split(',') {
        let Some((algorithm, value)) = part.split_once('=') else {
            return Done::Refused;
        };
        let id = match algorithm {
            "MD5" => 1,
            "SHA1" => 2,
            "SHA256" => 3,
            "SHA512" => 4,
            _ => 99,
        };
        if value.is_empty() || algorithm.is_empty() {
            return Done::Refused;
        }
        let mut fingerprint = serde_json::Map::with_capacity(3);
        if id == 99 {
            fingerprint.insert("algorithm".to_owned(), algorithm.into());
        }
        fingerprint.insert("algorithm_id".to_owned(), id.into());
        fingerprint.insert("value".to_owned(), value.into());
        fingerprints.push(Value::Object(fingerprint));
    }
    put(slots, Some(rule.slot), Value::Array(fingerprints))
}

/// `<Command>` and `<Arguments>` of the first action of a task's XML.
fn task_command(xml: &str) -> Option<String> {
    let element = |name: &str| {
        let (_, rest) = xml.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>"))
            .map(|(text, _)| unescape(text.trim()))
    };
    let command = element("Command")?;
    Some(match element("Arguments") {
        Some(arguments) => format!("{command} {arguments}"),
        None => command,
    })
}

fn unescape(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, char)| {
            text.replace(entity, char)
        })
}

/// `type:  5 a.example;::ffff:10.0.0.1;` as Sysmon writes it.
fn dns_results(text: &str) -> Vec<Value> {
    let answers = text
        .split(';')
        .map(str::trim)
        .filter(|answer| !answer.is_empty() && *answer != "-");
    answers
        .map(|answer| match answer.strip_prefix("type:").map(str::trim) {
            Some(rest) => match rest.split_once(' ') {
                Some((number, data)) if !data.is_empty() => {
                    json!({ "type": number, "rdata": data })
                }
                _ => json!({ "rdata": rest }),
            },
            None => json!({ "rdata": answer.strip_prefix("::ffff:").unwrap_or(answer) }),
        })
        .collect()
}

fn url_host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?;
    (!host.is_empty() && is_hostname(host)).then_some(host)
}
