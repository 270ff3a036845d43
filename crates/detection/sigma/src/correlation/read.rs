use super::{Alias, Correlation, CorrelationKind, Reference};
use super::{condition, timespan};
use crate::attributes::Attributes;
use crate::error::Error;
use crate::header::Header;
use crate::yaml::{Entry, Kind, Node, Scalar, Source};
use aurora_nearest::nearest;

const KEYS: [&str; 7] = [
    "type",
    "rules",
    "group-by",
    "timespan",
    "aliases",
    "condition",
    "generate",
];

/// Reads a document that has a `correlation` section.
pub(crate) fn read(whole: &Attributes<'_>, inherited: &[u32]) -> Result<Correlation, Error> {
    let source = whole.source;
    let section = whole.entry("correlation")?;
    let Kind::Map(entries) = &section.value.kind else {
        let want = "a map of type, rules, group-by, timespan and condition";
        return Err(section.value.invalid(source, "correlation", want));
    };
    if let Some(entry) = entries.iter().find(|e| !KEYS.contains(&e.key.as_str())) {
        return Err(entry.unknown(source, "correlation", &KEYS));
    }
    let body = Attributes {
        source,
        document: &section.value,
        what: "correlation section",
    };
    let kind = kind(&body)?;
    let rules = rules(source, body.entry("rules")?)?;
    let group_by = group_by(&body)?;
    Ok(Correlation {
        header: Header::read(whole, inherited)?,
        timespan: timespan::read(source, &body.entry("timespan")?.value)?,
        aliases: aliases(&body)?,
        condition: condition::read(&body, kind, &rules)?,
        generate: generate(whole, &body)?,
        kind,
        rules,
        group_by,
    })
}

fn kind(body: &Attributes<'_>) -> Result<CorrelationKind, Error> {
    let entry = body.entry("type")?;
    let known = body.word("type", &CorrelationKind::ALL)?;
    known.ok_or_else(|| {
        let names = CorrelationKind::ALL.map(|(_, name)| name).join(", ");
        entry.value.invalid(body.source, "type", &names)
    })
}

fn rules(source: &Source, entry: &Entry) -> Result<Vec<Reference>, Error> {
    let want = "the ids or names of one rule or more";
    let one = |node: &Node| {
        Ok(Reference {
            at: node.at(source),
            text: node.text(source, "rules")?,
        })
    };
    let rules = match &entry.value.kind {
        Kind::List(nodes) if !nodes.is_empty() => {
            nodes.iter().map(one).collect::<Result<Vec<_>, Error>>()?
        }
        Kind::Scalar(Scalar::Text(_)) => vec![one(&entry.value)?],
        Kind::List(_) => return Err(entry.value.empty_list(source, "rules", want)),
        _ => return Err(entry.value.invalid(source, "rules", want)),
    };
    match twice(rules.iter().map(|rule| &rule.text)) {
        None => Ok(rules),
        Some(at) => Err(Error::Invalid {
            at: rules[at].at.clone(),
            what: "rules".to_owned(),
            found: format!("`{}` a second time", rules[at].text),
            want: "each rule once".to_owned(),
            nearest: None,
        }),
    }
}

/// The place of the first one that was there before.
fn twice<'t>(texts: impl Iterator<Item = &'t String>) -> Option<usize> {
    let texts: Vec<&String> = texts.collect();
    (1..texts.len()).find(|at| texts[..*at].contains(&texts[*at]))
}

fn group_by(body: &Attributes<'_>) -> Result<Vec<String>, Error> {
    let fields = body.list("group-by")?;
    match twice(fields.iter()) {
        None => Ok(fields),
        Some(at) => Err(Error::Invalid {
            at: body.entry("group-by")?.at(body.source),
            what: "group-by".to_owned(),
            found: format!("`{}` twice", fields[at]),
            want: "each field once".to_owned(),
            nearest: None,
        }),
    }
}

fn aliases(body: &Attributes<'_>) -> Result<Vec<Alias>, Error> {
    let want = "a map of alias to a map of rule to field";
    let entries = match body.document.get("aliases").map(|node| (&node.kind, node)) {
        None | Some((Kind::Scalar(Scalar::Null), _)) => return Ok(Vec::new()),
        Some((Kind::Map(entries), _)) => entries,
        Some((_, node)) => return Err(node.invalid(body.source, "aliases", want)),
    };
    let alias = |entry: &Entry| {
        let Kind::Map(fields) = &entry.value.kind else {
            let want = "a map of rule to field";
            return Err(entry.value.invalid(body.source, &entry.key, want));
        };
        let field = |field: &Entry| {
            let rule = Reference {
                at: field.at(body.source),
                text: field.key.clone(),
            };
            Ok((rule, field.value.text(body.source, &field.key)?))
        };
        Ok(Alias {
            name: entry.key.clone(),
            at: entry.at(body.source),
            fields: fields.iter().map(field).collect::<Result<_, Error>>()?,
        })
    };
    entries.iter().map(alias).collect()
}

/// The specification lists `generate` beside `level`; tools read it inside the section. Both are
/// taken as long as they agree.
fn generate(header: &Attributes<'_>, body: &Attributes<'_>) -> Result<bool, Error> {
    let read = |header: &Attributes<'_>| match header.document.get("generate") {
        None => Ok(None),
        Some(Node {
            kind: Kind::Scalar(Scalar::Bool(value)),
            ..
        }) => Ok(Some(*value)),
        Some(node) => Err(node.invalid(header.source, "generate", "true or false")),
    };
    match (read(header)?, read(body)?) {
        (Some(outer), Some(inner)) if outer != inner => {
            let entry = body.entry("generate")?;
            let want = "the same as outside the correlation section, or once";
            Err(entry.value.invalid(body.source, "generate", want))
        }
        (outer, inner) => Ok(outer.or(inner).unwrap_or(false)),
    }
}

impl Entry {
    /// This key is none that its section knows.
    pub(crate) fn unknown(&self, source: &Source, within: &'static str, known: &[&str]) -> Error {
        // What rules had before Sigma 2, and what people still write.
        let near = match self.key.as_str() {
            "timeframe" => Some("timespan"),
            key => nearest(key, known.iter().copied()),
        };
        Error::UnknownKey {
            at: self.at(source),
            key: self.key.clone(),
            within,
            nearest: near.map(str::to_owned),
            known: known.join(", "),
        }
    }
}
