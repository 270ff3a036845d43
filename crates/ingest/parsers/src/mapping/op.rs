//! The transforms that `mapping.tsv` names. Each has its VRL form in `vrl.rs`; a test holds the two together.

use std::net::IpAddr;

use aurora_ocsf::{Enumeration, Primitive};

use super::paths::{Fields, Paths};
use super::{is_nothing, lists};
use crate::table::json::{Kind, Node};
use crate::table::names::NameMap;
use crate::table::time::{plain_millis, zoned_millis};
use crate::table::words::{self, Words, base_name};
use crate::table::write::Slot;

/// The record says something that the tables do not expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused;

/// JSON that is known before a record comes.
pub(super) struct Constant {
    pub json: String,
    number: Option<i64>,
}

impl Constant {
    pub(super) fn new(json: String) -> Self {
        let number = json.parse().ok();
        Self { json, number }
    }

    pub(super) fn slot(&self) -> Slot<'_> {
        match self.number {
            Some(number) => Slot::Int(number),
            None => Slot::Json((&*self.json).into()),
        }
    }
}

pub(super) enum Op {
    Const(Constant),
    Text,
    /// A text, else this one.
    TextOr(String),
    Lower,
    Int(Option<&'static Enumeration>),
    Time,
    /// Numbers by text, and what it is otherwise.
    Map(Table),
    /// As `map`, by the first word of a name such as `CreateUser`.
    Verb(Table),
    Address,
    Port,
    IpVersion,
    /// Seconds in milliseconds, cut.
    Millis,
    /// A time and so many seconds after it.
    After,
    Sum,
    Thousand,
    Hex,
    Json,
    /// Texts with this between them.
    Join(String),
    BaseName,
    /// A scalar, or the texts of a list with blanks between them.
    Words,
    /// A method that OCSF lists.
    HttpMethod,
    /// Success or failure of an HTTP status.
    HttpStatus,
    /// A time without a zone, which is UTC.
    LocalTime,
    /// An IP address, and any text but one.
    Ip,
    NoIp,
    /// The text, when the activity is 99.
    OtherName,
    /// Where the row counts, the record is refused.
    Refused,
    Taken,
    /// As `taken`, of a list with one element.
    TakenSingle,
    /// Zeek's answers and the list of their lifetimes.
    ZeekAnswers,
    EveAnswers,
    /// The one answer of older versions: its data, type and lifetime.
    EveAnswer,
    AwsResources,
    /// An URL of host, path, name of the peer and port.
    Url,
}

/// By the order of OCSF's enumeration.
pub(super) const METHODS: [&str; 8] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE",
];

pub(super) struct Table {
    pub pairs: Vec<(String, i64)>,
    pub otherwise: Option<i64>,
    by_name: NameMap<i64>,
}

impl Table {
    fn parse(text: &str) -> Option<Self> {
        let mut table = Self {
            pairs: Vec::new(),
            otherwise: None,
            by_name: NameMap::default(),
        };
        for pair in text.split(',') {
            let (names, number) = pair.split_once('=')?;
            let number = number.parse().ok()?;
            for name in names.split('|') {
                if name == "*" {
                    table.otherwise = Some(number);
                } else {
                    table.pairs.push((name.to_owned(), number));
                    table.by_name.entry(name, || number);
                }
            }
        }
        Some(table)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.by_name.get(name).copied().or(self.otherwise)
    }
}

/// Where a transform finds a value.
pub(super) struct Source {
    pub alternatives: Vec<Alternative>,
    /// In place of fields: the event's time.
    pub time: bool,
    pub default: Option<String>,
}

pub(super) struct Alternative {
    pub field: usize,
    /// The field stays under `unmapped` too.
    pub keep: bool,
}

