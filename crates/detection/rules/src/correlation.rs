//! Correlation rules of a set: their references followed, their field names settled.

mod names;
mod resolve;

use std::sync::Arc;

use aurora_model::{RuleId, Severity};
use aurora_sigma::Correlation;

use crate::attack;
use crate::rule::{own_text, severity};

pub(crate) use resolve::{Known, Refused, resolve};

/// A correlation rule whose references all lead somewhere.
#[derive(Clone, Debug)]
pub struct LoadedCorrelation {
    /// The rule's own id; the hash of its text when it has none.
    pub id: RuleId,
    /// Hash of its own text and of the revisions of everything it refers to: 32 lower-case hex
    /// digits. State kept under one revision means nothing under another.
    pub revision: String,
    /// Relative to the rule folder.
    pub file: Arc<str>,
    /// As its author wrote it.
    pub text: Arc<str>,
    /// [`Severity::Unknown`] when it has no level.
    pub severity: Severity,
    /// ATT&CK ids of its tags.
    pub attack: Vec<String>,
    pub correlation: Correlation,
    /// What its `rules` are, in their order.
    pub members: Vec<Member>,
    /// The same, with where each has the fields that the correlation looks at.
    pub bases: Vec<CorrelationBase>,
    pub(crate) alerts: bool,
}

/// What a reference of a correlation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// Index into [`crate::RuleSet::rules`].
    Rule(usize),
    /// Index into [`crate::RuleSet::correlations`]; always smaller than the referring one's own.
    Correlation(usize),
}

/// A rule or correlation that another correlation looks at, and where the names it uses are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrelationBase {
    pub member: Member,
    /// For each of the correlation's `group-by`, aliases applied: the Sigma field of the rule's
    /// events; of a member that is a correlation, the one of its own `group-by`.
    pub group_by: Vec<String>,
    /// The same for the fields of its condition.
    pub fields: Vec<String>,
}

impl LoadedCorrelation {
    /// Before its references are followed.
    pub(crate) fn new(file: Arc<str>, file_text: &str, correlation: Correlation) -> Self {
        let header = &correlation.header;
        let text = own_text(file_text, &header.inherited, header.at.line);
        let revision = blake3::hash(text.as_bytes()).to_hex()[..32].to_owned();
        Self {
            id: RuleId(header.id.clone().unwrap_or_else(|| revision.clone())),
            revision,
            file,
            text: text.into(),
            severity: header.level.map_or(Severity::Unknown, severity),
            attack: attack::ids(&header.tags),
            correlation,
            members: Vec::new(),
            bases: Vec::new(),
            alerts: true,
        }
    }

    /// Whether its firing is an alert of its own: not when it is only there for another
    /// correlation, unless that one says `generate: true`.
    pub fn alerts(&self) -> bool {
        self.alerts
    }

    /// Indices of the rules at the ends of its references, through other correlations too; in
    /// ascending order.
    pub fn rules(&self, set: &crate::RuleSet) -> Vec<usize> {
        let mut rules = Vec::new();
        let mut open = self.members.clone();
        while let Some(member) = open.pop() {
            match member {
                Member::Rule(at) => rules.push(at),
                Member::Correlation(at) => open.extend(&set.correlations()[at].members),
            }
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Who wrote it, for display.
    pub fn author(&self) -> &str {
        let author = &self.correlation.header.author;
        author.as_deref().unwrap_or("unknown")
    }
}
