//! The tables, compiled: for each (provider, event id) a [`Plan`].

mod compile;

use std::collections::HashMap;

use aurora_ocsf::Enumeration;

use super::transform::Transform;
use crate::table::names::NameMap;
use crate::table::plan::Layout;

/// Everything that the parser knows.
pub(super) struct Tables {
    pub system: SystemFields,
    pub enumerations: Enumerations,
    providers: Vec<Provider>,
    /// By provider (lower case), then by channel (lower case): which of `providers`.
    by_name: NameMap<usize>,
    by_channel: NameMap<usize>,
    /// Class 0, for whatever has no plan.
    pub base: Plan,
}

pub(super) struct Provider {
    alias: String,
    pub name: String,
    pub product: String,
    /// By event id.
    plans: HashMap<u32, Vec<Choice>>,
    /// The provider that has the plans of this one's alias.
    like: usize,
}

/// A plan for records whose `field` has one of `values`.
struct Choice {
    when: Option<(String, Vec<String>)>,
    plan: Plan,
}

/// What happens to the fields of one kind of event: places, rules and defaults.
pub(super) struct Plan {
    pub layout: Layout,
    pub activity: i64,
    pub rules: NameMap<Vec<Rule>>,
    /// By the rows of `system.tsv`.
    pub system: Vec<Option<Rule>>,
    pub defaults: Vec<(usize, Default)>,
    pub known: Known,
}

/// The places that the code itself fills.
pub(super) struct Known {
    pub time: usize,
    pub severity: usize,
    pub status: Option<usize>,
    pub version: usize,
    pub original_time: usize,
    pub product_name: usize,
    pub product_vendor: usize,
    pub os_name: Option<usize>,
    pub os_type: Option<usize>,
    /// When the class has its device from the profile `host`.
    pub profiles: Option<usize>,
}

/// One row of `fields.tsv` for one kind of event.
#[derive(Clone)]
pub(super) struct Rule {
    pub transform: Transform,
    pub slot: usize,
    /// The sibling that the transform fills too: `name`, `domain`, `vendor_name`.
    pub aside: Option<usize>,
    /// For `image`: the name of the process that the file belongs to.
    pub owner_name: Option<usize>,
    /// The field stays under `unmapped` in any case.
    pub keep: bool,
    pub enumeration: Option<&'static Enumeration>,
}

pub(super) enum Default {
    Number(i64),
    Text(String),
    /// The computer's name, as the transform `host` puts it; the slot of `name` stands here.
    Computer {
        name: Option<usize>,
    },
}

/// The rows of `system.tsv`, and which of them the code itself asks for.
#[derive(Default)]
pub(super) struct SystemFields {
    pub rows: Vec<SystemField>,
    by_name: NameMap<(usize, usize)>,
    /// `Provider_Name` as `Provider` and `Name`, which is how elements and their attributes say it.
    by_element: NameMap<NameMap<(usize, usize)>>,
    pub provider: usize,
    pub event_id: usize,
    pub channel: usize,
    pub computer: usize,
    pub record_id: usize,
    pub level: usize,
    pub keywords: usize,
    pub time: usize,
}

pub(super) struct SystemField {
    pub field: String,
    pub names: Vec<String>,
    pub path: Option<(String, String)>,
}

impl SystemFields {
    /// The row that has this name, and how early in its list.
    pub(super) fn find(&self, name: &str, hash: u32) -> Option<(usize, usize)> {
        self.by_name.find(name.as_bytes(), hash).copied()
    }

    /// The row of an element's attribute.
    pub(super) fn attribute(&self, element: &str, attribute: &str) -> Option<(usize, usize)> {
        self.by_element.get(element)?.get(attribute).copied()
    }
}

/// `enumerations.tsv`.
#[derive(Default)]
pub(super) struct Enumerations(NameMap<NameMap<i64>>);

impl Enumerations {
    pub(super) fn number(&self, name: &str, value: &str) -> Option<i64> {
        let members = self.0.get(name)?;
        members.get(value).or_else(|| members.get("*")).copied()
    }
}

impl Tables {
    /// The tables that the product ships.
    pub(super) fn shipped() -> Self {
        compile::shipped().expect("the shipped tables are tested")
    }

    /// The provider by its name or, without one, by the channel.
    pub(super) fn provider(&self, name: Option<&str>, channel: Option<&str>) -> Option<&Provider> {
        let index = match name {
            Some(name) => self.by_name.get(&name.to_ascii_lowercase()),
            None => self.by_channel.get(&channel?.to_ascii_lowercase()),
        };
        index.map(|index| &self.providers[*index])
    }

    /// Every plan but the one for class 0.
    #[cfg(test)]
    pub(super) fn plans(&self) -> impl Iterator<Item = &Plan> {
        let choices = self
            .providers
            .iter()
            .flat_map(|provider| provider.plans.values());
        choices.flatten().map(|choice| &choice.plan)
    }

    /// The plan for an event; `field` reads the record's fields for conditions.
    pub(super) fn plan<'r>(
        &self,
        provider: &Provider,
        event_id: u32,
        field: impl Fn(&str) -> Option<std::borrow::Cow<'r, str>>,
    ) -> Option<&Plan> {
        let choices = self.providers[provider.like].plans.get(&event_id)?;
        let fits = |choice: &&Choice| match &choice.when {
            None => true,
            Some((name, values)) => {
                field(name).is_some_and(|value| values.iter().any(|v| *v == value))
            }
        };
        choices.iter().find(fits).map(|choice| &choice.plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_tables_compile() {
        if let Err(problems) = compile::shipped() {
            panic!("{problems}");
        }
    }

    #[test]
    fn every_listed_enumeration_exists() {
        let tables = Tables::shipped();
        for rule in tables
            .plans()
            .flat_map(|plan| plan.rules.values().flatten())
        {
            if let Transform::Map(name) = &rule.transform {
                assert!(tables.enumerations.0.get(name).is_some(), "{name}");
            }
        }
    }
}