impl Source {
    /// `a|b+?text`: `a`, else `b`, which stays under `unmapped`, else this text.
    pub(super) fn parse(text: &str, paths: &mut Paths) -> Self {
        let (text, default) = match text.split_once('?') {
            Some((text, default)) => (text, Some(default.to_owned())),
            None => (text, None),
        };
        let time = text == "@time";
        let fields = text.split('|').filter(|_| !time).map(|one| {
            let path = one.strip_suffix('+');
            Alternative {
                field: paths.field(path.unwrap_or(one)),
                keep: path.is_some(),
            }
        });
        Self {
            alternatives: fields.collect(),
            time,
            default,
        }
    }

    fn chosen<'r>(&self, fields: &Fields<'r>) -> Option<(&Alternative, Node<'r>)> {
        if let [only] = &*self.alternatives {
            let node = fields.get(only.field)?;
            return (!node.is(Kind::Null)).then_some((only, node));
        }
        let mut there = self.alternatives.iter().filter_map(|alternative| {
            let node = fields.get(alternative.field)?;
            let no = node.is(Kind::Null) || node.bool() == Some(false);
            (!no).then_some((alternative, node))
        });
        there.next()
    }

    /// The field that is used up when the row counts.
    pub(super) fn taken(&self, fields: &Fields<'_>) -> Option<usize> {
        let (alternative, _) = self.chosen(fields)?;
        (!alternative.keep).then_some(alternative.field)
    }
}

/// The values that a row has.
pub(super) struct Values<'v, 'r> {
    pub sources: &'v [Source],
    pub fields: &'v Fields<'r>,
    /// The event's, when a row before has found them.
    pub time: Option<i64>,
    pub activity: Option<i64>,
}

impl<'r> Values<'_, 'r> {
    pub(super) fn node(&self, at: usize) -> Option<Node<'r>> {
        self.sources[at].chosen(self.fields).map(|(_, node)| node)
    }

    /// A scalar.
    pub(super) fn words(&self, at: usize) -> Result<Option<Words<'r>>, Refused> {
        let Some(node) = self.node(at) else {
            return Ok(None);
        };
        Words::of(node).map(Some).ok_or(Refused)
    }

    /// A text and nothing else; `None` when it is not there.
    pub(super) fn text(&self, at: usize) -> Result<Option<Words<'r>>, Refused> {
        match self.node(at) {
            Some(node) if !node.is(Kind::Text) => Err(Refused),
            _ => self.words(at),
        }
    }

    fn int(&self, at: usize) -> Result<Option<i64>, Refused> {
        self.node(at)
            .filter(|node| !is_nothing(*node))
            .map(int)
            .transpose()
    }
}

/// A whole number, or a text that is one.
pub(super) fn int(node: Node<'_>) -> Result<i64, Refused> {
    match node.kind() {
        Kind::Int => node.int(),
        // A sign or a blank before it is read differently by others.
        Kind::Text if node.inner().bytes().all(|byte| byte.is_ascii_digit()) => {
            node.inner().parse().ok()
        }
        _ => None,
    }
    .ok_or(Refused)
}

/// Milliseconds of a number of seconds, not rounded.
fn millis(node: Node<'_>) -> Result<f64, Refused> {
    // Read as a program's runtime reads it, which is not always the nearest number.
    match node.kind() {
        Kind::Int | Kind::Number => serde_json::from_str::<f64>(node.raw()),
        _ => return Err(Refused),
    }
    .ok()
    .map(|seconds| seconds * 1000.0)
    .filter(|millis| millis.abs() < 1e15)
    .ok_or(Refused)
}

#[allow(clippy::cast_possible_truncation, reason = "`millis` bounds it")]
fn whole(millis: f64) -> i64 {
    millis as i64
}

pub(super) fn time(node: Node<'_>) -> Result<i64, Refused> {
    if !node.is(Kind::Text) {
        return millis(node).map(|millis| whole(millis.round()));
    }
    let text = node.inner();
    if text.as_bytes().get(10) != Some(&b'T') {
        return Err(Refused);
    }
    let parsed = || text.parse::<jiff::Timestamp>().ok();
    zoned_millis(text)
        .or_else(|| parsed().map(jiff::Timestamp::as_millisecond))
        .ok_or(Refused)
}

