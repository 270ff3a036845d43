use crate::detection::{Item, Link, RuleValue};
use crate::document::Options;
use crate::error::{Error, Location};
use crate::modifier::Modifier;
use crate::yaml::{Entry, Kind, Node, Scalar, Source};

use super::value;

/// What a value's tests are made from.
pub(super) struct Plan<'a> {
    pub at: Location,
    pub keyword: bool,
    pub modifiers: &'a [Modifier],
    pub options: &'a Options<'a>,
}

impl Plan<'_> {
    pub fn has(&self, modifier: Modifier) -> bool {
        self.modifiers.contains(&modifier)
    }

    pub fn find(&self, wanted: fn(Modifier) -> bool) -> Option<Modifier> {
        self.modifiers
            .iter()
            .copied()
            .find(|modifier| wanted(*modifier))
    }

    pub fn refuse(&self, modifier: Modifier, reason: impl Into<String>) -> Error {
        Error::Modifier {
            at: self.at.clone(),
            modifier: modifier.name(),
            reason: reason.into(),
        }
    }
}

/// Compiles `field|modifier|…: value(s)`; without a key, a keyword or a list of them.
pub(crate) fn item(
    source: &Source,
    options: &Options<'_>,
    key: Option<&Entry>,
    node: &Node,
) -> Result<Item, Error> {
    let at = key.map_or_else(|| node.at(source), |entry| entry.at(source));
    let (field, modifiers) = match key {
        Some(entry) => split(&entry.key, &at)?,
        None => (None, Vec::new()),
    };
    let plan = Plan {
        at: at.clone(),
        keyword: field.is_none(),
        modifiers: &modifiers,
        options,
    };
    check(&plan)?;
    let values = scalars(
        source,
        node,
        key.map_or("keyword", |entry| entry.key.as_str()),
    )?
    .into_iter()
    .map(|(scalar, at)| value::compile(&Plan { at, ..plan }, scalar))
    .collect::<Result<Vec<RuleValue>, Error>>()?;
    if plan.has(Modifier::Exists) && values.len() != 1 {
        return Err(plan.refuse(Modifier::Exists, "takes one value: true or false"));
    }
    let link = if plan.has(Modifier::All) {
        Link::All
    } else {
        Link::Any
    };
    let negated = plan.has(Modifier::Neq);
    Ok(Item {
        at,
        field,
        modifiers,
        link,
        negated,
        values,
    })
}

fn split(key: &str, at: &Location) -> Result<(Option<String>, Vec<Modifier>), Error> {
    let mut words = key.split('|');
    let field = words
        .next()
        .filter(|field| !field.is_empty())
        .map(str::to_owned);
    let mut column = at.column + width(field.as_deref().unwrap_or_default()) + 1;
    let mut modifiers = Vec::new();
    for word in words {
        modifiers.push(Modifier::parse(
            word,
            &Location {
                column,
                ..at.clone()
            },
        )?);
        column += width(word) + 1;
    }
    if field.is_none() && modifiers.is_empty() {
        return Err(Error::Invalid {
            at: at.clone(),
            what: "field name".to_owned(),
            found: "empty".to_owned(),
            want: "a field, or a list of keywords".to_owned(),
            nearest: None,
        });
    }
    Ok((field, modifiers))
}

fn width(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX / 2)
}

/// Refuses combinations that mean nothing, rather than guess which half was meant.
fn check(plan: &Plan<'_>) -> Result<(), Error> {
    use Modifier::*;
    let kinds: Vec<Modifier> = plan
        .modifiers
        .iter()
        .copied()
        .filter(|m| m.is_kind())
        .collect();
    let dated = matches!(kinds.as_slice(), [a, b] if a.is_date_part() && b.is_comparison());
    if let ([first, second, ..], false) = (kinds.as_slice(), dated) {
        return Err(plan.refuse(*second, format!("does not go with `{}`", first.name())));
    }
    if let (Some(flag), false) = (plan.find(Modifier::is_regex_flag), plan.has(Re)) {
        return Err(plan.refuse(flag, "only follows `re`"));
    }
    let Some(kind) = kinds.first().copied() else {
        return Ok(());
    };
    if plan.keyword && kind != Re {
        return Err(plan.refuse(kind, "needs a field name before it"));
    }
    let bare = [All, Neq, Expand, IgnoreCase, MultiLine, SingleLine];
    let affixes = [Contains, StartsWith, EndsWith, Cased];
    let strange = plan.modifiers.iter().copied().find(|modifier| {
        let fits = modifier.is_kind()
            || (kind != Exists && bare.contains(modifier))
            || (kind == FieldRef && affixes.contains(modifier));
        !fits
    });
    strange.map_or(Ok(()), |m| {
        Err(plan.refuse(m, format!("does not go with `{}`", kind.name())))
    })
}

fn scalars<'n>(
    source: &Source,
    node: &'n Node,
    key: &str,
) -> Result<Vec<(&'n Scalar, Location)>, Error> {
    let want = "a value or a list of values";
    let one = |node: &'n Node| match &node.kind {
        Kind::Scalar(scalar) => Ok((scalar, node.at(source))),
        _ => Err(node.invalid(source, key, want)),
    };
    match &node.kind {
        Kind::Scalar(_) => Ok(vec![one(node)?]),
        Kind::List(nodes) if !nodes.is_empty() => nodes.iter().map(one).collect(),
        Kind::List(_) => Err(Error::Invalid {
            at: node.at(source),
            what: key.to_owned(),
            found: "an empty list".to_owned(),
            want: want.to_owned(),
            nearest: None,
        }),
        Kind::Map(_) => Err(node.invalid(source, key, want)),
    }
}
