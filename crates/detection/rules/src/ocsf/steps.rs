//! Where a rule's field may stand in an event, in the order in which it is looked for: what
//! [`crate::event::OcsfEvent`] finds step by step, worked out before there is an event.

use std::collections::HashMap;

use aurora_ocsf::{Path, Step as PathStep};
use aurora_plan::json::{Places, Spot};

use crate::event::Names;
use crate::fields::{Candidate, Inverse, Place};
use crate::mapping::Mapping;
use crate::windows::{Alias, Row};

/// A name with more can be cut in too many ways.
const MAX_DOTS: usize = 6;

/// What a field's value is read from, the first step that is there.
pub(super) type Steps = Box<[Step]>;

#[derive(Debug)]
pub(super) struct Step {
    /// Only for events of this provider.
    provider: Option<Alias>,
    /// Only for events that say which log they are of.
    logged: bool,
    /// Only for events with one of these codes; with none of them where that is so.
    codes: Option<(Box<[Code]>, bool)>,
    pub from: From,
}

#[derive(Debug)]
pub(super) enum From {
    Place {
        spot: Spot,
        sibling: Option<Spot>,
        inverse: Inverse,
    },
    /// The name whole, then each way to cut it at a dot.
    Named(Box<[Spot]>),
    /// The texts of several fields with backslashes between.
    Joined(Box<[Steps]>),
    /// Only the plain way can tell.
    Plain,
}

/// What is known of an event's origin once its route is.
#[derive(Debug, Default)]
pub(super) struct Origin {
    pub provider: Option<Alias>,
    /// Whether a log or a provider is named.
    pub logged: bool,
    pub code: Code,
}

/// An event code of the tables, by number; 0 for all others.
pub(super) type Code = u32;

impl Step {
    fn always(from: From) -> Self {
        Self {
            provider: None,
            logged: false,
            codes: None,
            from,
        }
    }

    pub fn counts(&self, origin: &Origin) -> bool {
        let code = |(codes, wanted): &(Box<[Code]>, bool)| codes.contains(&origin.code) == *wanted;
        (!self.logged || origin.logged)
            && (self.provider.is_none() || self.provider == origin.provider)
            && self.codes.as_ref().is_none_or(code)
    }

    /// Every spot that the step may read.
    pub fn spots(&self, into: &mut Vec<Spot>) {
        match &self.from {
            From::Place { spot, sibling, .. } => into.extend(sibling.iter().chain([spot])),
            From::Named(spots) => into.extend(spots),
            From::Joined(parts) => {
                let steps = parts.iter().flatten();
                steps.for_each(|step| step.spots(into));
            }
            From::Plain => {}
        }
    }

    pub fn is_plain(&self) -> bool {
        match &self.from {
            From::Plain => true,
            From::Joined(parts) => parts.iter().flatten().any(Self::is_plain),
            From::Place { .. } | From::Named(_) => false,
        }
    }
}

/// Works out steps, and collects the places that they read.
pub(super) struct Surveyor<'m> {
    pub mapping: &'m Mapping,
    pub places: Places,
    pub codes: HashMap<String, Code>,
    unmapped: Spot,
}

impl<'m> Surveyor<'m> {
    pub fn new(mapping: &'m Mapping) -> Self {
        let mut places = Places::new();
        Self {
            mapping,
            codes: HashMap::new(),
            unmapped: places.member(Places::ROOT, "unmapped"),
            places,
        }
    }

    pub fn unmapped(&self) -> Spot {
        self.unmapped
    }

    /// A member of members.
    pub fn spot(&mut self, names: &[&str]) -> Spot {
        let into = |at, name: &&str| self.places.member(at, name);
        names.iter().fold(Places::ROOT, into)
    }

    /// The field `name` for rules of a logsource.
    pub fn steps(&mut self, names: &Names, name: &str) -> Steps {
        let mut steps = Vec::new();
        let exact = names.exact.as_ref().and_then(|map| map.get(name));
        self.candidates(exact, &mut steps);
        self.as_named(name, &mut steps);
        let wider = names.wider.iter().find_map(|map| map.get(name));
        self.candidates(wider, &mut steps);
        let folded = self.places.member_in_any_case(self.unmapped, name);
        steps.push(Step::always(From::Place {
            spot: folded,
            sibling: None,
            inverse: Inverse::Value,
        }));
        let named = self.named(Places::ROOT, name);
        steps.push(Step::always(named));
        steps.into()
    }

