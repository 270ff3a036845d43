//! Equal attributes and equal enumerations are stored once: 4,375 attributes of classes and objects come down to about
//! a thousand rows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};

use super::schema;

/// Keys and captions. Numeric ones in the order of their numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Enumeration {
    Integers(Vec<(i64, String)>),
    Texts(Vec<(String, String)>),
}

/// One row of the attribute table.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub name: String,
    pub data_type: String,
    pub is_array: bool,
    pub object: Option<String>,
    pub requirement: String,
    pub profile: Option<String>,
    pub enumeration: Option<Enumeration>,
    pub sibling: Option<String>,
    pub deprecated: bool,
}

#[derive(Default)]
pub struct Tables {
    /// Name of each profile to its index.
    pub profiles: BTreeMap<String, usize>,
    pub enums: BTreeMap<Enumeration, usize>,
    pub rows: BTreeMap<Row, usize>,
    /// Name of each object, as the schema's key gives it, to its index.
    pub objects: BTreeMap<String, usize>,
}

impl Tables {
    pub fn build(schema: &schema::Schema) -> anyhow::Result<Self> {
        let mut enums = BTreeSet::new();
        let mut rows = BTreeSet::new();
        let mut profiles = BTreeSet::new();
        let of_classes = schema
            .classes
            .iter()
            .map(|(name, class)| (name, &class.attributes));
        let of_objects = schema
            .objects
            .iter()
            .map(|(name, object)| (name, &object.attributes));
        for (owner, attributes) in of_classes.chain(of_objects) {
            for (name, attribute) in attributes {
                let row =
                    Row::new(name, attribute).with_context(|| format!("in `{owner}.{name}`"))?;
                enums.extend(row.enumeration.clone());
                profiles.extend(row.profile.clone());
                rows.insert(row);
            }
        }
        profiles.extend(
            schema
                .classes
                .values()
                .flat_map(|class| class.profiles.clone()),
        );
        Ok(Self {
            profiles: number(profiles),
            enums: number(enums),
            rows: number(rows),
            objects: number(schema.objects.keys().cloned()),
        })
    }
}

impl Row {
    pub fn new(name: &str, attribute: &schema::Attribute) -> anyhow::Result<Self> {
        // The object type named `object` has no attributes of its own and means "anything".
        let object = attribute
            .object_type
            .clone()
            .filter(|name| name != "object");
        Ok(Self {
            name: name.to_owned(),
            data_type: attribute.data_type.clone(),
            is_array: attribute.is_array,
            object,
            requirement: attribute.requirement.clone(),
            profile: attribute.profile.clone(),
            enumeration: attribute
                .enumeration
                .as_ref()
                .map(Enumeration::new)
                .transpose()?,
            sibling: attribute.sibling.clone(),
            deprecated: attribute.deprecated.is_some(),
        })
    }
}

impl Enumeration {
    fn new(members: &BTreeMap<String, schema::Member>) -> anyhow::Result<Self> {
        if members.is_empty() {
            bail!("an enumeration without members");
        }
        let numbers: Result<Vec<_>, _> = members
            .iter()
            .map(|(key, member)| key.parse::<i64>().map(|key| (key, member.caption.clone())))
            .collect();
        Ok(match numbers {
            Ok(mut members) => {
                members.sort();
                Self::Integers(members)
            }
            Err(_) => Self::Texts(
                members
                    .iter()
                    .map(|(key, member)| (key.clone(), member.caption.clone()))
                    .collect(),
            ),
        })
    }
}

fn number<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let sorted: BTreeSet<T> = items.into_iter().collect();
    sorted
        .into_iter()
        .enumerate()
        .map(|(index, item)| (item, index))
        .collect()
}