/// What a transform made.
pub(super) struct Made<'r> {
    pub slot: Slot<'r>,
    /// It goes to the place beside.
    pub aside: bool,
    /// What stays of a field: its number and JSON. Seldom there, so that it takes little room.
    pub left: Option<Box<(usize, String)>>,
}

impl<'r> From<Slot<'r>> for Made<'r> {
    fn from(slot: Slot<'r>) -> Self {
        Self {
            slot,
            aside: false,
            left: None,
        }
    }
}

type Result<T, E = Refused> = std::result::Result<T, E>;

impl Op {
    pub(super) fn parse(text: &str, kind: &str) -> Option<Self> {
        let (name, argument) = text.split_once(':').unwrap_or((text, ""));
        Some(match name {
            "const" => Self::Const(Constant::new(match argument {
                "true" | "false" => argument.to_owned(),
                _ if argument.parse::<i64>().is_ok() => argument.to_owned(),
                _ => serde_json::to_string(argument).ok()?,
            })),
            "kind" => Self::Const(Constant::new(serde_json::to_string(kind).ok()?)),
            "text" => Self::Text,
            "text_or" => Self::TextOr(argument.to_owned()),
            "lower" => Self::Lower,
            "int" => Self::Int(None),
            "time" => Self::Time,
            "map" => Self::Map(Table::parse(argument)?),
            "verb" => Self::Verb(Table::parse(argument)?),
            "address" => Self::Address,
            "port" => Self::Port,
            "ip_version" => Self::IpVersion,
            "millis" => Self::Millis,
            "after" => Self::After,
            "sum" => Self::Sum,
            "thousand" => Self::Thousand,
            "hex" => Self::Hex,
            "json" => Self::Json,
            "join" => Self::Join(argument.to_owned()),
            "base_name" => Self::BaseName,
            "words" => Self::Words,
            "http_method" => Self::HttpMethod,
            "http_status" => Self::HttpStatus,
            "local_time" => Self::LocalTime,
            "ip" => Self::Ip,
            "no_ip" => Self::NoIp,
            "other_name" => Self::OtherName,
            "refused" => Self::Refused,
            "taken" => Self::Taken,
            "taken_single" => Self::TakenSingle,
            "zeek_answers" => Self::ZeekAnswers,
            "eve_answer" => Self::EveAnswer,
            "eve_answers" => Self::EveAnswers,
            "aws_resources" => Self::AwsResources,
            "url" => Self::Url,
            _ => return None,
        })
    }

    /// How many fields it wants; `None` for any number.
    pub(super) fn sources(&self) -> Option<usize> {
        match self {
            Self::Const(_) | Self::Refused => Some(0),
            Self::Join(_) | Self::Taken => None,
            Self::After | Self::Sum | Self::ZeekAnswers => Some(2),
            Self::EveAnswer => Some(3),
            Self::Url => Some(4),
            _ => Some(1),
        }
    }

    /// Whether it uses the field up.
    pub(super) fn takes(&self, node: Option<Node<'_>>) -> bool {
        let length = || node.map_or(0, |node| node.children().count());
        !matches!(self, Self::TakenSingle) || length() == 1
    }

    /// The JSON form of what it makes; `None` for what fits its place or is tested to.
    pub(super) fn makes(&self) -> Option<Primitive> {
        match self {
            Self::Const(Constant { json, .. }) => match json.as_bytes()[0] {
                b'"' => Some(Primitive::String),
                b'[' => None,
                b't' | b'f' => Some(Primitive::Boolean),
                _ => Some(Primitive::Integer),
            },
            Self::Text | Self::TextOr(_) | Self::Lower | Self::Address => Some(Primitive::String),
            Self::Join(_) | Self::BaseName | Self::Words => Some(Primitive::String),
            Self::HttpMethod | Self::Ip | Self::NoIp => Some(Primitive::String),
            Self::OtherName => Some(Primitive::String),
            Self::Json => Some(Primitive::Json),
            Self::Taken
            | Self::TakenSingle
            | Self::Refused
            | Self::ZeekAnswers
            | Self::EveAnswer
            | Self::EveAnswers
            | Self::AwsResources
            | Self::Url => None,
            _ => Some(Primitive::Integer),
        }
    }

