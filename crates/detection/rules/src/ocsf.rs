//! All rules on an OCSF event where it stands in its JSON text.
//!
//! Places that rules ask for are known before there is an event ([`steps`]); reading a text finds
//! what stands there; what the event's origin leaves of which logsources is worked out once for all
//! events alike. What cannot be told this way is told the plain way, by [`RuleSet::evaluate`].

mod literal;
mod seen;
mod steps;

use std::collections::HashMap;
use std::sync::Arc;

use aurora_plan::json::{Error, Places, Spot, Tree};
use aurora_plan::{Narrow, Plan, Scratch};

use self::literal::OddEscapes;
use self::seen::{Seen, Text};
use self::steps::{Code, Origin, Steps, Surveyor};
use crate::facts::{FACTS, Facts};
use crate::logsource::Test;
use crate::mapping::Mapping;
use crate::routes::{Known, Routes, whole};
use crate::ruleset::Group;

/// Fields that say which events of a log a rule is about: most rules name one of them.
const GIVEN: [&str; 5] = [
    "EventID",
    "Channel",
    "Provider_Name",
    "eventSource",
    "eventName",
];

/// What is known of the rules of a set before there is an event.
#[derive(Debug)]
pub(crate) struct OcsfRules {
    places: Places,
    marks: Marks,
    /// What tells events of one route from others.
    identity: Vec<Spot>,
    /// Groups that no origin narrows.
    whole: Vec<Option<Narrow>>,
    known: Known<Route>,
    /// Event codes that tables name.
    codes: HashMap<String, Code>,
    /// The fields that logsources test, by group, row and test.
    tested: HashMap<(usize, usize, usize), Steps>,
}

/// Where things stand.
#[derive(Debug)]
struct Marks {
    raw: Spot,
    message: Spot,
    unmapped: Spot,
    escapes: OddEscapes,
    /// By the plan's fields; empty for keywords.
    fields: Vec<Steps>,
    /// By name, group and index of the plan's fields.
    names: HashMap<String, Vec<(usize, usize)>>,
}

/// The rules that events of one origin are put to.
#[derive(Debug)]
struct Route {
    origin: Origin,
    visits: Vec<Visit>,
}

/// A logsource.
#[derive(Debug)]
struct Visit {
    group: usize,
    narrow: Narrow,
    /// Tests of which all of one row must hold, as places in the group's scope; no row, when nothing
    /// is left to test.
    open: Vec<Vec<(usize, usize)>>,
}

/// What one thread remembers between events.
#[derive(Debug, Default)]
pub(crate) struct OcsfScratch {
    tree: Tree,
    routes: Routes<Route>,
}

/// What an event came to.
pub(crate) enum Outcome {
    /// `fired` holds group and rule of all that did.
    Told,
    /// Only the plain way can tell.
    Unsettled,
}

impl Marks {
    /// Where rules of a group have a field.
    fn steps(&self, group: usize, name: &str) -> Option<&Steps> {
        let all = self.names.get(name)?;
        let (_, index) = all.iter().find(|(own, _)| *own == group)?;
        self.fields.get(*index)
    }
}

impl OcsfRules {
    pub fn new(mapping: &Mapping, groups: &[Group], plan: &Plan) -> Self {
        let mut survey = Surveyor::new(mapping);
        let mut given = Vec::new();
        let mut fields = Vec::new();
        let mut names: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
        for (index, field) in plan.fields().iter().enumerate() {
            if let Some(name) = &field.name {
                let group = field.namespace as usize;
                names.entry(name.clone()).or_default().push((group, index));
            }
            let group = &groups[field.namespace as usize];
            let steps = match &field.name {
                Some(name) => survey.steps(&group.names, name),
                None => Steps::default(),
            };
            if field
                .name
                .as_deref()
                .is_some_and(|name| GIVEN.contains(&name))
            {
                steps.iter().for_each(|step| step.spots(&mut given));
            }
            fields.push(steps);
        }
        let mut tested = HashMap::new();
        for (number, group) in groups.iter().enumerate() {
            for (row, tests) in group.scope.alternatives.iter().enumerate() {
                for (place, test) in tests.iter().enumerate() {
                    if let Test::Field(name, _) | Test::NotField(name, _) = test {
                        let steps = survey.steps(&group.names, name);
                        tested.insert((number, row, place), steps);
                    }
                }
            }
        }
        let mut identity: Vec<Spot> = FACTS.iter().map(|path| survey.spot(path)).collect();
        identity.extend(given);
        identity.sort_unstable();
        identity.dedup();
        let marks = Marks {
            raw: survey.spot(&["raw_data"]),
            message: survey.spot(&["message"]),
            unmapped: survey.unmapped(),
            escapes: OddEscapes::new(),
            fields,
            names,
        };
        let mut places = survey.places;
        places.finish();
        Self {
            places,
            marks,
            identity,
            whole: whole(plan, &GIVEN),
            known: Known::default(),
            codes: survey.codes,
            tested,
        }
    }

