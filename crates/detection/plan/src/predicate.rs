//! Predicates: one test of one field, shared by every rule of a section that asks for it.

use aurora_sigma::{Item, Matcher, Number, RuleValue, Shape, TextPattern, fold};
use memchr::memmem::Finder;

use crate::canon;
use crate::literal;

/// One test of one field.
#[derive(Debug)]
pub(crate) struct Predicate {
    /// Index into the plan's fields.
    pub field: u32,
    pub test: Test,
    /// Whether the section's index looks for it: what was not found then does not hold.
    pub indexed: bool,
}

/// Texts are in canonical form.
#[derive(Debug)]
pub(crate) enum Test {
    Whole(Box<str>),
    Start(Box<str>),
    End(Box<str>),
    Anywhere(Box<Finder<'static>>),
    /// Any value but null.
    Seen,
    Null,
    Exists(bool),
    Number(Number, Box<str>),
    Bool(bool),
    /// Compared with the folded text.
    Folded(TextPattern),
    /// Whatever the plain matcher says.
    Plain(Matcher),
}

/// What of a value must be there for a predicate to hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Anchor {
    Whole(Box<str>),
    Start(Box<str>),
    End(Box<str>),
    Anywhere(Box<str>),
    /// A number equal to this one.
    Number(Number),
    /// Any value but null.
    Value,
    /// The field, whatever it holds.
    Field,
}

/// What makes two predicates of one field the same. `None` when that is not known.
pub(crate) fn key(item: &Item, value: &RuleValue, index: usize) -> Option<String> {
    let Matcher::Text(pattern) = &value.any[index] else {
        let tag = match &value.any[index] {
            Matcher::Null => 'n',
            Matcher::Exists(_) => 'e',
            Matcher::Bool(_) => 'b',
            Matcher::Number(..) => 'i',
            Matcher::Regex(_) => 'r',
            Matcher::Cidr(_) => 'c',
            Matcher::Compare(..) => 'o',
            Matcher::DatePart(..) => 'd',
            Matcher::FieldRef { .. } => 'f',
            _ => return None,
        };
        return Some(written(tag, item, value, index));
    };
    let (tag, text) = match pattern.shape() {
        _ if pattern.cased() => return Some(written('t', item, value, index)),
        Shape::Mixed => return Some(written('t', item, value, index)),
        Shape::Any => ('*', ""),
        Shape::Whole(text) => ('=', text),
        Shape::Start(text) => ('^', text),
        Shape::End(text) => ('$', text),
        Shape::Anywhere(text) => ('~', text),
    };
    Some(format!("{tag}{text}"))
}

fn written(tag: char, item: &Item, value: &RuleValue, index: usize) -> String {
    let kind = if item.field.is_none() { 'k' } else { 'f' };
    format!("{tag}{kind}{:?}{index} {}", item.modifiers, value.text)
}

impl Test {
    pub fn of(matcher: &Matcher) -> Self {
        match matcher {
            Matcher::Null => Self::Null,
            Matcher::Exists(wanted) => Self::Exists(*wanted),
            Matcher::Bool(wanted) => Self::Bool(*wanted),
            Matcher::Number(number, written) => Self::Number(*number, canon::of(written)),
            Matcher::Text(pattern) if !pattern.cased() => match pattern.shape() {
                Shape::Whole(text) => Self::Whole(canon::of(text)),
                Shape::Start(text) => Self::Start(canon::of(text)),
                Shape::End(text) => Self::End(canon::of(text)),
                Shape::Anywhere(text) => {
                    let text = canon::of(text);
                    Self::Anywhere(Box::new(Finder::new(text.as_bytes()).into_owned()))
                }
                Shape::Any => Self::Seen,
                Shape::Mixed => Self::Folded(pattern.clone()),
            },
            other => Self::Plain(other.clone()),
        }
    }

    /// The places to look for, one of which must be there. `None` when absence may make the
    /// predicate hold.
    pub fn anchors(&self) -> Option<Vec<Anchor>> {
        let one = |anchor: Anchor| Some(vec![anchor]);
        match self {
            Self::Null | Self::Exists(false) => None,
            Self::Exists(true) => one(Anchor::Field),
            Self::Seen => one(Anchor::Value),
            Self::Whole(text) if text.is_empty() => one(Anchor::Value),
            Self::Whole(text) => one(Anchor::Whole(text.clone())),
            Self::Start(text) => one(Anchor::Start(text.clone())),
            Self::End(text) => one(Anchor::End(text.clone())),
            Self::Anywhere(finder) => {
                let text = std::str::from_utf8(finder.needle()).expect("made from text");
                one(Anchor::Anywhere(text.into()))
            }
            Self::Bool(wanted) => one(Anchor::Whole(wanted.to_string().into())),
            Self::Number(number, written) => Some(vec![
                Anchor::Whole(written.clone()),
                Anchor::Number(*number),
            ]),
            Self::Folded(pattern) => Some(literals(pattern.literals().map(canon::of))),
            Self::Plain(Matcher::Text(pattern)) => {
                let folded = pattern.literals().map(|text| canon::of(&fold(text)));
                Some(literals(folded))
            }
            Self::Plain(Matcher::Regex(regex)) => Some(match literal::required(regex.as_str()) {
                Some(any) => any
                    .iter()
                    .map(|text| Anchor::Anywhere(canon::of(text)))
                    .collect(),
                None => vec![Anchor::Value],
            }),
            Self::Plain(_) => one(Anchor::Value),
        }
    }

    /// Whether finding an anchor proves the predicate.
    pub fn is_exact(&self) -> bool {
        match self {
            Self::Whole(text) => !text.is_empty(),
            Self::Start(_) | Self::End(_) | Self::Anywhere(_) => true,
            _ => false,
        }
    }
}

fn literals(texts: impl Iterator<Item = Box<str>>) -> Vec<Anchor> {
    let longest = texts.max_by_key(|text| text.len());
    vec![longest.map_or(Anchor::Value, Anchor::Anywhere)]
}
