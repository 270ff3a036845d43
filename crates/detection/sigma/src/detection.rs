use crate::compile;
use crate::condition::{self, Expr, Named};
use crate::document::Options;
use crate::error::{Error, Location};
use crate::matcher::Matcher;
use crate::modifier::Modifier;
use crate::yaml::{Entry, Kind, Node, Source};
use aurora_nearest::nearest;

/// A rule's `detection` section, compiled.
#[derive(Clone, Debug)]
pub struct Detection {
    pub selections: Vec<Selection>,
    /// Any of them fires the rule; indices are into `selections`.
    pub conditions: Vec<Expr>,
}

/// A named search.
#[derive(Clone, Debug)]
pub struct Selection {
    pub name: String,
    pub at: Location,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub enum Body {
    /// A map: every item must hold.
    All(Vec<Item>),
    /// A list: one member must hold.
    Any(Vec<Body>),
}

/// One line of a selection.
#[derive(Clone, Debug)]
pub struct Item {
    pub at: Location,
    /// `None` for keywords.
    pub field: Option<String>,
    pub modifiers: Vec<Modifier>,
    pub link: Link,
    /// `neq`: the field must hold something, and none of it may be one of the values.
    pub negated: bool,
    /// Never empty.
    pub values: Vec<RuleValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Any,
    All,
}

/// A value as written, and the tests it became: more than one after `base64offset` or `expand`.
#[derive(Clone, Debug)]
pub struct RuleValue {
    pub text: String,
    pub any: Vec<Matcher>,
}

impl Body {
    /// Calls `visit` with every item inside.
    pub fn items<'a>(&'a self, visit: &mut dyn FnMut(&'a Item)) {
        match self {
            Self::All(items) => items.iter().for_each(visit),
            Self::Any(bodies) => bodies.iter().for_each(|body| body.items(visit)),
        }
    }
}

/// Reads a section of named searches and a condition; `reserved` are its other keys.
pub(crate) fn read(
    source: &Source,
    options: &Options<'_>,
    section: &Entry,
    reserved: &[&str],
) -> Result<Detection, Error> {
    let Kind::Map(entries) = &section.value.kind else {
        return Err(section.value.invalid(
            source,
            &section.key,
            "a map of selections and a condition",
        ));
    };
    let mut selections = Vec::new();
    let named =
        |entry: &&Entry| entry.key != "condition" && !reserved.contains(&entry.key.as_str());
    for entry in entries.iter().filter(named) {
        if entry.key == "timeframe" {
            return Err(entry
                .value
                .invalid(source, "timeframe", "a correlation rule instead"));
        }
        let body = body(source, options, &entry.key, &entry.value)?;
        selections.push(Selection {
            name: entry.key.clone(),
            at: entry.at(source),
            body,
        });
    }
    let conditions = conditions(source, section, &selections)?;
    Ok(Detection {
        selections,
        conditions,
    })
}

fn conditions(
    source: &Source,
    section: &Entry,
    selections: &[Selection],
) -> Result<Vec<Expr>, Error> {
    let Some(condition) = section.value.get("condition") else {
        let near = nearest("condition", section.value.keys()).map(str::to_owned);
        let at = section.at(source);
        return Err(Error::Missing {
            at,
            what: "condition",
            within: match section.key.as_str() {
                "filter" => "filter section",
                _ => "detection section",
            },
            nearest: near,
        });
    };
    let names: Vec<&str> = selections
        .iter()
        .map(|selection| selection.name.as_str())
        .collect();
    let one = |node: &Node| {
        let text = node.text(source, "condition")?;
        condition::parse(&text, &names, Named::Selections, &node.at(source))
    };
    match &condition.kind {
        Kind::List(nodes) if !nodes.is_empty() => nodes.iter().map(one).collect(),
        Kind::List(_) => Err(condition.invalid(source, "condition", "at least one expression")),
        _ => Ok(vec![one(condition)?]),
    }
}

fn body(source: &Source, options: &Options<'_>, name: &str, node: &Node) -> Result<Body, Error> {
    match &node.kind {
        Kind::Map(entries) if !entries.is_empty() => {
            let item = |entry: &Entry| compile::item(source, options, Some(entry), &entry.value);
            Ok(Body::All(
                entries.iter().map(item).collect::<Result<_, _>>()?,
            ))
        }
        Kind::List(nodes) if nodes.iter().any(|n| !matches!(n.kind, Kind::Scalar(_))) => {
            let one = |node: &Node| body(source, options, name, node);
            Ok(Body::Any(nodes.iter().map(one).collect::<Result<_, _>>()?))
        }
        Kind::List(nodes) if !nodes.is_empty() => keywords(source, options, node),
        Kind::Scalar(scalar) if *scalar != crate::yaml::Scalar::Null => {
            keywords(source, options, node)
        }
        _ => Err(Error::Invalid {
            at: node.at(source),
            what: name.to_owned(),
            found: "empty".to_owned(),
            want: "a map of fields, a list of maps or a list of keywords".to_owned(),
            nearest: None,
        }),
    }
}

fn keywords(source: &Source, options: &Options<'_>, node: &Node) -> Result<Body, Error> {
    Ok(Body::All(vec![compile::item(source, options, None, node)?]))
}
