//! A YAML tree that remembers where every node stands, read within fixed bounds.

mod build;
mod scalar;

pub(crate) use build::{Source, read};
pub(crate) use scalar::{Scalar, quoted};

use crate::error::{Error, Location};

/// Nesting that no rule needs.
pub(crate) const MAX_DEPTH: usize = 48;
/// Nodes in one file, aliases expanded; the largest SigmaHQ rule has about 1,500.
pub(crate) const MAX_NODES: usize = 100_000;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub line: u32,
    pub column: u32,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub line: u32,
    pub column: u32,
    pub value: Node,
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let entries: &[Entry] = match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().map(|entry| entry.key.as_str())
    }

    /// Nodes in this subtree, itself included.
    pub fn count(&self) -> usize {
        1 + match &self.kind {
            Kind::Scalar(_) => 0,
            Kind::List(nodes) => nodes.iter().map(Node::count).sum(),
            Kind::Map(entries) => entries.iter().map(|entry| entry.value.count()).sum(),
        }
    }

    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.describe(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
        }
    }

    pub fn at(&self, source: &Source) -> Location {
        source.location(self.line, self.column)
    }

    /// The node's text when it is a scalar other than null.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is a list, a map or null.
    pub fn text(&self, source: &Source, what: &str) -> Result<String, Error> {
        match &self.kind {
            Kind::Scalar(scalar) if !matches!(scalar, Scalar::Null) => Ok(scalar.text()),
            _ => Err(self.invalid(source, what, "text")),
        }
    }

    pub fn invalid(&self, source: &Source, what: &str, want: &str) -> Error {
        Error::Invalid {
            at: self.at(source),
            what: what.to_owned(),
            found: self.describe(),
            want: want.to_owned(),
            nearest: None,
        }
    }

    pub fn empty_list(&self, source: &Source, what: &str, want: &str) -> Error {
        Error::Invalid {
            at: self.at(source),
            what: what.to_owned(),
            found: "an empty list".to_owned(),
            want: want.to_owned(),
            nearest: None,
        }
    }
}

impl Entry {
    pub fn at(&self, source: &Source) -> Location {
        source.location(self.line, self.column)
    }
}
