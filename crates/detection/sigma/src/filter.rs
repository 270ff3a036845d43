use crate::attributes::Attributes;
use crate::correlation::Reference;
use crate::detection::{self, Detection};
use crate::document::Options;
use crate::error::{Error, Location};
use crate::rule::{LogSource, Status};
use crate::yaml::{Kind, Node, Scalar, Source};

/// A condition put on other rules: each then fires only on events for which this holds too, so an
/// exclusion is written `not selection`.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Where its document begins.
    pub at: Location,
    /// First lines of the `action` documents of the same file that it takes attributes from.
    pub inherited: Vec<u32>,
    pub title: String,
    pub id: Option<String>,
    pub name: Option<String>,
    pub taxonomy: Option<String>,
    pub status: Option<Status>,
    pub description: Option<String>,
    pub author: Option<String>,
    pub references: Vec<String>,
    pub date: Option<String>,
    pub modified: Option<String>,
    pub tags: Vec<String>,
    /// Rules of other logsources are left alone.
    pub logsource: LogSource,
    pub rules: FilterRules,
    pub detection: Detection,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterRules {
    /// Every rule of the logsource.
    Any,
    /// Never empty.
    Named(Vec<Reference>),
}

const WANT: &str = "`any`, or the ids or names of the rules to filter";

/// Reads a document that has a `filter` section.
pub(crate) fn read(
    header: &Attributes<'_>,
    inherited: &[u32],
    options: &Options<'_>,
) -> Result<Filter, Error> {
    let source = header.source;
    let section = header.entry("filter")?;
    let logsource = header.logsource()?;
    if !matches!(section.value.kind, Kind::Map(_)) {
        let want = "a map of rules, a selection and a condition";
        return Err(section.value.invalid(source, "filter", want));
    }
    let body = Attributes {
        source,
        document: &section.value,
        what: "filter section",
    };
    Ok(Filter {
        at: header.document.at(source),
        inherited: inherited.to_vec(),
        title: header.required("title")?,
        id: header.optional("id")?,
        name: header.optional("name")?,
        taxonomy: header.optional("taxonomy")?,
        status: header.status()?,
        description: header.optional("description")?,
        author: header.optional("author")?,
        references: header.list("references")?,
        date: header.optional("date")?,
        modified: header.optional("modified")?,
        tags: header.list("tags")?,
        logsource,
        rules: rules(source, &body.entry("rules")?.value)?,
        detection: detection::read(source, options, section, &["rules"])?,
    })
}

fn rules(source: &Source, node: &Node) -> Result<FilterRules, Error> {
    let one = |node: &Node| {
        Ok(Reference {
            at: node.at(source),
            text: node.text(source, "rules")?,
        })
    };
    match &node.kind {
        Kind::Scalar(Scalar::Text(word)) if word.eq_ignore_ascii_case("any") => {
            Ok(FilterRules::Any)
        }
        Kind::Scalar(Scalar::Text(_)) => Ok(FilterRules::Named(vec![one(node)?])),
        Kind::List(nodes) if nodes.is_empty() => Err(node.empty_list(source, "rules", WANT)),
        Kind::List(nodes) => {
            let named: Vec<Reference> = nodes.iter().map(one).collect::<Result<_, _>>()?;
            match named.as_slice() {
                [only] if only.text.eq_ignore_ascii_case("any") => Ok(FilterRules::Any),
                _ => Ok(FilterRules::Named(named)),
            }
        }
        _ => Err(node.invalid(source, "rules", WANT)),
    }
}
