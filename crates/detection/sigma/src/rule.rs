use crate::detection::Detection;
use crate::header::Header;

/// A Sigma rule that can be evaluated, with all its documentation.
#[derive(Clone, Debug)]
pub struct Rule {
    pub header: Header,
    pub logsource: LogSource,
    pub detection: Detection,
}

/// Which logs a rule is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogSource {
    pub category: Option<String>,
    pub product: Option<String>,
    pub service: Option<String>,
    /// Prose: what must be configured for the log to exist.
    pub definition: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    pub id: String,
    pub kind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Stable,
    Test,
    Experimental,
    Deprecated,
    Unsupported,
}

impl Level {
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Informational, "informational"),
        (Self::Low, "low"),
        (Self::Medium, "medium"),
        (Self::High, "high"),
        (Self::Critical, "critical"),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(level, _)| *level == self)
            .map_or("", |(_, word)| word)
    }
}

impl Status {
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Stable, "stable"),
        (Self::Test, "test"),
        (Self::Experimental, "experimental"),
        (Self::Deprecated, "deprecated"),
        (Self::Unsupported, "unsupported"),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, word)| word)
    }
}

impl std::fmt::Display for LogSource {
    /// `category=process_creation product=windows`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            ("category", &self.category),
            ("product", &self.product),
            ("service", &self.service),
        ];
        let named = parts
            .iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?)));
        f.write_str(&named.collect::<Vec<_>>().join(" "))
    }
}
