//! Rules over lines of flat JSON: events whose top-level keys are the names that rules use, as
//! exporters and test captures write Windows events. No parser and no site is needed.

mod lines;
mod route;

use std::sync::Arc;

use aurora_plan::json::{Error, Key, Line, Reader, Record};
use aurora_plan::{Narrow, Plan, Scratch, Section};

use self::route::{Route, Scopes};
use crate::routes::{Known, Routes, whole};
use crate::ruleset::RuleSet;

pub use lines::{Lines, Reached, evaluate_lines};

/// The keys that say which log an event is from.
const CHANNEL: &str = "Channel";
const CODE: &str = "EventID";
const PROVIDER: &str = "Provider_Name";
const GIVEN: [&str; 3] = [CHANNEL, CODE, PROVIDER];

/// A rule set compiled for flat events; shared by all threads.
#[derive(Debug)]
pub struct FlatRules {
    plan: Plan,
    reader: Reader,
    scopes: Scopes,
    /// Sections that no origin narrows.
    whole: Vec<Option<Narrow>>,
    known: Known<Route>,
    origin: Option<[Key; 3]>,
    rules: usize,
}

/// What one thread remembers between events.
#[derive(Debug, Default)]
pub struct FlatScratch {
    scratch: Scratch,
    record: Record,
    routes: Routes<Route>,
    fired: Vec<usize>,
}

impl FlatRules {
    pub fn new(set: &RuleSet) -> Self {
        let groups = set.logsources();
        let sections = groups.iter().map(|(_, rules)| Section {
            namespace: 0,
            rules: rules
                .iter()
                .map(|index| (*index, &set.rules()[*index].rule))
                .collect(),
        });
        let plan = Plan::new(sections);
        let scopes = Scopes::new(groups.iter().map(|(scope, _)| *scope), set.mapping());
        let mut others = vec![CHANNEL, CODE, PROVIDER];
        others.extend(scopes.fields());
        let reader = Reader::new(plan.fields(), &others);
        let key = |name: &str| reader.key(name);
        let origin = key(CHANNEL).zip(key(CODE)).zip(key(PROVIDER));
        Self {
            origin: origin.map(|((channel, code), provider)| [channel, code, provider]),
            whole: whole(&plan, &GIVEN),
            known: Known::default(),
            plan,
            reader,
            scopes,
            rules: set.rules().len(),
        }
    }

    /// What is looked for, a line for each logsource and field, for people.
    pub fn describe(&self) -> Vec<String> {
        self.plan.describe()
    }

    /// How many rules there are.
    pub fn rules(&self) -> usize {
        self.rules
    }

    /// The rules that fire on the event in the line, as indices into the set's rules, in the order
    /// of their logsources.
    ///
    /// # Errors
    /// When the line is not one JSON object.
    pub fn evaluate<'s>(
        &self,
        line: &[u8],
        scratch: &'s mut FlatScratch,
    ) -> Result<&'s [usize], Error> {
        let FlatScratch {
            scratch,
            record,
            routes,
            fired,
        } = scratch;
        let event = self.reader.read(line, record)?;
        fired.clear();
        self.plan.begin(scratch);
        let identity = |into: &mut Vec<u8>| {
            let keys = self.origin.iter().flatten();
            keys.for_each(|key| event.identity(*key, into));
        };
        let route = routes.of(&self.known, identity, || self.route(&event, scratch));
        for (narrow, tests) in route.iter() {
            let field = |name: &str| self.reader.key(name).and_then(|key| event.get(key));
            if tests.iter().all(|test| self.scopes.holds(*test, &field)) {
                self.plan.evaluate_narrow(narrow, &event, scratch, fired);
            }
        }
        Ok(fired)
    }

    /// For events of the same channel, number and provider.
    fn route(&self, event: &Line<'_>, scratch: &mut Scratch) -> Arc<Route> {
        let origin = self.origin.map(|keys| keys.map(|key| event.get(key)));
        let sections = self.scopes.sections(origin.unwrap_or_default());
        let narrow = |(section, tests): (usize, Vec<usize>)| {
            let narrow = match &self.whole[section] {
                Some(whole) => whole.clone(),
                None => self.plan.narrow(section, event, &GIVEN, scratch)?,
            };
            Some((narrow, tests))
        };
        sections.into_iter().filter_map(narrow).collect()
    }
}
