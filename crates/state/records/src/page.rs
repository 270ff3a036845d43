//! Alerts that people are to be told of though no match of this site opened them, such as those of other
//! sites: a slot each, until whoever tells has taken them over.
//!
//! The slot is written in the commit that opens the alert, and removed in the one that makes it somebody's
//! message; so each is told, and told once.

use aurora_model::Scope;

use crate::{Change, Error, Records};

const PREFIX: &str = "notify/page/";

impl Change {
    /// People are to be told of this alert.
    #[must_use]
    pub fn page(self, alert: &str) -> Self {
        self.slot(&format!("{PREFIX}{alert}"), alert.as_bytes().to_vec())
    }

    /// It is on its way to them.
    #[must_use]
    pub fn paged(self, alert: &str) -> Self {
        self.remove_slot(&format!("{PREFIX}{alert}"))
    }
}

/// Alerts that wait to be told, by id.
///
/// # Errors
/// When storage fails.
pub async fn waiting(records: &dyn Records, scope: &Scope) -> Result<Vec<String>, Error> {
    let slots = records.slots(scope, PREFIX).await?;
    let id = |(key, _): (String, Vec<u8>)| key[PREFIX.len()..].to_owned();
    Ok(slots.into_iter().map(id).collect())
}
