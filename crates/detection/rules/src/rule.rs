use std::sync::Arc;

use aurora_model::{RuleId, Severity};
use aurora_sigma::{Level, Rule};
use serde::{Deserialize, Serialize};

use crate::attack;

/// A rule of a set.
#[derive(Clone, Debug)]
pub struct LoadedRule {
    /// The rule's own id; its revision when it has none.
    pub id: RuleId,
    /// Hash of the rule's text, and of the filters on it: 32 lower-case hex digits. Line ends and
    /// blanks behind the last line do not count.
    pub revision: String,
    /// Relative to the rule folder.
    pub file: Arc<str>,
    /// The rule as its author wrote it.
    pub text: Arc<str>,
    /// [`Severity::Unknown`] when the rule has no level.
    pub severity: Severity,
    /// ATT&CK ids of its tags: `T1059.001`, `TA0002`.
    pub attack: Vec<String>,
    /// With the conditions of the filters on it.
    pub rule: Rule,
    /// The filters on it, in the order they were put there. Their selections stand behind the
    /// rule's own.
    pub filters: Vec<RuleId>,
    /// How many of the selections are the rule's own.
    pub(crate) own_selections: usize,
    pub(crate) alerts: bool,
}

impl LoadedRule {
    pub(crate) fn new(file: Arc<str>, file_text: &str, rule: Rule) -> Self {
        let header = &rule.header;
        let text = own_text(file_text, &header.inherited, header.at.line);
        let revision = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        Self {
            id: RuleId(header.id.clone().unwrap_or_else(|| revision.clone())),
            revision,
            file,
            text: text.into(),
            severity: header.level.map_or(Severity::Unknown, severity),
            attack: attack::ids(&header.tags),
            filters: Vec::new(),
            own_selections: rule.detection.selections.len(),
            alerts: true,
            rule,
        }
    }

    /// Whether its match is an alert of its own: not when correlations refer to it, unless one of
    /// them says `generate: true`.
    pub fn alerts(&self) -> bool {
        self.alerts
    }

    /// Who wrote it, for display.
    pub fn author(&self) -> &str {
        let author = &self.rule.header.author;
        author.as_deref().unwrap_or("unknown")
    }
}

pub(crate) fn severity(level: Level) -> Severity {
    match level {
        Level::Informational => Severity::Informational,
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}

/// A document's text, behind the texts of those it takes attributes from.
pub(crate) fn own_text(file: &str, inherited: &[u32], first_line: u32) -> String {
    let lines = inherited.iter().chain([&first_line]);
    let texts: Vec<String> = lines.map(|line| document_text(file, *line)).collect();
    texts.join("\n---\n")
}

/// From the document's first line to the next document marker, which YAML knows by its place at
/// the start of a line even inside block text.
fn document_text(file: &str, first_line: u32) -> String {
    let lines = file.lines().skip(first_line.saturating_sub(1) as usize);
    let own: Vec<&str> = lines.take_while(|line| !is_marker(line)).collect();
    own.join("\n").trim_end().to_owned()
}

fn is_marker(line: &str) -> bool {
    let rest = line
        .strip_prefix("---")
        .or_else(|| line.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// What a match or an alert says of its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFacts {
    pub id: RuleId,
    pub revision: String,
    pub title: String,
    pub author: String,
    pub severity: Severity,
    pub attack: Vec<String>,
}
