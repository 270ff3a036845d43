//! Elasticsearch's `_bulk`: an action a line, and a document on the line after it.
//!
//! Facts: the "Bulk" page of Elasticsearch's document APIs.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Entry, Error, Sink};

/// What a request asks to be done with one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Index,
    Create,
    /// Nothing here is ever changed or deleted by a sender.
    Update,
    Delete,
}

/// An action of the request, for the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub action: Action,
    pub index: Option<String>,
    pub id: Option<String>,
}

/// What an action may carry that matters here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    #[serde(rename = "_index")]
    index: Option<String>,
    #[serde(rename = "_id")]
    id: Option<String>,
    pipeline: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Index(Meta),
    Create(Meta),
    Update(Meta),
    Delete(Meta),
}

impl Action {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Whether its document is taken.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Index | Self::Create)
    }
}

/// Reads a request; `index` is the one that its path names. What is no JSON is taken like any
/// document, so that it reaches the dead letter and is not lost in an answer nobody reads.
///
/// # Errors
/// [`Error::Malformed`] when a line that must be an action is none, as Elasticsearch has it.
pub fn read(
    body: &[u8],
    index: Option<&str>,
    items: &mut dyn FnMut(Item) -> Result<(), Error>,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let mut lines = (1_usize..).zip(body.split(|byte| *byte == b'\n'));
    while let Some((number, line)) = lines.next() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (action, meta) = action(line, number)?;
        let index = meta.index.or_else(|| index.map(str::to_owned));
        if action != Action::Delete {
            let document = lines.next().map(|(_, line)| line.trim_ascii());
            let document = document.filter(|line| !line.is_empty()).ok_or_else(|| {
                let text = format!("the action in line {number} has no document");
                Error::malformed("_bulk", text)
            })?;
            if action.is_taken() {
                let about = about(index.as_deref(), meta.id.as_deref(), meta.pipeline);
                sink(Entry::document(document.to_vec(), about))?;
            }
        }
        items(Item {
            action,
            index,
            id: meta.id,
        })?;
    }
    Ok(())
}

fn action(line: &[u8], number: usize) -> Result<(Action, Meta), Error> {
    let read = serde_json::from_slice(line).map_err(|error| {
        let text = format!("line {number} is no action: {error}");
        Error::malformed("_bulk", text)
    })?;
    Ok(match read {
        Line::Index(meta) => (Action::Index, meta),
        Line::Create(meta) => (Action::Create, meta),
        Line::Update(meta) => (Action::Update, meta),
        Line::Delete(meta) => (Action::Delete, meta),
    })
}

fn about(index: Option<&str>, id: Option<&str>, pipeline: Option<String>) -> Map<String, Value> {
    let mut about = Map::new();
    for (name, value) in [
        ("_index", index),
        ("_id", id),
        ("pipeline", pipeline.as_deref()),
    ] {
        if let Some(value) = value {
            about.insert(name.to_owned(), value.into());
        }
    }
    about
}
