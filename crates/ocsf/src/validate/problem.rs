//! What is wrong with an event, and where.

use std::fmt;

use serde::Serialize;

use super::trail::Trail;

/// One finding of the validator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: ProblemCode,
    /// Where: `process.file.hashes[0].value`. Empty for the event itself.
    pub path: String,
    /// What was wanted and what was there, for people.
    pub detail: String,
}

/// Values of a hostile event can be megabytes long; this much of one is enough to recognise it. In bytes.
const MAX_DETAIL: usize = 200;

impl Problem {
    pub(super) fn new(code: ProblemCode, at: &Trail<'_>, detail: fmt::Arguments<'_>) -> Self {
        let mut detail = detail.to_string();
        if detail.len() > MAX_DETAIL {
            detail.truncate(detail.floor_char_boundary(MAX_DETAIL));
            detail.push('…');
        }
        Self {
            code,
            path: at.to_string(),
            detail,
        }
    }
}

/// The kind of a problem. Serialised, and shown, as `E_…` or `W_…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum ProblemCode {
    /// No class, or one that the schema does not have. Nothing else is checked then.
    #[serde(rename = "E_CLASS")]
    Class,
    /// A required attribute is missing.
    #[serde(rename = "E_REQ")]
    Required,
    /// The class or object has no such attribute.
    #[serde(rename = "E_UNK")]
    Unknown,
    /// The value is no member of the enumeration.
    #[serde(rename = "E_ENUM")]
    Enumeration,
    /// The value is of another JSON type.
    #[serde(rename = "E_TYPE")]
    Type,
    /// `type_uid` is not `class_uid * 100 + activity_id`.
    #[serde(rename = "E_TYPEUID")]
    TypeUid,
    /// An `at_least_one` or `just_one` rule does not hold.
    #[serde(rename = "E_CONSTR")]
    Constraint,
    /// The attribute is deprecated.
    #[serde(rename = "W_DEPR")]
    Deprecated,
    /// The attribute is there and null.
    #[serde(rename = "W_NULL")]
    Null,
    /// The text does not have the form that its type gives.
    #[serde(rename = "W_REGEX")]
    Format,
}

impl ProblemCode {
    /// `E_REQ` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Class => "E_CLASS",
            Self::Required => "E_REQ",
            Self::Unknown => "E_UNK",
            Self::Enumeration => "E_ENUM",
            Self::Type => "E_TYPE",
            Self::TypeUid => "E_TYPEUID",
            Self::Constraint => "E_CONSTR",
            Self::Deprecated => "W_DEPR",
            Self::Null => "W_NULL",
            Self::Format => "W_REGEX",
        }
    }

    /// Whether an event with this problem is invalid.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Deprecated | Self::Null | Self::Format)
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`: {}", self.code, self.path, self.detail)
    }
}
