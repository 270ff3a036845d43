use std::collections::BTreeMap;
use std::sync::Arc;

use crate::attributes::Attributes;
use crate::collection::{Collection, Whole};
use crate::correlation::{self, Correlation};
use crate::detection;
use crate::error::Error;
use crate::filter::{self, Filter};
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
    /// A rule over the matches of other rules.
    Correlation(Box<Correlation>),
    /// A condition put on other rules.
    Filter(Box<Filter>),
}

/// Reads every document of a rule file; `file` is what errors and locations call it.
///
/// A document that cannot be used is an error in its place and does not stop the others, except
/// broken YAML, after which nothing is known. An empty file has no documents. Documents with an
/// `action` are worked into those they are about and do not appear themselves.
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
    let mut collection = Collection::default();
    yaml::read(&source, text.trim_start_matches('\u{feff}'))
        .into_iter()
        .filter(|document| !matches!(document, Ok(node) if is_empty(node)))
        .filter_map(|node| whole(&source, &mut collection, node).transpose())
        .map(|whole| document(&source, options, &whole?))
        .collect()
}

fn whole(
    source: &Source,
    collection: &mut Collection,
    node: Result<Node, Error>,
) -> Result<Option<Whole>, Error> {
    let node = node?;
    if !matches!(node.kind, Kind::Map(_)) {
        return Err(node.invalid(source, "rule", "a map with title, logsource and detection"));
    }
    collection.take(source, node)
}

fn is_empty(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar(yaml::Scalar::Null))
}

/// The sections that make a document what it is, and what it then is.
const SECTIONS: [(&str, &str); 3] = [
    ("correlation", "correlation rule"),
    ("filter", "filter"),
    ("detection", "rule"),
];

fn document(source: &Source, options: &Options<'_>, whole: &Whole) -> Result<Document, Error> {
    let node = &whole.node;
    let mut sections = SECTIONS
        .iter()
        .filter_map(|(key, what)| Some((node.entry(key)?, *what)));
    let first = sections.next();
    if let (Some((first, _)), Some((second, _))) = (first, sections.next()) {
        return Err(Error::Contradiction {
            at: second.at(source),
            reason: format!(
                "a document has a `{}` or a `{}` section, not both: part them with `---`",
                first.key, second.key
            ),
        });
    }
    let what = first.map_or("rule", |(_, what)| what);
    let attributes = Attributes {
        source,
        document: node,
        what,
    };
    let inherited = &whole.inherited;
    Ok(match what {
        "correlation rule" => {
            let read = correlation::read(&attributes, inherited)?;
            Document::Correlation(Box::new(read))
        }
        "filter" => {
            let read = filter::read(&attributes, inherited, options)?;
            Document::Filter(Box::new(read))
        }
        _ => Document::Rule(Box::new(rule(&attributes, inherited, options)?)),
    })
}

fn rule(whole: &Attributes<'_>, inherited: &[u32], options: &Options<'_>) -> Result<Rule, Error> {
    Ok(Rule {
        header: Header::read(whole, inherited)?,
        logsource: whole.logsource()?,
        detection: detection::read(whole.source, options, whole.entry("detection")?, &[])?,
    })
}
