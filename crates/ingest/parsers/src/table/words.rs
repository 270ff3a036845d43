//! A scalar as text that transforms cut to pieces, and pieces as what is written.

use std::borrow::Cow;
use std::ops::Range;

use super::json::{Form, Kind, Node};
use super::{scan, write::Slot};

/// A scalar's text. Where the record's own spelling will do, it is that, and pieces of it are copied as they stand.
#[derive(Clone, Debug)]
pub(crate) struct Words<'r> {
    pub text: Cow<'r, str>,
    /// `text` is the inside of a JSON string.
    inner: bool,
    /// How one backslash is spelled in `text`.
    pub backslash: &'static str,
}

impl<'r> Words<'r> {
    pub(crate) fn of(node: Node<'r>) -> Option<Self> {
        let plain = |inner| Self {
            text: Cow::Borrowed(node.inner()),
            inner,
            backslash: "\\",
        };
        match (node.kind(), node.form()) {
            (Kind::Int | Kind::Bool, _) | (Kind::Text, Form::Plain) => Some(plain(true)),
            (Kind::Text, Form::Doubled) => Some(Self {
                backslash: "\\\\",
                ..plain(true)
            }),
            _ => Some(Self {
                text: node.scalar()?,
                ..plain(false)
            }),
        }
    }

    /// The whole text, decoded.
    pub(crate) fn decoded(&self) -> Cow<'_, str> {
        if self.inner && self.backslash.len() > 1 {
            return Cow::Owned(self.text.replace("\\\\", "\\"));
        }
        Cow::Borrowed(&self.text)
    }

    pub(crate) fn piece(&self, range: Range<usize>) -> Slot<'r> {
        match &self.text {
            Cow::Borrowed(text) if self.inner => Slot::Inner(&text[range]),
            Cow::Borrowed(text) => Slot::Text(Cow::Borrowed(&text[range])),
            Cow::Owned(text) => Slot::Text(Cow::Owned(text[range].to_owned())),
        }
    }

    pub(crate) fn whole(&self) -> Slot<'r> {
        self.piece(0..self.text.len())
    }

    /// A part of the text, as a JSON string at the end of `json`.
    pub(crate) fn push(&self, part: &str, json: &mut Vec<u8>) {
        json.push(b'"');
        if self.inner {
            json.extend_from_slice(part.as_bytes());
        } else {
            scan::escape(part, json);
        }
        json.push(b'"');
    }
}

/// A scalar as what is written of its text: where its spelling is `serde_json`'s, as it stands.
pub(crate) fn whole(node: Node<'_>) -> Option<Slot<'_>> {
    match (node.kind(), node.form()) {
        (Kind::Text, Form::Odd) | (Kind::Number, _) => node.scalar().map(Slot::Text),
        (Kind::Text | Kind::Int | Kind::Bool, _) => Some(Slot::Inner(node.inner())),
        _ => None,
    }
}

/// What follows the last `\` or `/` of a path; all of it when nothing does. Either spelling of a backslash will do.
pub(crate) fn base_name(path: &str) -> Range<usize> {
    let start = memchr::memrchr2(b'\\', b'/', path.as_bytes()).map_or(0, |at| at + 1);
    if start == path.len() {
        0..path.len()
    } else {
        start..path.len()
    }
}
