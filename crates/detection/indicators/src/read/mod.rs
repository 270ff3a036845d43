//! What feeds publish, read into indicators.
//!
//! Every reader takes what it can understand and counts the rest with a reason; only a file that
//! is not of its format at all is an error.

mod input;
mod json;
mod lines;
mod misp;
mod report;
mod stix;
mod table;
mod times;

use std::io::BufRead;

use aurora_clock::Timestamp;

use crate::{About, Error, Indicator, Validity, Value};

pub use input::{Progress, from_path, from_text};
pub use report::{Rejected, Report};
pub use stix::pattern;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Told by its beginning.
    #[default]
    Auto,
    /// A STIX 2.1 bundle, or a TAXII envelope.
    Stix,
    /// A MISP event, or a list of them.
    Misp,
    /// With a header that names the columns.
    Csv,
    /// A value a line; `#` begins a comment.
    List,
}

/// The word names no format.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no format: want auto, stix, misp, csv or list")]
pub struct UnknownFormat(String);

impl Format {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Stix => "stix",
            Self::Misp => "misp",
            Self::Csv => "csv",
            Self::List => "list",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        [Self::Auto, Self::Stix, Self::Misp, Self::Csv, Self::List]
            .into_iter()
            .find(|format| format.word() == word)
            .ok_or_else(|| UnknownFormat(word.to_owned()))
    }
}

/// What holds for indicators that do not say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub format: Format,
    pub confidence: u8,
    pub until: Option<Timestamp>,
    /// The time of the import: what has expired by then is counted and left out.
    pub now: Timestamp,
}

impl Options {
    /// The confidence of indicators whose feed gives none.
    pub const CONFIDENCE: u8 = 50;

    pub const fn at(now: Timestamp) -> Self {
        Self {
            format: Format::Auto,
            confidence: Self::CONFIDENCE,
            until: None,
            now,
        }
    }
}

/// What one reader found; what it does not say comes from the options.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidate {
    pub confidence: Option<u8>,
    pub validity: Validity,
    pub about: About,
}

/// Where indicators go: into a report and on to a builder.
pub(crate) struct Sink<'s> {
    pub options: &'s Options,
    pub report: &'s mut Report,
    file: &'s str,
    add: &'s mut dyn FnMut(&Indicator) -> Result<(), Error>,
}

impl<'s> Sink<'s> {
    pub fn new(
        file: &'s str,
        options: &'s Options,
        report: &'s mut Report,
        add: &'s mut dyn FnMut(&Indicator) -> Result<(), Error>,
    ) -> Self {
        Self {
            options,
            report,
            file,
            add,
        }
    }

    pub fn accept(&mut self, value: Value, candidate: &Candidate) -> Result<(), Error> {
        let mut validity = candidate.validity;
        validity.until = validity.until.or(self.options.until);
        if validity
            .until
            .is_some_and(|until| until <= self.options.now)
        {
            self.report.expired += 1;
            return Ok(());
        }
        self.report.accepted += 1;
        (self.add)(&Indicator {
            value,
            confidence: candidate
                .confidence
                .unwrap_or(self.options.confidence)
                .min(100),
            validity,
            about: candidate.about.clone().cut(),
        })
    }

    /// `place` is a line, or what stands for one in the format.
    pub fn reject(&mut self, place: impl std::fmt::Display, text: &str, reason: impl ToString) {
        self.report.reject(Rejected {
            file: self.file.to_owned(),
            place: place.to_string(),
            text: text.chars().take(Rejected::TEXT).collect(),
            reason: reason.to_string(),
        });
    }

    pub fn malformed(&self, format: Format, reason: impl ToString) -> Error {
        Error::Malformed {
            name: self.file.to_owned(),
            format: format.word(),
            reason: reason.to_string(),
        }
    }

    pub fn unreadable(&self, source: std::io::Error) -> Error {
        Error::Read {
            name: self.file.to_owned(),
            source,
        }
    }
}

/// Reads one file.
pub(crate) fn read(
    format: Format,
    input: &mut dyn BufRead,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    match format {
        Format::Auto | Format::List => lines::read(input, sink),
        Format::Csv => table::read(input, sink),
        Format::Stix => stix::read(input, sink),
        Format::Misp => misp::read(input, sink),
    }
}
