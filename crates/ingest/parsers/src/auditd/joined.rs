//! What the records of one event say together, by name.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Map, Value as Json};
use vrl::value::{ObjectMap, Value};

use super::asked::Asked;
use super::fields::Pairs;
use crate::process;

/// So many texts are compared with one another; more are looked up in the end, so that a hostile event of megabytes does
/// not take minutes.
const COMPARED: usize = 16;

/// Adds what is not there yet; see [`settle`].
pub(super) fn add<'t>(texts: &mut Vec<Cow<'t, str>>, text: Cow<'t, str>) {
    if texts.len() > COMPARED || !texts.contains(&text) {
        texts.push(text);
    }
}

/// Leaves each of the texts once, now that there are no more.
pub(super) fn settle(texts: &mut Vec<Cow<'_, str>>) {
    if texts.len() > COMPARED {
        let mut seen = HashSet::with_capacity(texts.len());
        texts.retain(|text| seen.insert(text.clone()));
    }
}

/// A field's value, or its several distinct ones.
#[derive(Clone, Debug, PartialEq)]
enum Said<'t> {
    Once(Cow<'t, str>),
    Several(Vec<Cow<'t, str>>),
}

impl<'t> Said<'t> {
    fn push(&mut self, value: Cow<'t, str>) {
        match self {
            Self::Several(values) => add(values, value),
            Self::Once(first) if *first == value => {}
            Self::Once(first) => *self = Self::Several(vec![std::mem::take(first), value]),
        }
    }
}

/// Every field of every record, in the order of the names; a field's values in the order of the records.
///
/// Not an [`ObjectMap`]: of the forty fields of an event a program reads a few, and the others go from the records'
/// text to `unmapped` without values of the program's own in between.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields<'t>(Vec<(Cow<'t, str>, Said<'t>)>);

impl<'t> Fields<'t> {
    /// Of the fields of all records, one record's after the other's.
    pub(super) fn of(mut pairs: Pairs<'t>) -> Self {
        let names = pairs.iter().map(|(name, _)| beginning(name));
        let mut order: Vec<(u64, usize)> = names.zip(0..).collect();
        order.sort_unstable_by(|(one, this), (other, that)| {
            let names = || pairs[*this].0.cmp(&pairs[*that].0);
            one.cmp(other).then_with(names).then(this.cmp(that))
        });
        let mut fields: Vec<(Cow<'t, str>, Said<'t>)> = Vec::with_capacity(order.len());
        for (_, at) in order {
            let (name, value) = std::mem::take(&mut pairs[at]);
            match fields.last_mut() {
                Some((last, said)) if *last == name => said.push(value),
                _ => fields.push((name, Said::Once(value))),
            }
        }
        for (_, said) in &mut fields {
            if let Said::Several(values) = said {
                settle(values);
            }
        }
        Self(fields)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }

    fn get(&self, name: &str) -> Option<&Said<'t>> {
        self.find(name).ok().map(|at| &self.0[at].1)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// A field's first value.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Said::Once(value) => Some(value),
            Said::Several(values) => values.first().map(|value| &**value),
        }
    }

    /// The value of a field of which the records say one thing.
    pub(super) fn only(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Said::Once(value) => Some(value),
            Said::Several(_) => None,
        }
    }

    /// Puts a value in the place of what the records say.
    pub(super) fn set(&mut self, name: &str, value: Cow<'t, str>) {
        let value = Said::Once(value);
        match self.find(name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name.to_owned().into(), value)),
        }
    }

    /// What a program asks for, and the rest.
    pub(super) fn parted(self, asked: &Asked) -> (ObjectMap, Self) {
        let Some(mut names) = asked.names().map(<[String]>::iter) else {
            return (values(self.0), Self::default());
        };
        let mut name = names.next();
        let (given, rest) = self.0.into_iter().partition(|(field, _)| {
            // Both are in the order of names.
            loop {
                match name.map(|name| name.as_str().cmp(field)) {
                    Some(Ordering::Less) => name = names.next(),
                    order => return order == Some(Ordering::Equal),
                }
            }
        });
        (values(given), Self(rest))
    }

    /// Puts the fields where a program put the others.
    pub(super) fn join(&self, event: &mut Map<String, Json>) {
        let Some(unmapped) = process::unmapped(event) else {
            return;
        };
        // At once of the size that it comes to.
        let mut whole = Map::with_capacity(unmapped.len() + self.0.len());
        whole.append(unmapped);
        for (name, said) in &self.0 {
            let text = |value: &Cow<'_, str>| Json::from(&**value);
            let value = match said {
                Said::Once(value) => text(value),
                Said::Several(values) => values.iter().map(text).collect(),
            };
            whole.insert(name.clone().into_owned(), value);
        }
        *unmapped = whole;
    }
}

fn values(fields: Vec<(Cow<'_, str>, Said<'_>)>) -> ObjectMap {
    let value = |said| match said {
        Said::Once(value) => Value::from(value),
        Said::Several(values) => Value::from(values),
    };
    let fields = fields.into_iter();
    fields
        .map(|(name, said)| (name.into(), value(said)))
        .collect()
}

/// A name's first bytes, in whose order names stand: most names have no more.
fn beginning(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = name.len().min(bytes.len());
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::vrl::convert;

    /// As simple as it can be.
    fn plain(pairs: &[(String, String)]) -> BTreeMap<String, Json> {
        let mut said: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in pairs {
            let values = said.entry(name).or_default();
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        let value = |values: Vec<&str>| match values[..] {
            [value] => Json::from(value),
            _ => Json::from(values),
        };
        said.into_iter()
            .map(|(name, values)| (name.to_owned(), value(values)))
            .collect()
    }

    proptest! {
        #[test]
        fn every_value_is_kept_once(
            pairs in prop::collection::vec(("[ab\u{0}]{0,3}(cdefghijk){0,1}[ab]{0,1}", "[a-d]{0,4}"), 0..120),
            asked in "[ab]{1,3}",
        ) {
            let borrowed = pairs.iter().map(|(name, value)| (name.into(), value.into()));
            let fields = Fields::of(borrowed.collect());
            let program = format!("x = .body.fields.{asked}\n.unmapped = del(.body.fields)");
            let wanted = plain(&pairs);
            prop_assert_eq!(fields.has(&asked), wanted.contains_key(&asked));
            let (given, rest) = fields.parted(&Asked::by(&program));
            prop_assert!(given.keys().all(|name| **name == *asked));
            let mut event = convert::to_map(ObjectMap::from([("unmapped".into(), given.into())]));
            rest.join(&mut event);
            let wanted: Map<_, _> = wanted.into_iter().collect();
            prop_assert_eq!(event.remove("unmapped"), Some(Json::Object(wanted)));
        }
    }

    #[test]
    fn an_event_of_very_many_values_takes_no_time() {
        let pairs = (0..200_000).map(|at| ("a".into(), format!("{}", at / 2).into()));
        let mut event = Map::new();
        Fields::of(pairs.collect()).join(&mut event);
        assert_eq!(
            event["unmapped"]["a"].as_array().map(Vec::len),
            Some(100_000)
        );
    }
}
