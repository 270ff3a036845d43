use std::net::IpAddr;

use ipnet::IpNet;
use regex::RegexBuilder;

use super::expand::expand;
use super::key::Plan;
use crate::detection::RuleValue;
use crate::encode::{Utf16, base64, base64_offsets, utf16};
use crate::error::Error;
use crate::matcher::{Affix, Matcher};
use crate::modifier::Modifier;
use crate::number::Number;
use crate::text::{Part, TextPattern, parse_wildcards, plain, windash};
use crate::yaml::Scalar;

/// Compiled size of one regular expression, in bytes.
const MAX_REGEX_BYTES: usize = 4 << 20;

/// Every test that stands for one value of the rule; it holds when any of them does.
pub(super) fn compile(plan: &Plan<'_>, scalar: &Scalar) -> Result<RuleValue, Error> {
    let text = scalar.text();
    let variants = match (plan.has(Modifier::Expand), scalar) {
        (true, Scalar::Text(text)) => expand(text, plan.options, &plan.at)?,
        _ => Vec::new(),
    };
    let mut any = Vec::new();
    if variants.is_empty() && !plan.has(Modifier::Expand) {
        one(plan, scalar, &mut any)?;
    } else {
        for variant in variants {
            one(plan, &Scalar::Text(variant), &mut any)?;
        }
    }
    Ok(RuleValue { text, any })
}

fn one(plan: &Plan<'_>, scalar: &Scalar, any: &mut Vec<Matcher>) -> Result<(), Error> {
    use Modifier::*;
    if plan.has(Exists) {
        any.push(exists(plan, scalar)?);
    } else if plan.has(Re) {
        any.push(regex(plan, &scalar.text())?);
    } else if plan.has(Cidr) {
        any.push(cidr(plan, &scalar.text())?);
    } else if plan.has(FieldRef) {
        any.push(field_ref(plan, scalar)?);
    } else if let Some(part) = plan.find(Modifier::is_date_part) {
        any.push(Matcher::DatePart(
            part,
            Box::new(number(plan, part, scalar)?),
        ));
    } else if let Some(operator) = plan.find(Modifier::is_comparison) {
        any.push(number(plan, operator, scalar)?);
    } else {
        text(plan, scalar, any)?;
    }
    Ok(())
}

fn exists(plan: &Plan<'_>, scalar: &Scalar) -> Result<Matcher, Error> {
    match scalar.text().to_ascii_lowercase().as_str() {
        "true" => Ok(Matcher::Exists(true)),
        "false" => Ok(Matcher::Exists(false)),
        _ => Err(plan.refuse(
            Modifier::Exists,
            format!("takes true or false, not {}", scalar.describe()),
        )),
    }
}

fn regex(plan: &Plan<'_>, pattern: &str) -> Result<Matcher, Error> {
    RegexBuilder::new(pattern)
        .case_insensitive(plan.has(Modifier::IgnoreCase))
        .multi_line(plan.has(Modifier::MultiLine))
        .dot_matches_new_line(plan.has(Modifier::SingleLine))
        .size_limit(MAX_REGEX_BYTES)
        .build()
        .map(Matcher::Regex)
        .map_err(|error| Error::Regex {
            at: plan.at.clone(),
            pattern: pattern.chars().take(200).collect(),
            reason: explain(&error),
        })
}

