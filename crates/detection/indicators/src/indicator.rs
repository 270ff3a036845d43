use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Value;

/// A value that somebody warns of.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    pub value: Value,
    /// How sure its source is: 0 to 100.
    pub confidence: u8,
    pub validity: Validity,
    pub about: About,
}

/// When an indicator holds: from `from` on, and before `until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// What is told about an indicator. From a feed: hostile text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// Who says so, when the feed names somebody other than itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Its id in the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl Validity {
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether it holds whenever `other` does.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let from = self
            .from
            .is_none_or(|mine| other.from.is_some_and(|theirs| mine <= theirs));
        let until = self
            .until
            .is_none_or(|mine| other.until.is_some_and(|theirs| mine >= theirs));
        from && until
    }
}

impl About {
    /// Characters of a description that are kept.
    const DESCRIPTION: usize = 1_000;
    const LABEL: usize = 100;
    const LABELS: usize = 24;

    /// Cuts what nobody would read.
    #[must_use]
    pub(crate) fn cut(mut self) -> Self {
        cut(&mut self.description, Self::DESCRIPTION);
        self.labels.truncate(Self::LABELS);
        self.labels
            .iter_mut()
            .for_each(|label| cut(label, Self::LABEL));
        for text in [&mut self.source, &mut self.reference]
            .into_iter()
            .flatten()
        {
            cut(text, Self::LABEL);
        }
        self
    }
}

fn cut(text: &mut String, chars: usize) {
    if let Some((at, _)) = text.char_indices().nth(chars) {
        text.truncate(at);
    }
}
