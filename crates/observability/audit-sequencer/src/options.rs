use std::time::Duration;

/// How the decision records are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Between two looks when nobody waits for a proof.
    pub look: Duration,
    /// After something failed, before it is tried again.
    pub retry: Duration,
    /// Decisions in a commit, at most [`aurora_audit::verify::MOST_IN_A_COMMIT`].
    pub group: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(250),
            retry: Duration::from_secs(5),
            group: aurora_audit::verify::MOST_IN_A_COMMIT as usize,
        }
    }
}
