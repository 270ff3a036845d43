//! Correlations over matches that are given in order of time.

use std::collections::VecDeque;

use aurora_clock::Timestamp;

use crate::{Action, Input, Plan, Shard};

/// One shard with all groups and one source, for whoever has the matches at hand: what an inner
/// correlation says reaches the outer ones while they still wait for it, however far apart the
/// matches are.
#[derive(Debug, Default)]
pub struct Timeline {
    shard: Shard,
}

/// What happens on it.
#[derive(Clone, Copy, Debug)]
pub enum Told<'t> {
    /// Before it is applied: what was given, or what one correlation feeds to another.
    Input(&'t Input),
    Action(&'t Action),
}

impl Timeline {
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies an input, and in the order in which they come about those that follow from it.
    pub fn apply(&mut self, plan: &Plan, input: Input, told: &mut dyn FnMut(Told<'_>)) {
        let mut open = VecDeque::from([input]);
        while let Some(input) = open.pop_front() {
            told(Told::Input(&input));
            for action in self.shard.apply(plan, &input) {
                open.extend(plan.chain(&action));
                told(Told::Action(&action));
            }
        }
    }

    /// All matches up to `time` were given. Stops wherever an inner correlation may have something
    /// to say, so that the outer ones hear of it in time.
    pub fn reach(&mut self, plan: &Plan, time: Timestamp, told: &mut dyn FnMut(Told<'_>)) {
        let until = time.as_millis();
        while plan.is_nested()
            && let Some(due) = self.shard.due(plan)
        {
            let now = self.shard.progress().map_or(i64::MIN, Timestamp::as_millis);
            // A timer that is due already waits for any progress.
            let next = due.max(now.saturating_add(1));
            if next >= until {
                break;
            }
            self.progress(plan, next, told);
        }
        self.progress(plan, until, told);
    }

    fn progress(&mut self, plan: &Plan, time: i64, told: &mut dyn FnMut(Told<'_>)) {
        let time = Timestamp::from_millis(time);
        self.apply(plan, Input::Watermark { source: 0, time }, told);
    }
}
