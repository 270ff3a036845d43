use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;
use regex::Regex;

use crate::date;
use crate::fold::fold;
use crate::modifier::Modifier;
use crate::number::Number;
use crate::source::{FieldSource, FieldValue, Flow};
use crate::text::TextPattern;

/// One test of one value of a field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Matcher {
    /// The field is absent, null or an empty array.
    Null,
    /// The field is there, whatever it holds, or is not there.
    Exists(bool),
    Bool(bool),
    /// Equal as a number when the event holds one, as written when the event holds text.
    Number(Number, String),
    Text(TextPattern),
    Regex(Regex),
    Cidr(IpNet),
    /// `gt`, `gte`, `lt` or `lte`.
    Compare(Modifier, Number),
    /// A part of a date, put to another test.
    DatePart(Modifier, Box<Matcher>),
    /// Compared with another field of the same event.
    FieldRef {
        field: String,
        affix: Affix,
        cased: bool,
    },
}

/// How much of the value must be the other field's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affix {
    Whole,
    Start,
    End,
    Anywhere,
}

/// A value under test; its text forms are made once for all patterns.
pub(crate) struct Subject<'a> {
    pub value: FieldValue<'a>,
    text: OnceCell<Cow<'a, str>>,
    /// `None` when folding changes nothing.
    folded: OnceCell<Option<String>>,
}

impl<'a> Subject<'a> {
    pub fn new(value: FieldValue<'a>) -> Self {
        Self {
            value,
            text: OnceCell::new(),
            folded: OnceCell::new(),
        }
    }

    pub fn text(&self) -> &str {
        self.text.get_or_init(|| self.value.text())
    }

    fn folded(&self) -> &str {
        let make = || match fold(self.text()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(folded) => Some(folded),
        };
        self.folded
            .get_or_init(make)
            .as_deref()
            .unwrap_or_else(|| self.text())
    }
}

impl Matcher {
    /// Whether one value passes. What [`Matcher::Null`] and [`Matcher::Exists`] say of a field that
    /// is not there is the caller's to see to.
    pub fn test(&self, value: FieldValue<'_>, source: &dyn FieldSource) -> bool {
        self.accepts(&Subject::new(value), source)
    }

    /// Whether the value passes. [`Matcher::Null`] and [`Matcher::Exists`] also look at absence,
    /// which the evaluator sees to.
    pub(crate) fn accepts(&self, subject: &Subject<'_>, source: &dyn FieldSource) -> bool {
        let value = subject.value;
        match self {
            Self::Null => value == FieldValue::Null,
            Self::Exists(wanted) => *wanted,
            _ if value == FieldValue::Null => false,
            Self::Bool(wanted) => match value {
                FieldValue::Bool(held) => held == *wanted,
                _ => subject.folded() == if *wanted { "true" } else { "false" },
            },
            Self::Number(number, written) => match value {
                FieldValue::Int(held) => Number::Int(held) == *number,
                FieldValue::Float(held) => Number::Float(held) == *number,
                _ => subject.folded() == fold(written),
            },
            Self::Text(pattern) if pattern.cased() => pattern.matches(subject.text()),
            Self::Text(pattern) => pattern.matches(subject.folded()),
            Self::Regex(regex) => regex.is_match(subject.text()),
            Self::Cidr(network) => address(subject.text()).is_some_and(|ip| within(network, ip)),
            Self::Compare(operator, bound) => number(value)
                .and_then(|held| held.compare(*bound))
                .is_some_and(|o| holds(*operator, o)),
            Self::DatePart(part, inner) => match date::part(*part, value) {
                Some(Number::Int(held)) => {
                    inner.accepts(&Subject::new(FieldValue::Int(held)), source)
                }
                _ => false,
            },
            Self::FieldRef {
                field,
                affix,
                cased,
            } => refers(subject, source, field, *affix, *cased),
        }
    }
}

fn number(value: FieldValue<'_>) -> Option<Number> {
    match value {
        FieldValue::Int(held) => Some(Number::Int(held)),
        FieldValue::Float(held) => Some(Number::Float(held)),
        FieldValue::Str(text) => Number::parse(text),
        FieldValue::Bool(_) | FieldValue::Null => None,
    }
}

fn holds(operator: Modifier, order: Ordering) -> bool {
    match operator {
        Modifier::Gt => order == Ordering::Greater,
        Modifier::Gte => order != Ordering::Less,
        Modifier::Lt => order == Ordering::Less,
        Modifier::Lte => order != Ordering::Greater,
        _ => false,
    }
}

/// Reads `10.0.0.1`, `fe80::1%eth0` and `[::1]`; IPv4 in IPv6 counts as IPv4.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'))
        .unwrap_or(text);
    let text = text
        .split_once('%')
        .map_or(text, |(address, _zone)| address);
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn within(network: &IpNet, ip: IpAddr) -> bool {
    let mapped = || match ip {
        IpAddr::V4(v4) => network.contains(&IpAddr::V6(v4.to_ipv6_mapped())),
        IpAddr::V6(_) => false,
    };
    network.contains(&ip) || mapped()
}

fn refers(
    subject: &Subject<'_>,
    source: &dyn FieldSource,
    field: &str,
    affix: Affix,
    cased: bool,
) -> bool {
    let mut found = false;
    source.field(field, &mut |other| {
        if other == FieldValue::Null {
            return Flow::Continue(());
        }
        let other = Subject::new(other);
        found = match cased {
            true => affixed(subject.text(), other.text(), affix),
            false => affixed(subject.folded(), other.folded(), affix),
        };
        if found {
            Flow::Break(())
        } else {
            Flow::Continue(())
        }
    });
    found
}

fn affixed(text: &str, other: &str, affix: Affix) -> bool {
    match affix {
        Affix::Whole => text == other,
        Affix::Start => text.starts_with(other),
        Affix::End => text.ends_with(other),
        Affix::Anywhere => text.contains(other),
    }
}
