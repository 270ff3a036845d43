use std::sync::Arc;

/// A rule, or a whole file, that is not in the set, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Relative to the rule folder.
    pub file: Arc<str>,
    /// Counted from 1.
    pub line: u32,
    pub column: u32,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The file could not be read as text.
    Unreadable,
    /// The rule is not valid Sigma.
    Invalid,
    /// Another rule, correlation or filter, earlier in the order of the files, has the same id.
    DuplicateId,
    /// A correlation or filter refers to what is not there; the correlation is not in the set, of
    /// the filter the reference is not.
    Unresolved,
    /// A correlation that needs itself.
    Cyclic,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.reason
        )
    }
}
