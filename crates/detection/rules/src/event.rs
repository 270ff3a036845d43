use std::borrow::Cow;
use std::sync::Arc;

use aurora_sigma::{FieldSource, FieldValue, FlatJson, Flow, LogSource, Presence};
use serde_json::Value;

use crate::facts::Facts;
use crate::fields::{Candidate, FieldMap, Place};
use crate::mapping::Mapping;
use crate::{keywords, windows};

/// The field names of one logsource, resolved against the tables once.
pub(crate) struct Names {
    pub(crate) exact: Option<Arc<FieldMap>>,
    pub(crate) wider: Vec<Arc<FieldMap>>,
}

impl Names {
    pub fn of(mapping: &Mapping, logsource: &LogSource) -> Self {
        let fields = &mapping.fields;
        Self {
            exact: fields.exact(logsource),
            wider: fields.wider(logsource),
        }
    }

    /// Every name that the tables know for this logsource.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        let maps = self.exact.iter().chain(&self.wider);
        maps.flat_map(|map| map.keys().map(String::as_str))
    }
}

/// An OCSF event as rules of one logsource see it. The order of places is in
/// `content/sigma/README.md`.
pub struct OcsfEvent<'a> {
    facts: &'a Facts<'a>,
    windows: &'a windows::Windows,
    names: &'a Names,
}

/// Where a field was found.
enum Found<'a> {
    Path(&'a Place),
    Unmapped(Cow<'a, str>),
    Event,
}

type Visit<'v> = dyn FnMut(FieldValue<'_>) -> Flow + 'v;

impl<'a> OcsfEvent<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>, mapping: &'a Mapping, names: &'a Names) -> Self {
        Self {
            facts,
            windows: &mapping.windows,
            names,
        }
    }

    fn find<'n>(&'n self, name: &'n str, visit: &mut Visit<'_>) -> Option<Found<'n>> {
        let exact = self.names.exact.as_ref().and_then(|map| map.get(name));
        let wider = || self.names.wider.iter().find_map(|map| map.get(name));
        self.candidates(exact, visit)
            .or_else(|| self.as_named(name, visit))
            .or_else(|| self.candidates(wider(), visit))
            .or_else(|| self.other_case(name, visit))
            .or_else(|| self.as_path(name, visit))
    }

    fn candidates<'n>(
        &'n self,
        candidates: Option<&'n Vec<Candidate>>,
        visit: &mut Visit<'_>,
    ) -> Option<Found<'n>> {
        candidates?.iter().find_map(|candidate| match candidate {
            Candidate::Place(place) => self.at(place, visit),
            Candidate::Source(alias, _) if self.facts.provider != Some(*alias) => None,
            Candidate::Source(_, names) => match names.as_slice() {
                [one] => self.as_named(one, visit),
                several => self.joined(several, visit),
            },
        })
    }

    fn at<'n>(&'n self, place: &'n Place, visit: &mut Visit<'_>) -> Option<Found<'n>> {
        present(place.visit(self.facts.event, visit)).then_some(Found::Path(place))
    }

    /// The source's own field: kept under `unmapped`, or where the Windows parser put it.
    fn as_named<'n>(&'n self, name: &'n str, visit: &mut Visit<'_>) -> Option<Found<'n>> {
        if let Some(unmapped) = self.facts.event["unmapped"].as_object()
            && present(FlatJson::new(unmapped).field(name, visit))
        {
            return Some(Found::Unmapped(Cow::Borrowed(name)));
        }
        if self.facts.channel.is_none() && self.facts.provider.is_none() {
            return None;
        }
        let mut places = self
            .windows
            .places(self.facts.provider, &self.facts.code, name);
        places.find_map(|place| self.at(place, visit))
    }

    /// The texts of several fields with backslashes between; absent unless the last is there.
    fn joined<'n>(&'n self, names: &'n [String], visit: &mut Visit<'_>) -> Option<Found<'n>> {
        let mut parts = Vec::new();
        let mut found = None;
        for name in names {
            let mut text = None;
            found = self.as_named(name, &mut |value| {
                text = Some(value.text().into_owned());
                Flow::Break(())
            });
            parts.extend(text.filter(|text| !text.is_empty() && text != "-"));
        }
        if found.is_some() {
            // What the visitor thinks of the only value changes nothing here.
            let (Flow::Continue(()) | Flow::Break(())) = visit(FieldValue::Str(&parts.join("\\")));
        }
        found
    }

    fn other_case<'n>(&'n self, name: &str, visit: &mut Visit<'_>) -> Option<Found<'n>> {
        let unmapped = self.facts.event["unmapped"].as_object()?;
        let (key, value) = unmapped
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        let (Flow::Continue(()) | Flow::Break(())) = aurora_sigma::visit_json(value, visit);
        Some(Found::Unmapped(Cow::Borrowed(key)))
    }

    fn as_path<'n>(&'n self, name: &'n str, visit: &mut Visit<'_>) -> Option<Found<'n>> {
        let event = self.facts.event.as_object()?;
        present(FlatJson::new(event).field(name, visit)).then_some(Found::Event)
    }

    /// Whether the field holds one of the values, whatever their case.
    pub(crate) fn holds(&self, name: &str, values: &[String]) -> bool {
        let mut holds = false;
        self.find(name, &mut |value| {
            holds = crate::logsource::among(values, &value.text());
            if holds {
                Flow::Break(())
            } else {
                Flow::Continue(())
            }
        });
        holds
    }
}

fn present(presence: Presence) -> bool {
    presence == Presence::Present
}

impl FieldSource for OcsfEvent<'_> {
    fn field(&self, name: &str, visit: &mut dyn FnMut(FieldValue<'_>) -> Flow) -> Presence {
        if self.find(name, visit).is_some() {
            Presence::Present
        } else {
            Presence::Absent
        }
    }

    fn texts(&self, visit: &mut dyn FnMut(&str) -> Flow) {
        let (Flow::Continue(()) | Flow::Break(())) = keywords::visit(self.facts, visit);
    }

    fn path<'n>(&'n self, name: &'n str) -> Cow<'n, str> {
        match self.find(name, &mut |_| Flow::Break(())) {
            Some(Found::Path(place)) => Cow::Owned(place.path.to_string()),
            Some(Found::Unmapped(key)) => Cow::Owned(format!("unmapped.{key}")),
            Some(Found::Event) | None => Cow::Borrowed(name),
        }
    }
}

/// Kept out of [`Facts`] so that they stay plain values.
impl std::fmt::Debug for OcsfEvent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let event: &Value = self.facts.event;
        f.debug_struct("OcsfEvent")
            .field("event", event)
            .finish_non_exhaustive()
    }
}
