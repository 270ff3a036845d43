use std::collections::BTreeMap;

use crate::plan::Correlation;

/// How far the shard's sources are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Each source's time, and whether it is waited for.
    sources: BTreeMap<u32, (i64, bool)>,
    /// Never falls.
    reached: Option<i64>,
}

impl Progress {
    pub fn restored(sources: BTreeMap<u32, (i64, bool)>, reached: Option<i64>) -> Self {
        Self { sources, reached }
    }

    pub fn sources(&self) -> &BTreeMap<u32, (i64, bool)> {
        &self.sources
    }

    pub fn reached(&self) -> Option<i64> {
        self.reached
    }

    /// Whether the shard's progress grew.
    pub fn advance(&mut self, source: u32, time: i64) -> bool {
        let time = time.clamp(i64::MIN / 4, i64::MAX / 4);
        let (known, is_waited_for) = self.sources.entry(source).or_insert((time, true));
        *known = time.max(*known);
        *is_waited_for = true;
        self.reach()
    }

    /// The same, when a source is no longer waited for.
    pub fn idle(&mut self, source: u32) -> bool {
        if let Some((_, is_waited_for)) = self.sources.get_mut(&source) {
            *is_waited_for = false;
        }
        self.reach()
    }

    fn reach(&mut self) -> bool {
        let active = self.sources.values().filter(|(_, waited)| *waited);
        let slowest = active.map(|(time, _)| *time).min();
        let furthest = || self.sources.values().map(|(time, _)| *time).max();
        let now = slowest.or_else(furthest);
        let grew = now > self.reached;
        self.reached = self.reached.max(now);
        grew
    }

    /// Up to where the correlation no longer waits for events.
    pub fn watermark(&self, it: &Correlation) -> i64 {
        match self.reached {
            Some(reached) => reached.saturating_sub(it.lateness),
            None => i64::MIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_source_that_is_not_idle_counts() {
        let mut progress = Progress::default();
        assert!(progress.advance(1, 100));
        assert!(!progress.advance(2, 50));
        assert_eq!(progress.reached(), Some(100));
        assert!(progress.advance(1, 200) || progress.reached() == Some(100));
        assert!(progress.idle(2));
        assert_eq!(progress.reached(), Some(200));
        progress.idle(1);
        assert_eq!(progress.reached(), Some(200));
        progress.advance(2, 300);
        assert_eq!(progress.reached(), Some(300));
    }
}
