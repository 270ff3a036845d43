//! The texts that keywords are looked for in.

use aurora_sigma::{Flow, visit_texts};

use crate::facts::Facts;

/// The record as written; what its JSON holds, since there a backslash is written twice; and what
/// the parser kept aside.
pub(crate) fn visit(facts: &Facts<'_>, visit: &mut dyn FnMut(&str) -> Flow) -> Flow {
    for name in ["raw_data", "message"] {
        if let Some(text) = facts.event[name].as_str() {
            visit(text)?;
        }
    }
    if let Some(record) = facts.record() {
        visit_texts(record, visit)?;
    }
    visit_texts(&facts.event["unmapped"], visit)
}
