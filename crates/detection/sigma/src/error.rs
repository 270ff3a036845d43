use std::sync::Arc;

/// Where in a rule file something stands. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    pub file: Arc<str>,
    pub line: u32,
    pub column: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a document is no rule that can be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is no YAML, or YAML of a kind that no rule uses.
    #[error("{at}: not readable as YAML: {reason}")]
    Yaml { at: Location, reason: String },
    /// Larger, deeper or more repetitive than any honest rule.
    #[error("{at}: {what} exceeds the limit of {limit}")]
    TooLarge {
        at: Location,
        what: &'static str,
        limit: usize,
    },
    #[error("{at}: `{what}` is missing from the {within}{}", did_you_mean(nearest))]
    Missing {
        at: Location,
        what: &'static str,
        within: &'static str,
        nearest: Option<String>,
    },
    #[error("{at}: `{what}` is {found}: want {want}{}", did_you_mean(nearest))]
    Invalid {
        at: Location,
        what: String,
        found: String,
        want: String,
        nearest: Option<String>,
    },
    #[error(
        "{at}: unknown modifier `{modifier}`{}",
        did_you_mean_of(nearest, known)
    )]
    UnknownModifier {
        at: Location,
        modifier: String,
        nearest: Option<String>,
        known: String,
    },
    #[error("{at}: modifier `{modifier}` {reason}")]
    Modifier {
        at: Location,
        modifier: &'static str,
        reason: String,
    },
    #[error(
        "{at}: the condition names `{name}`, which no {what} is called{}",
        did_you_mean(nearest)
    )]
    UnknownIdentifier {
        at: Location,
        name: String,
        /// `selection`, or `rule` in a correlation.
        what: &'static str,
        nearest: Option<String>,
    },
    /// A section whose keys are all known has another one.
    #[error(
        "{at}: the {within} section has no `{key}`{}",
        did_you_mean_of(nearest, known)
    )]
    UnknownKey {
        at: Location,
        key: String,
        within: &'static str,
        nearest: Option<String>,
        known: String,
    },
    /// Two things that cannot both be meant.
    #[error("{at}: {reason}")]
    Contradiction { at: Location, reason: String },
    #[error("{at}: condition: {reason}")]
    Condition { at: Location, reason: String },
    #[error("{at}: regular expression `{pattern}`: {reason}")]
    Regex {
        at: Location,
        pattern: String,
        reason: String,
    },
    #[error(
        "{at}: placeholder `%{name}%` has no values: give it some in the placeholder file, or remove `expand`"
    )]
    Placeholder { at: Location, name: String },
}

impl Error {
    pub fn at(&self) -> &Location {
        match self {
            Self::Yaml { at, .. }
            | Self::TooLarge { at, .. }
            | Self::Missing { at, .. }
            | Self::Invalid { at, .. }
            | Self::UnknownModifier { at, .. }
            | Self::Modifier { at, .. }
            | Self::UnknownIdentifier { at, .. }
            | Self::UnknownKey { at, .. }
            | Self::Contradiction { at, .. }
            | Self::Condition { at, .. }
            | Self::Regex { at, .. }
            | Self::Placeholder { at, .. } => at,
        }
    }

    /// The text without its location, for tables that show the location in a column.
    pub fn reason(&self) -> String {
        let whole = self.to_string();
        let prefix = format!("{}: ", self.at());
        whole
            .strip_prefix(&prefix)
            .map(str::to_owned)
            .unwrap_or(whole)
    }
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

fn did_you_mean_of(nearest: &Option<String>, known: &str) -> String {
    format!("{}; known: {known}", did_you_mean(nearest))
}
