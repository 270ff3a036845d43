//! Effects beyond our own stores, on record before they are tried and after they ended.
//!
//! An intent is a decision and, in the same commit, a slot that stays until the outcome is decided.
//! Whoever tried effects and comes back after a crash finds the slots that are left: whether those
//! effects happened nobody knows, and [`report_unknown`] puts exactly that on record.

use aurora_model::effect::{Intent, Outcome};
use aurora_model::{Context, Scope};

use crate::{Change, Error, Records, SlotWrite};

impl Change {
    /// Announces an effect that `role` is about to try. The commit fails with
    /// [`Error::CheckpointMoved`] while the same effect is being tried.
    pub fn announce(role: &str, intent: &Intent) -> Self {
        let mut change = Self::decided(intent.announced());
        change.slots.push(SlotWrite {
            key: key(role, &intent.id),
            expected: Some(None),
            value: Some(bytes(intent)),
        });
        change
    }

    /// Says how an effect that was announced ended; once.
    pub fn settle(role: &str, intent: &Intent, outcome: Outcome) -> Self {
        let mut change = Self::decided(intent.settled(outcome));
        change.slots.push(SlotWrite {
            key: key(role, &intent.id),
            expected: Some(Some(bytes(intent))),
            value: None,
        });
        change
    }
}

fn prefix(role: &str) -> String {
    format!("effect/{role}/")
}

fn key(role: &str, id: &str) -> String {
    prefix(role) + id
}

fn bytes(intent: &Intent) -> Vec<u8> {
    serde_json::to_vec(intent).expect("an intent is plain data")
}

/// Effects that a role announced and of which nothing more was said.
///
/// # Errors
/// When storage fails, or a slot is not an intent.
pub async fn open(records: &dyn Records, scope: &Scope, role: &str) -> Result<Vec<Intent>, Error> {
    let slots = records.slots(scope, &prefix(role)).await?;
    let read = |(_, bytes): (String, Vec<u8>)| serde_json::from_slice(&bytes);
    let intents = slots.into_iter().map(read).collect::<Result<_, _>>();
    intents.map_err(Error::storage)
}

/// Puts on record, for a role that has just started and tries nothing yet, that the outcome of
/// what it tried before is unknown. Gives those effects, for people to be told.
///
/// # Errors
/// When storage fails.
pub async fn report_unknown(
    records: &dyn Records,
    scope: &Scope,
    role: &str,
) -> Result<Vec<Intent>, Error> {
    let left = open(records, scope, role).await?;
    for intent in &left {
        let reason = "the process ended while it was being tried: it may have happened or not";
        let context = Context::service(scope.clone(), role, reason);
        let change = Change::settle(role, intent, Outcome::Unknown);
        records.commit(&context, change).await?;
    }
    Ok(left)
}
