use std::time::Duration;

/// How detection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long after its last match an open alert still takes new ones.
    pub group_window: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            group_window: Duration::from_secs(3600),
        }
    }
}
