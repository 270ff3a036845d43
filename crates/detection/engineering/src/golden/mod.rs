//! Golden records beside a rule: `name.match*.*` must make it fire, `name.nomatch*.*` must not.
//!
//! Beside `name.yml` lie `name.match.json` and `name.nomatch.txt`, or several:
//! `name.match.office.jsonl`. A file holds records as their source writes them, one a line, or OCSF
//! events. Of a stateless rule at least one event of a `match` file must fire it; a correlation sees
//! all events of the file in their order and must fire at least once.

mod find;
mod judge;

use aurora_model::RuleId;
use aurora_model::engineering::Explanation;
use serde::Serialize;

pub use find::{Found, Golden, Wanted, find};
pub use judge::judge;

/// What a run over some rules came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub passed: u64,
    pub failed: u64,
    /// Rules without any golden record.
    pub without: Vec<Untested>,
    /// Every golden file in the order of the rules.
    pub results: Vec<Tested>,
    /// Rule files that do not compile; each counts as failed.
    pub broken: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Untested {
    pub rule: RuleId,
    pub title: String,
    pub file: String,
}

/// One golden file against its rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tested {
    pub rule: RuleId,
    pub title: String,
    /// The rule's file.
    pub file: String,
    pub golden: String,
    pub wanted: Wanted,
    pub events: u64,
    /// Numbers of the events that fired the rule, from 1.
    pub fired: Vec<u64>,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    /// A match file on which the rule stays silent; for the event that came nearest, why.
    Silent {
        why: Option<Box<Explanation>>,
    },
    /// A near miss that fires the rule, and why.
    Fired {
        why: Option<Box<Explanation>>,
    },
    /// A near miss of another logsource proves nothing.
    OtherLogsource {
        event: String,
    },
    /// The records could not be read, or there are none.
    Unreadable {
        reason: String,
    },
}

impl Report {
    pub fn good(&self) -> bool {
        self.failed == 0 && self.broken.is_empty()
    }

    pub fn add(&mut self, tested: Tested) {
        if tested.outcome == Outcome::Passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        self.results.push(tested);
    }
}