fn explain(error: &regex::Error) -> String {
    let text = error.to_string();
    if text.contains("look-around") {
        return "look-around is not in Sigma's flavour: use a second selection and `not`"
            .to_owned();
    }
    if text.contains("backreferences") {
        return "back-references are not in Sigma's flavour".to_owned();
    }
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

fn cidr(plan: &Plan<'_>, text: &str) -> Result<Matcher, Error> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network
        .map(|network| Matcher::Cidr(network.trunc()))
        .map_err(|_| {
            plan.refuse(
                Modifier::Cidr,
                format!("takes a network such as 10.0.0.0/8, not `{text}`"),
            )
        })
}

fn field_ref(plan: &Plan<'_>, scalar: &Scalar) -> Result<Matcher, Error> {
    let Scalar::Text(field) = scalar else {
        let reason = format!("takes a field name, not {}", scalar.describe());
        return Err(plan.refuse(Modifier::FieldRef, reason));
    };
    let affix = match plan.modifiers.iter().rev().find(|modifier| {
        matches!(
            modifier,
            Modifier::Contains | Modifier::StartsWith | Modifier::EndsWith
        )
    }) {
        Some(Modifier::Contains) => Affix::Anywhere,
        Some(Modifier::StartsWith) => Affix::Start,
        Some(_) => Affix::End,
        None => Affix::Whole,
    };
    Ok(Matcher::FieldRef {
        field: field.clone(),
        affix,
        cased: plan.has(Modifier::Cased),
    })
}

fn number(plan: &Plan<'_>, modifier: Modifier, scalar: &Scalar) -> Result<Matcher, Error> {
    let number = match scalar {
        Scalar::Number(number, _) => Some(*number),
        Scalar::Text(text) => Number::parse(text),
        Scalar::Null | Scalar::Bool(_) => None,
    };
    let Some(number) = number else {
        return Err(plan.refuse(
            modifier,
            format!("takes a number, not {}", scalar.describe()),
        ));
    };
    Ok(match plan.find(Modifier::is_comparison) {
        Some(operator) => Matcher::Compare(operator, number),
        None => Matcher::Number(number, scalar.text()),
    })
}

/// A value on its way through the modifiers.
enum Draft {
    Parts(Vec<Part>),
    Bytes(Vec<u8>),
}

fn text(plan: &Plan<'_>, scalar: &Scalar, any: &mut Vec<Matcher>) -> Result<(), Error> {
    let changes: Vec<Modifier> = plan
        .modifiers
        .iter()
        .copied()
        .filter(|m| is_change(*m))
        .collect();
    let untouched = changes.is_empty() && !plan.keyword;
    match scalar {
        Scalar::Null => {
            if let Some(change) = changes.first() {
                return Err(plan.refuse(*change, "does not apply to null"));
            }
            any.push(Matcher::Null);
            return Ok(());
        }
        Scalar::Bool(value) if untouched => {
            any.push(Matcher::Bool(*value));
            return Ok(());
        }
        Scalar::Number(number, written) if untouched => {
            any.push(Matcher::Number(*number, written.clone()));
            return Ok(());
        }
        _ => {}
    }
    let mut drafts = vec![Draft::Parts(parse_wildcards(&scalar.text()))];
    for change in changes {
        let mut changed = Vec::new();
        for draft in drafts {
            apply(plan, change, draft, &mut changed)?;
        }
        drafts = changed;
    }
    let cased = plan.has(Modifier::Cased);
    any.extend(drafts.into_iter().map(|draft| {
        let parts = as_parts(draft);
        let parts = if plan.keyword {
            affixed(parts, true, true)
        } else {
            parts
        };
        Matcher::Text(TextPattern::new(&parts, cased))
    }));
    Ok(())
}

fn is_change(modifier: Modifier) -> bool {
    use Modifier::*;
    matches!(
        modifier,
        Contains
            | StartsWith
            | EndsWith
            | Base64
            | Base64Offset
            | Utf16
            | Utf16Be
            | Utf16Le
            | Wide
            | Windash
    )
}

fn apply(
    plan: &Plan<'_>,
    change: Modifier,
    draft: Draft,
    out: &mut Vec<Draft>,
) -> Result<(), Error> {
    let form = match change {
        Modifier::Contains => return keep(out, affixed(as_parts(draft), true, true)),
        Modifier::StartsWith => return keep(out, affixed(as_parts(draft), false, true)),
        Modifier::EndsWith => return keep(out, affixed(as_parts(draft), true, false)),
        Modifier::Windash => return keep(out, windash(as_parts(draft))),
        Modifier::Base64 => {
            let encoded = base64(&as_bytes(plan, change, draft)?);
            return keep(out, literal(encoded));
        }
        Modifier::Base64Offset => return offsets(plan, &as_bytes(plan, change, draft)?, out),
        Modifier::Utf16 => Utf16::Marked,
        Modifier::Utf16Be => Utf16::Big,
        _ => Utf16::Little,
    };
    let Draft::Parts(parts) = draft else {
        return Err(plan.refuse(change, "must come before other encodings"));
    };
    let text = plain(&parts).ok_or_else(|| no_wildcards(plan, change))?;
    out.push(Draft::Bytes(utf16(&text, form)));
    Ok(())
}

fn keep(out: &mut Vec<Draft>, parts: Vec<Part>) -> Result<(), Error> {
    out.push(Draft::Parts(parts));
    Ok(())
}

fn offsets(plan: &Plan<'_>, bytes: &[u8], out: &mut Vec<Draft>) -> Result<(), Error> {
    for variant in base64_offsets(bytes) {
        if variant.is_empty() {
            return Err(plan.refuse(Modifier::Base64Offset, "needs a value of two bytes or more"));
        }
        keep(out, literal(variant))?;
    }
    Ok(())
}

fn as_bytes(plan: &Plan<'_>, change: Modifier, draft: Draft) -> Result<Vec<u8>, Error> {
    match draft {
        Draft::Bytes(bytes) => Ok(bytes),
        Draft::Parts(parts) => plain(&parts)
            .map(String::into_bytes)
            .ok_or_else(|| no_wildcards(plan, change)),
    }
}

fn no_wildcards(plan: &Plan<'_>, change: Modifier) -> Error {
    plan.refuse(
        change,
        "cannot encode wildcards: put it before `contains`, or escape them",
    )
}

/// Encoded bytes that no base64 follows are looked for one character a byte.
fn as_parts(draft: Draft) -> Vec<Part> {
    match draft {
        Draft::Parts(parts) => parts,
        Draft::Bytes(bytes) => literal(bytes.into_iter().map(char::from).collect()),
    }
}

fn literal(text: String) -> Vec<Part> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Part::Literal(text)]
    }
}

fn affixed(mut parts: Vec<Part>, before: bool, after: bool) -> Vec<Part> {
    if before && parts.first() != Some(&Part::AnyRun) {
        parts.insert(0, Part::AnyRun);
    }
    if after && parts.last() != Some(&Part::AnyRun) {
        parts.push(Part::AnyRun);
    }
    parts
}
