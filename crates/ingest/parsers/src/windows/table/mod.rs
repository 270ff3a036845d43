//! The tables, compiled: for each (provider, event id) a [`Plan`].

mod compile;
pub(in crate::windows) mod plan;
mod tsv;

use std::collections::HashMap;

pub(super) use plan::{Child, Default, Object, Plan, Rule};

/// Everything that the parser knows.
pub(super) struct Tables {
    pub system: SystemFields,
    pub enumerations: Enumerations,
    providers: Vec<Provider>,
    /// By provider (lower case), then by channel (lower case): which of `providers`.
    by_name: HashMap<String, usize>,
    by_channel: HashMap<String, usize>,
    /// By alias and event id.
    plans: HashMap<(String, u32), Vec<Choice>>,
    /// Class 0, for whatever has no plan.
    pub base: Plan,
}

pub(super) struct Provider {
    pub alias: String,
    pub name: String,
    pub product: String,
}

/// A plan for records whose `field` has one of `values`.
struct Choice {
    when: Option<(String, Vec<String>)>,
    plan: Plan,
}

/// The rows of `system.tsv`, and which of them the code itself asks for.
#[derive(Default)]
pub(super) struct SystemFields {
    pub rows: Vec<SystemField>,
    by_name: HashMap<String, (usize, usize)>,
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
    pub(super) fn find(&self, name: &str) -> Option<(usize, usize)> {
        self.by_name.get(name).copied()
    }
}

/// `enumerations.tsv`.
#[derive(Default)]
pub(super) struct Enumerations(HashMap<String, HashMap<String, i64>>);

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
        self.plans.values().flatten().map(|choice| &choice.plan)
    }

    /// The plan for an event; `field` reads the record's fields for conditions.
    pub(super) fn plan<'t, 'r>(
        &'t self,
        alias: &str,
        event_id: u32,
        field: impl Fn(&str) -> Option<&'r str>,
    ) -> Option<&'t Plan> {
        // The key's text is short; a map of maps would cost two lookups instead of this copy.
        let choices = self.plans.get(&(alias.to_owned(), event_id))?;
        let fits = |choice: &&Choice| match &choice.when {
            None => true,
            Some((name, values)) => {
                field(name).is_some_and(|value| values.iter().any(|v| v == value))
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
        let plans = tables.plans.values().flatten().map(|choice| &choice.plan);
        for rule in plans.flat_map(|plan| plan.rules.values().flatten()) {
            if let super::super::transform::Transform::Map(name) = &rule.transform {
                assert!(tables.enumerations.0.contains_key(name), "{name}");
            }
        }
    }
}
