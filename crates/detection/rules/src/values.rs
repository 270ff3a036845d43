//! What an event holds in the fields that a correlation groups and measures by.

use aurora_sigma::{FieldSource as _, Flow, Presence};
use serde_json::Value;

use crate::event::{Names, OcsfEvent};
use crate::facts::Facts;
use crate::rule::LoadedRule;
use crate::ruleset::RuleSet;

/// The fields of one event by the names that rules have for them.
pub struct FieldReader<'e> {
    set: &'e RuleSet,
    facts: Facts<'e>,
}

impl RuleSet {
    pub fn reader<'e>(&'e self, event: &'e Value) -> FieldReader<'e> {
        FieldReader {
            set: self,
            facts: Facts::new(event, &self.mapping().windows),
        }
    }

    /// Where a rule's logsource has its fields; made once for a rule, used for many events.
    pub fn names(&self, rule: &LoadedRule) -> FieldNames {
        FieldNames(Names::of(self.mapping(), &rule.rule.logsource))
    }
}

/// The field names of one rule.
pub struct FieldNames(Names);

impl FieldReader<'_> {
    /// The field's text: of an array, its first member. `None` when the event does not have the
    /// field, or holds nothing in it.
    pub fn text(&self, names: &FieldNames, field: &str) -> Option<String> {
        let event = OcsfEvent::new(&self.facts, self.set.mapping(), &names.0);
        let mut text = None;
        let presence = event.field(field, &mut |value| {
            text = Some(value.text().into_owned());
            Flow::Break(())
        });
        match presence {
            Presence::Present => text.filter(|text| !text.is_empty()),
            Presence::Absent => None,
        }
    }
}

impl std::fmt::Debug for FieldNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldNames").finish_non_exhaustive()
    }
}