    /// Puts all rules to the event and appends group and rule of those that hold.
    pub fn evaluate(
        &self,
        (mapping, groups, plan): (&Mapping, &[Group], &Plan),
        json: &[u8],
        (own, scratch): (&mut OcsfScratch, &mut Scratch),
        fired: &mut Vec<(usize, usize)>,
    ) -> Result<Outcome, Error> {
        let OcsfScratch { tree, routes } = own;
        let document = tree.read(&self.places, json)?;
        let unmapped = document.first(self.marks.unmapped);
        if document.is_crooked() || unmapped.is_some_and(|part| !part.is_object()) {
            return Ok(Outcome::Unsettled);
        }
        let text = Text::new(document, mapping, &self.marks);
        plan.begin(scratch);
        let identity = |into: &mut Vec<u8>| {
            for spot in &self.identity {
                if let Some(part) = document.first(*spot) {
                    part.identity(into);
                }
                into.push(0);
            }
        };
        let route = routes.of(&self.known, identity, || {
            Arc::new(self.route(mapping, groups, plan, &text, scratch))
        });
        let mut rules = Vec::new();
        for visit in &route.visits {
            let group = &groups[visit.group];
            let seen = Seen {
                text: &text,
                group: visit.group,
                names: &group.names,
                origin: &route.origin,
            };
            if self.covers(visit, group, &seen) {
                plan.evaluate_narrow(&visit.narrow, &seen, scratch, &mut rules);
                fired.extend(rules.drain(..).map(|rule| (visit.group, rule)));
            }
        }
        Ok(Outcome::Told)
    }

    /// Whether what the origin left open of a logsource holds.
    fn covers(&self, visit: &Visit, group: &Group, seen: &Seen<'_>) -> bool {
        let field = |row: usize, test: usize, name: &str, values: &[String]| {
            let steps = self.tested.get(&(visit.group, row, test));
            steps.is_some_and(|steps| seen.holds(steps, name, values))
        };
        let holds = |&(row, test): &(usize, usize)| match &group.scope.alternatives[row][test] {
            Test::Field(name, values) => field(row, test, name, values),
            Test::NotField(name, values) => !field(row, test, name, values),
            Test::Text(regex) => seen.text.raw().is_some_and(|text| regex.is_match(text)),
            _ => true,
        };
        visit.open.is_empty() || visit.open.iter().any(|tests| tests.iter().all(holds))
    }

    fn route(
        &self,
        mapping: &Mapping,
        groups: &[Group],
        plan: &Plan,
        text: &Text<'_>,
        scratch: &mut Scratch,
    ) -> Route {
        let facts = Facts::new(text.whole(), &mapping.windows);
        let origin = Origin {
            provider: facts.provider,
            logged: facts.channel.is_some() || facts.provider.is_some(),
            code: self.codes.get(&*facts.code).copied().unwrap_or_default(),
        };
        let mut visits = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            let Some(open) = group.scope.open(&facts) else {
                continue;
            };
            let seen = Seen {
                text,
                group: number,
                names: &group.names,
                origin: &origin,
            };
            let narrow = match &self.whole[number] {
                Some(whole) => Some(whole.clone()),
                None => plan.narrow(number, &seen, &GIVEN, scratch),
            };
            if let Some(narrow) = narrow {
                visits.push(Visit {
                    group: number,
                    narrow,
                    open,
                });
            }
        }
        Route { origin, visits }
    }
}
