use std::collections::BTreeMap;
use std::sync::Arc;

use crate::detection;
use crate::error::{Error, Location};
use crate::header::Header;
use crate::rule::Rule;
use crate::yaml::{self, Kind, Node, Source};

/// Larger rule files are refused unread; the largest SigmaHQ rule is under 60 kB.
pub const MAX_TEXT_BYTES: usize = 4 << 20;

/// What a rule may draw on beside its own text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Values for `%name%` under the `expand` modifier; wildcards in them count.
    pub placeholders: Option<&'a BTreeMap<String, Vec<String>>>,
}

/// One YAML document of a rule file.
#[derive(Clone, Debug)]
pub enum Document {
    Rule(Box<Rule>),
    /// A correlation over other rules: recognised, not evaluated yet by this version.
    Correlation(NotEvaluated),
    /// A filter on other rules: recognised, not evaluated yet by this version.
    Filter(NotEvaluated),
}

/// What is known of a document that this version does not evaluate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotEvaluated {
    pub at: Location,
    pub title: String,
    pub id: Option<String>,
}

/// Reads every document of a rule file; `file` is what errors and locations call it.
///
/// A document that cannot be used is an error in its place and does not stop the others, except
/// broken YAML, after which nothing is known. An empty file has no documents.
pub fn parse(file: &str, text: &str, options: &Options<'_>) -> Vec<Result<Document, Error>> {
    let source = Source {
        file: Arc::from(file),
    };
    if text.len() > MAX_TEXT_BYTES {
        let at = source.location(1, 1);
        return vec![Err(Error::TooLarge {
            at,
            what: "the file's size in bytes",
            limit: MAX_TEXT_BYTES,
        })];
    }
    yaml::read(&source, text.trim_start_matches('\u{feff}'))
        .into_iter()
        .filter(|document| !matches!(document, Ok(node) if is_empty(node)))
        .map(|node| document(&source, options, &node?))
        .collect()
}

fn is_empty(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar(yaml::Scalar::Null))
}

fn document(source: &Source, options: &Options<'_>, node: &Node) -> Result<Document, Error> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Err(node.invalid(source, "rule", "a map with title, logsource and detection"));
    }
    let header = Header {
        source,
        document: node,
    };
    if let Some(action) = node.get("action") {
        return Err(action.invalid(source, "action", "whole rules, one in each document"));
    }
    if node.get("correlation").is_some() {
        return not_evaluated(&header).map(Document::Correlation);
    }
    if node.get("filter").is_some() {
        return not_evaluated(&header).map(Document::Filter);
    }
    rule(&header, options).map(|rule| Document::Rule(Box::new(rule)))
}

fn not_evaluated(header: &Header<'_>) -> Result<NotEvaluated, Error> {
    Ok(NotEvaluated {
        at: header.document.at(header.source),
        title: header.required("title")?,
        id: header.optional("id")?,
    })
}

fn rule(header: &Header<'_>, options: &Options<'_>) -> Result<Rule, Error> {
    Ok(Rule {
        at: header.document.at(header.source),
        title: header.required("title")?,
        id: header.optional("id")?,
        name: header.optional("name")?,
        taxonomy: header.optional("taxonomy")?,
        status: header.status()?,
        level: header.level()?,
        description: header.optional("description")?,
        license: header.optional("license")?,
        author: header.optional("author")?,
        references: header.list("references")?,
        date: header.optional("date")?,
        modified: header.optional("modified")?,
        related: header.related()?,
        logsource: header.logsource()?,
        detection: detection::read(header.source, options, header.entry("detection")?)?,
        fields: header.list("fields")?,
        falsepositives: header.list("falsepositives")?,
        tags: header.list("tags")?,
        scope: header.list("scope")?,
    })
}