    /// `None` when the record does not say it.
    pub(super) fn make<'r>(&'r self, values: &Values<'_, 'r>) -> Result<Option<Made<'r>>> {
        let int = |number: Option<i64>| Ok(number.map(|number| Slot::Int(number).into()));
        match self {
            Self::Const(constant) => Ok(Some(constant.slot().into())),
            Self::Text => values.node(0).map_or(Ok(None), some_scalar),
            Self::TextOr(default) => {
                let made = match values.node(0) {
                    Some(node) if !node.is(Kind::Text) => return Err(Refused),
                    node => node.map_or(Ok(None), some_scalar)?,
                };
                Ok(made.or_else(|| Some(Slot::Text(default.into()).into())))
            }
            Self::Lower => Ok(values.text(0)?.and_then(|words| {
                let lower = words.decoded().to_lowercase();
                (!lower.is_empty()).then(|| Slot::Text(lower.into()).into())
            })),
            Self::Int(members) => {
                let number = values.int(0)?;
                let is_member =
                    |number: i64| members.is_none_or(|members| members.caption(number).is_some());
                if number.is_some_and(|number| !is_member(number)) {
                    return Err(Refused);
                }
                int(number)
            }
            Self::Time => int(values.node(0).map(time).transpose()?),
            Self::Map(table) => match values.words(0)? {
                Some(words) => int(table.number(&words.text)),
                None => int(table.otherwise),
            },
            Self::Verb(table) => {
                let words = values.words(0)?;
                let name = words.as_ref().map_or("", |words| &*words.text);
                int(table.number(verb(name)))
            }
            Self::Address => address(values).map(Some),
            Self::Port => match values.node(0).map(|node| node.int().ok_or(Refused)) {
                None => Ok(None),
                Some(port) => match port? {
                    port @ 0..=65_535 => int(Some(port)),
                    _ => Err(Refused),
                },
            },
            Self::IpVersion => int(values
                .text(0)?
                .map(|words| if words.text.contains(':') { 6 } else { 4 })),
            Self::Millis => {
                let millis = values.node(0).map(millis).transpose()?;
                int(millis.map(whole))
            }
            Self::After => match (values.node(0), values.node(1)) {
                (Some(start), Some(seconds)) => int(Some(time(start)? + whole(millis(seconds)?))),
                _ => Ok(None),
            },
            Self::Sum => match (values.int(0)?, values.int(1)?) {
                (Some(one), Some(other)) => int(Some(one.checked_add(other).ok_or(Refused)?)),
                _ => Ok(None),
            },
            Self::Thousand => match values.int(0)? {
                Some(number) => int(Some(number.checked_mul(1000).ok_or(Refused)?)),
                None => Ok(None),
            },
            Self::Hex => int(values
                .text(0)?
                .and_then(|words| i64::from_str_radix(&words.text, 16).ok())),
            Self::Json => Ok(values
                .node(0)
                .filter(|node| !is_nothing(*node))
                .map(|node| Slot::Json(node.json()).into())),
            Self::Join(between) => join(values, between).map(Some),
            Self::BaseName => Ok(values.text(0)?.and_then(|words| {
                let name = words.piece(base_name(&words.text));
                (!words.text.is_empty()).then(|| name.into())
            })),
            Self::Words => list_of_words(values),
            Self::HttpMethod => match values.text(0)? {
                Some(words) if METHODS.contains(&&*words.text) => Ok(Some(words.whole().into())),
                Some(_) => Err(Refused),
                None => Ok(None),
            },
            Self::HttpStatus => match values.int(0)? {
                Some(1..400) => int(Some(1)),
                Some(400..) => int(Some(2)),
                _ => Err(Refused),
            },
            Self::LocalTime => match values.text(0)? {
                Some(words) if words.text.len() == 19 && words.text.contains('T') => {
                    int(Some(plain_millis(&words.text).ok_or(Refused)?))
                }
                Some(_) => Err(Refused),
                None => Ok(None),
            },
            Self::Ip => by_address(values, true),
            Self::NoIp => by_address(values, false),
            Self::OtherName => match values.activity {
                Some(99) => values.node(0).map_or(Ok(None), some_scalar),
                _ => Ok(None),
            },
            Self::Refused => Err(Refused),
            Self::Taken | Self::TakenSingle => Ok(None),
            Self::ZeekAnswers => lists::zeek_answers(values),
            Self::EveAnswers => lists::eve_answers(values),
            Self::EveAnswer => lists::eve_answer(values),
            Self::AwsResources => lists::aws_resources(values),
            Self::Url => lists::url(values).map(Some),
        }
    }
}

