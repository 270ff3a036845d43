use serde::{Deserialize, Serialize};

/// OCSF `severity_id`, in rising order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    #[default]
    Unknown,
    Informational,
    Low,
    Medium,
    High,
    Critical,
    Fatal,
}

/// The text names no severity.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a severity: want informational, low, medium, high, critical or fatal")]
pub struct UnknownSeverity(String);

impl Severity {
    pub const ALL: [Self; 7] = [
        Self::Unknown,
        Self::Informational,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
        Self::Fatal,
    ];

    /// OCSF `severity_id`.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The caption in OCSF.
    pub const fn caption(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Informational => "Informational",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
            Self::Fatal => "Fatal",
        }
    }

    /// The word on subjects, commands and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
            Self::Fatal => "fatal",
        }
    }
}

impl std::str::FromStr for Severity {
    type Err = UnknownSeverity;

    /// Takes our words and Sigma's `level` values, which are the same but for `info`.
    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        let wanted = if word.eq_ignore_ascii_case("info") {
            "informational"
        } else {
            word
        };
        Self::ALL
            .into_iter()
            .find(|severity| severity.word().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| UnknownSeverity(word.to_owned()))
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
