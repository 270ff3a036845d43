//! The transforms that `fields.tsv` names. `README.md` beside the tables says what each does and how it is inverted.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use aurora_ocsf::Primitive;
use serde_json::{Value, json};

use super::table::{Enumerations, Rule};
use crate::table::json::{Form, Kind, Node};
use crate::table::words::{Words, base_name};
use crate::table::write::{Slot, Slots};

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

    /// The JSON form of what it makes; `None` for lists.
    pub(super) fn makes(&self) -> Option<Primitive> {
        match self {
            Self::Int | Self::Port | Self::Time | Self::Map(_) => Some(Primitive::Integer),
            Self::Hashes | Self::List | Self::DnsResults => None,
            _ => Some(Primitive::String),
        }
    }
}

/// Puts `node` where the rule says, unless something stands there.
pub(super) fn place<'r>(
    rule: &Rule,
    node: Node<'r>,
    vendor: Option<Node<'r>>,
    enumerations: &Enumerations,
    slots: &mut Slots<'r>,
) -> Done {
    if !slots.is_free(rule.slot) {
        return Done::Refused;
    }
    // Most texts are put as they stand, whatever is escaped in them.
    if rule.transform == Transform::Text && node.is(Kind::Text) && node.form() != Form::Odd {
        return match node.inner() {
            "" | "-" => Done::Refused,
            inner => put(slots, rule.slot, Slot::Inner(inner)),
        };
    }
    let Some(words) = Words::of(node) else {
        return Done::Refused;
    };
    let (text, slot) = (&*words.text, rule.slot);
    let is_list = rule.transform == Transform::List;
    if text.is_empty() || (text == "-" && !is_list) {
        return Done::Refused;
    }
    match &rule.transform {
        Transform::Text => put(slots, slot, words.whole()),
        Transform::Int => integer(rule, text, slots),
        Transform::Port => match text.parse::<u16>() {
            Ok(port) if canonical(text) => put(slots, slot, Slot::Int(port.into())),
            _ => Done::Refused,
        },
        Transform::Ip => ip(rule, &words, slots),
        Transform::Host if is_hostname(text) => put(slots, slot, words.whole()),
        Transform::Host => match rule.aside {
            Some(name) => lossy(slots, name, words.whole()),
            None => Done::Refused,
        },
        Transform::FilePath | Transform::Image => {
            let name = words.piece(base_name(text));
            slots.put_at(rule.aside, name.clone());
            slots.put_at(rule.owner_name, name);
            put(slots, slot, words.whole())
        }
        Transform::DomainUser => domain_user(rule, &words, slots),
        Transform::ValuePath => value_path(rule, &words, slots),
        Transform::Hashes => hashes(rule, &words, slots),
        Transform::Product(_) => match vendor.filter(|vendor| is_said(*vendor)) {
            Some(vendor) => {
                slots.put_at(rule.aside, Slot::Json(vendor.json()));
                put(slots, slot, words.whole())
            }
            None => Done::Refused,
        },
        Transform::Time => made(slots, slot, super::time::millis(text).map(Slot::Int)),
        Transform::List => {
            let decoded = words.decoded();
            let list: Vec<_> = decoded.split_whitespace().collect();
            made(slots, slot, (!list.is_empty()).then(|| value(&json!(list))))
        }
        Transform::BaseName => lossy(slots, slot, words.piece(base_name(text))),
        Transform::TaskCommand => {
            let line = task_command(&words.decoded());
            made(slots, slot, line.map(|line| Slot::Text(line.into())))
        }
        Transform::DnsResults => {
            let answers = dns_results(&words.decoded());
            let some = !answers.is_empty();
            made(slots, slot, some.then(|| value(&Value::Array(answers))))
        }
        Transform::UrlHost => {
            let host = url_host(text).map(|host| Slot::Text(host.to_owned().into()));
            made(slots, slot, host)
        }
        Transform::Map(name) => {
            let number = enumerations.number(name, text);
            made(slots, slot, number.map(Slot::Int))
        }
    }
}

fn is_said(node: Node<'_>) -> bool {
    node.is(Kind::Text) && !matches!(node.inner(), "" | "-")
}

fn value(value: &Value) -> Slot<'static> {
    Slot::Json(Cow::Owned(value.to_string()))
}

fn put<'r>(slots: &mut Slots<'r>, slot: usize, value: Slot<'r>) -> Done {
    slots.put(slot, value);
    Done::Exact
}

