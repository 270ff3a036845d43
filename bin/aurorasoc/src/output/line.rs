use std::fmt::Display;

use super::clean;

/// How a piece of text looks on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    #[default]
    Plain,
    Bold,
    Dim,
    Red,
    BoldRed,
    Yellow,
    Green,
    Cyan,
}

/// A piece of text with its ink. Whatever it is made of is harmless afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    text: String,
    ink: Ink,
}

/// Pieces on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(Vec<Span>);

impl Ink {
    /// The parameters of ECMA-48's "select graphic rendition".
    const fn sgr(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "31",
            Self::BoldRed => "1;31",
            Self::Yellow => "33",
            Self::Green => "32",
            Self::Cyan => "36",
        }
    }
}

impl Span {
    pub fn new(text: impl Display, ink: Ink) -> Self {
        Self {
            text: clean(&text.to_string()).into_owned(),
            ink,
        }
    }

    pub fn plain(text: impl Display) -> Self {
        Self::new(text, Ink::Plain)
    }

    pub fn dim(text: impl Display) -> Self {
        Self::new(text, Ink::Dim)
    }

    /// What is not there is a dash, so that columns stay readable by machines too.
    pub fn maybe(text: Option<impl Display>) -> Self {
        text.map_or_else(|| Self::dim("-"), Self::plain)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn ink(&self) -> Ink {
        self.ink
    }

    pub(super) fn render(&self, colour: bool, out: &mut String) {
        if colour && self.ink != Ink::Plain {
            out.push_str("\u{1b}[");
            out.push_str(self.ink.sgr());
            out.push('m');
            out.push_str(&self.text);
            out.push_str("\u{1b}[0m");
        } else {
            out.push_str(&self.text);
        }
    }
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn span(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    #[must_use]
    pub fn ink(self, ink: Ink, text: impl Display) -> Self {
        self.span(Span::new(text, ink))
    }

    #[must_use]
    pub fn plain(self, text: impl Display) -> Self {
        self.span(Span::plain(text))
    }

    #[must_use]
    pub fn bold(self, text: impl Display) -> Self {
        self.ink(Ink::Bold, text)
    }

    #[must_use]
    pub fn dim(self, text: impl Display) -> Self {
        self.span(Span::dim(text))
    }

    /// A name padded to a column of names.
    #[must_use]
    pub fn label(self, name: &str) -> Self {
        self.dim(format!("{name:<15}"))
    }

    pub(super) fn render(&self, colour: bool) -> String {
        let mut out = String::new();
        for span in &self.0 {
            span.render(colour, &mut out);
        }
        out
    }
}

impl<T: Display> From<T> for Line {
    fn from(text: T) -> Self {
        Self::new().plain(text)
    }
}
