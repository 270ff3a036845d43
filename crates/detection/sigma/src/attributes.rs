//! The attributes of a document or of one of its sections.

use crate::error::Error;
use crate::rule::{Level, LogSource, Related, Status};
use crate::yaml::{Entry, Kind, Node, Scalar, Source};
use aurora_nearest::nearest;

/// Reads attributes one by one.
pub(crate) struct Attributes<'d> {
    pub source: &'d Source,
    pub document: &'d Node,
    /// What it is, for errors: `rule`.
    pub what: &'static str,
}

impl<'d> Attributes<'d> {
    pub fn entry(&self, key: &'static str) -> Result<&'d Entry, Error> {
        self.document.entry(key).ok_or_else(|| self.missing(key))
    }

    pub fn missing(&self, key: &'static str) -> Error {
        Error::Missing {
            at: self.document.at(self.source),
            what: key,
            within: self.what,
            nearest: nearest(key, self.document.keys()).map(str::to_owned),
        }
    }

    pub fn required(&self, key: &'static str) -> Result<String, Error> {
        self.entry(key)?.value.text(self.source, key)
    }

    /// Null counts as not given.
    pub fn optional(&self, key: &str) -> Result<Option<String>, Error> {
        match self.document.get(key) {
            None
            | Some(Node {
                kind: Kind::Scalar(Scalar::Null),
                ..
            }) => Ok(None),
            // Authors and descriptions are sometimes lists; their meaning is plain.
            Some(Node {
                kind: Kind::List(_),
                ..
            }) => Ok(Some(self.list(key)?.join(", "))),
            Some(node) => node.text(self.source, key).map(Some),
        }
    }

    /// A list of texts; a single text counts as a list of one.
    pub fn list(&self, key: &str) -> Result<Vec<String>, Error> {
        match self.document.get(key) {
            None
            | Some(Node {
                kind: Kind::Scalar(Scalar::Null),
                ..
            }) => Ok(Vec::new()),
            Some(Node {
                kind: Kind::List(nodes),
                ..
            }) => nodes
                .iter()
                .map(|node| node.text(self.source, key))
                .collect(),
            Some(node) => Ok(vec![node.text(self.source, key)?]),
        }
    }

    pub fn level(&self) -> Result<Option<Level>, Error> {
        self.word("level", &Level::ALL)
    }

    pub fn status(&self) -> Result<Option<Status>, Error> {
        self.word("status", &Status::ALL)
    }

    pub fn word<T: Copy>(
        &self,
        key: &str,
        known: &[(T, &'static str)],
    ) -> Result<Option<T>, Error> {
        let Some(word) = self.optional(key)? else {
            return Ok(None);
        };
        let found = known
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(&word));
        let at = || {
            self.document
                .get(key)
                .unwrap_or(self.document)
                .at(self.source)
        };
        found
            .map(|(value, _)| Some(*value))
            .ok_or_else(|| Error::Invalid {
                at: at(),
                what: key.to_owned(),
                found: crate::yaml::quoted(&word),
                want: known
                    .iter()
                    .map(|(_, name)| *name)
                    .collect::<Vec<_>>()
                    .join(", "),
                nearest: nearest(&word, known.iter().map(|(_, name)| *name)).map(str::to_owned),
            })
    }

    pub fn related(&self) -> Result<Vec<Related>, Error> {
        match self.document.get("related") {
            Some(Node {
                kind: Kind::List(nodes),
                ..
            }) => nodes.iter().map(|n| self.relation(n)).collect(),
            None
            | Some(Node {
                kind: Kind::Scalar(Scalar::Null),
                ..
            }) => Ok(Vec::new()),
            Some(node) => Err(node.invalid(self.source, "related", "a list of `id` and `type`")),
        }
    }

    fn relation(&self, node: &Node) -> Result<Related, Error> {
        let part = |key: &str| match node.get(key) {
            Some(value) => value.text(self.source, key),
            None => Err(node.invalid(self.source, "related", "a map with `id` and `type`")),
        };
        Ok(Related {
            id: part("id")?,
            kind: part("type")?,
        })
    }

    pub fn logsource(&self) -> Result<LogSource, Error> {
        let entry = self.entry("logsource")?;
        if !matches!(entry.value.kind, Kind::Map(_)) {
            let want = "a map with category, product or service";
            return Err(entry.value.invalid(self.source, "logsource", want));
        }
        let section = Attributes {
            source: self.source,
            document: &entry.value,
            what: "logsource section",
        };
        let logsource = LogSource {
            category: section.optional("category")?,
            product: section.optional("product")?,
            service: section.optional("service")?,
            definition: section.optional("definition")?,
        };
        if logsource.category.is_some()
            || logsource.product.is_some()
            || logsource.service.is_some()
        {
            return Ok(logsource);
        }
        Err(Error::Missing {
            at: entry.at(self.source),
            what: "category, product or service",
            within: "logsource section",
            nearest: None,
        })
    }
}