fn lossy<'r>(slots: &mut Slots<'r>, slot: usize, value: Slot<'r>) -> Done {
    slots.put(slot, value);
    Done::Lossy
}

fn made<'r>(slots: &mut Slots<'r>, slot: usize, value: Option<Slot<'r>>) -> Done {
    value.map_or(Done::Refused, |value| lossy(slots, slot, value))
}

/// Decimal as every program writes it, so that the number gives the text again.
fn canonical(digits: &str) -> bool {
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

fn integer(rule: &Rule, text: &str, slots: &mut Slots<'_>) -> Done {
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
    slots.put(rule.slot, Slot::Int(number));
    if hex.is_none() && canonical(text) {
        Done::Exact
    } else {
        Done::Lossy
    }
}

fn ip<'r>(rule: &Rule, words: &Words<'r>, slots: &mut Slots<'r>) -> Done {
    let text = &*words.text;
    let (address, zone) = text
        .split_once('%')
        .map_or((text, None), |(address, zone)| (address, Some(zone)));
    let Ok(parsed) = address.parse::<IpAddr>() else {
        return Done::Refused;
    };
    let mapped = match parsed {
        IpAddr::V6(v6) => Ipv6Addr::to_ipv4_mapped(&v6),
        IpAddr::V4(_) => None,
    };
    match mapped {
        Some(v4) if zone.is_none() => lossy(slots, rule.slot, Slot::Text(v4.to_string().into())),
        None if zone.is_none() || parsed.is_ipv6() && zone != Some("") => {
            put(slots, rule.slot, words.whole())
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

fn domain_user<'r>(rule: &Rule, words: &Words<'r>, slots: &mut Slots<'r>) -> Done {
    let text = &*words.text;
    match text.find(words.backslash) {
        Some(at) if at > 0 && at + words.backslash.len() < text.len() => {
            slots.put_at(rule.aside, words.piece(0..at));
            let name = at + words.backslash.len()..text.len();
            put(slots, rule.slot, words.piece(name))
        }
        Some(_) => lossy(slots, rule.slot, words.whole()),
        None => put(slots, rule.slot, words.whole()),
    }
}

fn value_path<'r>(rule: &Rule, words: &Words<'r>, slots: &mut Slots<'r>) -> Done {
    let text = &*words.text;
    match text.rfind(words.backslash) {
        Some(at) if at > 0 && at + words.backslash.len() < text.len() => {
            let name = at + words.backslash.len()..text.len();
            slots.put_at(rule.aside, words.piece(name));
            put(slots, rule.slot, words.piece(0..at))
        }
        _ => {
            slots.put_at(rule.aside, words.piece(base_name(text)));
            lossy(slots, rule.slot, words.whole())
        }
    }
}

fn hashes<'r>(rule: &Rule, words: &Words<'r>, slots: &mut Slots<'r>) -> Done {
    let mut json = Vec::with_capacity(words.text.len() + 160);
    json.push(b'[');
    for part in words.text.split(',') {
        let Some((algorithm, value)) = part.split_once('=') else {
            return Done::Refused;
        };
        if value.is_empty() || algorithm.is_empty() {
            return Done::Refused;
        }
        let id = match algorithm {
            "MD5" => "{\"algorithm_id\":1",
            "SHA1" => "{\"algorithm_id\":2",
            "SHA256" => "{\"algorithm_id\":3",
            "SHA512" => "{\"algorithm_id\":4",
            _ => {
                json.extend_from_slice(b"{\"algorithm\":");
                words.push(algorithm, &mut json);
                ",\"algorithm_id\":99"
            }
        };
        json.extend_from_slice(id.as_bytes());
        json.extend_from_slice(b",\"value\":");
        words.push(value, &mut json);
        json.extend_from_slice(b"},");
    }
    *json.last_mut().expect("a text has a part") = b']';
    let json = String::from_utf8(json).expect("it was made of texts");
    put(slots, rule.slot, Slot::Json(json.into()))
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
        .filter_map(|answer| match answer.strip_prefix("type:").map(str::trim) {
            Some("") => None,
            Some(rest) => Some(match rest.split_once(' ') {
                Some((number, data)) if !data.is_empty() => {
                    json!({ "type": number, "rdata": data })
                }
                _ => json!({ "rdata": rest }),
            }),
            None => match answer.strip_prefix("::ffff:").unwrap_or(answer) {
                "" => None,
                rdata => Some(json!({ "rdata": rdata })),
            },
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