    fn candidates(&mut self, candidates: Option<&Vec<Candidate>>, steps: &mut Vec<Step>) {
        for candidate in candidates.into_iter().flatten() {
            match candidate {
                Candidate::Place(place) => {
                    let from = self.place(place);
                    steps.push(Step::always(from));
                }
                Candidate::Source(alias, names) => {
                    let mut own = Vec::new();
                    match names.as_slice() {
                        [one] => self.as_named(one, &mut own),
                        several => own.push(Step::always(self.joined(several))),
                    }
                    // A row of another provider can never count beside this one.
                    own.retain(|step| step.provider.is_none_or(|other| other == *alias));
                    own.iter_mut().for_each(|step| step.provider = Some(*alias));
                    steps.extend(own);
                }
            }
        }
    }

    fn joined(&mut self, names: &[String]) -> From {
        let parts = names.iter().map(|name| {
            let mut steps = Vec::new();
            self.as_named(name, &mut steps);
            steps.into()
        });
        From::Joined(parts.collect())
    }

    /// The source's own field: under `unmapped`, or where the Windows parser put it.
    fn as_named(&mut self, name: &str, steps: &mut Vec<Step>) {
        let named = self.named(self.unmapped, name);
        steps.push(Step::always(named));
        let (rows, system) = self.mapping.windows.all_places(name);
        for (alias, rows) in rows {
            rows.iter()
                .for_each(|row| self.row(alias, rows, row, steps));
        }
        if let Some(place) = system {
            let from = self.place(place);
            steps.push(Step {
                logged: true,
                ..Step::always(from)
            });
        }
    }

    /// Rows that name events count for those, the others for events that no row names.
    fn row(&mut self, alias: Alias, rows: &[Row], row: &Row, steps: &mut Vec<Step>) {
        let Some(place) = &row.place else { return };
        let from = self.place(place);
        let named = rows.iter().flat_map(|row| &row.events);
        let codes = match row.events.is_empty() {
            false => (self.numbers(row.events.iter()), true),
            true => (self.numbers(named), false),
        };
        steps.push(Step {
            provider: Some(alias),
            logged: true,
            codes: Some(codes),
            from,
        });
    }

    fn numbers<'c>(&mut self, codes: impl Iterator<Item = &'c String>) -> Box<[Code]> {
        let number = |code: &String| {
            let next = Code::try_from(self.codes.len() + 1).expect("there are few event codes");
            *self.codes.entry(code.clone()).or_insert(next)
        };
        codes.map(number).collect()
    }

    fn place(&mut self, place: &Place) -> From {
        let spot = self.path(&place.path);
        let sibling = place.sibling.as_ref().map(|path| self.path(path));
        match (spot, sibling) {
            (Some(spot), None) => From::Place {
                spot,
                sibling: None,
                inverse: place.inverse,
            },
            (Some(spot), Some(Some(sibling))) => From::Place {
                spot,
                sibling: Some(sibling),
                inverse: place.inverse,
            },
            _ => From::Plain,
        }
    }

    /// `None` for paths that tell the elements of an array apart, or end in them.
    fn path(&mut self, path: &Path) -> Option<Spot> {
        let steps = path.steps();
        if steps.last() == Some(&PathStep::Each) {
            return None;
        }
        let mut spot = Places::ROOT;
        for step in steps {
            match step {
                PathStep::Key(name) => spot = self.places.member(spot, name),
                PathStep::Each => {}
                PathStep::Index(_) => return None,
            }
        }
        Some(spot)
    }

    fn named(&mut self, parent: Spot, name: &str) -> From {
        match name.matches('.').count() {
            0..=MAX_DOTS => From::Named(self.cuts(parent, name)),
            _ => From::Plain,
        }
    }

    /// The name as it is, then as members of members, cut at its dots in every way.
    fn cuts(&mut self, parent: Spot, name: &str) -> Box<[Spot]> {
        let mut spots = vec![self.places.member(parent, name)];
        for (dot, _) in name.match_indices('.') {
            let at = self.places.member(parent, &name[..dot]);
            spots.extend(self.cuts(at, &name[dot + 1..]));
        }
        spots.into()
    }
}