/// A scalar as text, when it says something.
fn some_scalar<'r>(node: Node<'r>) -> Result<Option<Made<'r>>> {
    let slot = words::whole(node).ok_or(Refused)?;
    Ok((!node.inner().is_empty()).then(|| slot.into()))
}

/// A capital and the small letters behind it.
fn verb(name: &str) -> &str {
    let small = name
        .bytes()
        .skip(1)
        .take_while(u8::is_ascii_lowercase)
        .count();
    if name.starts_with(|c: char| c.is_ascii_uppercase()) && small > 0 {
        &name[..=small]
    } else {
        ""
    }
}

/// An IP address; a host's name goes beside. Zones of addresses are left to the program.
fn address<'r>(values: &Values<'_, 'r>) -> Result<Made<'r>> {
    let words = values.text(0)?.ok_or(Refused)?;
    let text = &*words.text;
    if text.is_empty() || text == "-" || text.contains('%') {
        return Err(Refused);
    }
    Ok(Made {
        aside: text.parse::<IpAddr>().is_err(),
        ..words.whole().into()
    })
}

/// The text, when it is an address or when it is none.
fn by_address<'r>(values: &Values<'_, 'r>, wanted: bool) -> Result<Option<Made<'r>>> {
    let Some(words) = values.text(0)? else {
        return Ok(None);
    };
    if words.text.is_empty() || words.text.contains('%') {
        return Err(Refused);
    }
    let is_address = words.text.parse::<IpAddr>().is_ok();
    Ok((is_address == wanted).then(|| words.whole().into()))
}

fn list_of_words<'r>(values: &Values<'_, 'r>) -> Result<Option<Made<'r>>> {
    let Some(list) = values.node(0).filter(|node| node.is(Kind::List)) else {
        return values.node(0).map_or(Ok(None), some_scalar);
    };
    let texts = list.children().map(|node| node.text().ok_or(Refused));
    let texts = texts.collect::<Result<Vec<_>>>()?;
    Ok((!texts.is_empty()).then(|| Slot::Text(texts.join(" ").into()).into()))
}

fn join<'r>(values: &Values<'_, 'r>, between: &str) -> Result<Made<'r>> {
    let mut joined = String::with_capacity(64);
    for (at, source) in values.sources.iter().enumerate() {
        if at > 0 {
            joined.push_str(between);
        }
        let default = source.default.as_deref().unwrap_or_default();
        if source.time {
            let time = values.time.map(|time| time.to_string());
            joined.push_str(time.as_deref().unwrap_or(default));
        } else {
            let words = values.words(at)?;
            let text = words.as_ref().map(Words::decoded);
            joined.push_str(text.as_deref().unwrap_or(default));
        }
    }
    Ok(Slot::Text(joined.into()).into())
}
