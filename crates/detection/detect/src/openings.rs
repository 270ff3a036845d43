//! Two processes may find a match for the same group at the same time, and neither sees the other's
//! alert. So whoever opens one moves a number that he has read before he looked for open alerts; it
//! is the number of all groups of one hash, so that there are a fixed number of them. The second one to
//! move it is refused, and looks again.

use std::collections::BTreeMap;

use aurora_ids::Derive;
use aurora_model::Scope;
use aurora_records::{Change, Error, Records, place};

/// Numbers that there are.
const BUCKETS: u16 = 4_096;
/// For so many groups at once all numbers are read, rather than each by itself.
const MANY: usize = 32;
const PREFIX: &str = "alerts/opened/";

/// What was read of the groups that are held.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    known: BTreeMap<String, u64>,
}

impl Openings {
    /// To be called before the open alerts of groups are read.
    pub(crate) async fn look(
        &mut self,
        records: &dyn Records,
        scope: &Scope,
        groups: &[String],
    ) -> Result<(), Error> {
        if groups.len() < MANY {
            for group in groups {
                let number = place::read(records, scope, &slot(bucket(group))).await?;
                self.known.insert(group.clone(), number);
            }
            return Ok(());
        }
        let slots = records.slots(scope, PREFIX).await?;
        let numbers: BTreeMap<String, Vec<u8>> = slots.into_iter().collect();
        for group in groups {
            let key = slot(bucket(group));
            let number = numbers.get(&key).map(|bytes| place::decode(&key, bytes));
            let number = number.transpose()?.unwrap_or_default();
            self.known.insert(group.clone(), number);
        }
        Ok(())
    }

    /// Adds to a change that opens alerts of these groups what makes it fail when others did.
    pub(crate) fn guard<'g>(
        &self,
        mut change: Change,
        groups: impl Iterator<Item = &'g str>,
    ) -> Change {
        for (bucket, number) in self.moved(groups) {
            change = change.move_place(&slot(bucket), number, number + 1);
        }
        change
    }

    /// The change was accepted.
    pub(crate) fn settle<'g>(&mut self, groups: impl Iterator<Item = &'g str>) {
        let moved = self.moved(groups);
        for (group, known) in &mut self.known {
            // What was read of another group may be older; it stays so.
            if moved.get(&bucket(group)) == Some(known) {
                *known += 1;
            }
        }
    }

    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    /// Whether a commit failed because somebody opened an alert of such a group.
    pub(crate) fn is_meant(slot: &str) -> bool {
        slot.starts_with(PREFIX)
    }

    /// The numbers to move, each from the oldest that was read.
    fn moved<'g>(&self, groups: impl Iterator<Item = &'g str>) -> BTreeMap<u16, u64> {
        let mut moved = BTreeMap::new();
        for group in groups {
            let known = self.known.get(group).copied().unwrap_or_default();
            let number = moved.entry(bucket(group)).or_insert(known);
            *number = known.min(*number);
        }
        moved
    }
}

fn slot(bucket: u16) -> String {
    format!("{PREFIX}{bucket}")
}

fn bucket(group: &str) -> u16 {
    let id = Derive::new("aurora.alerts.opened.v1").part(group).finish();
    let [a, b, ..] = *id.as_bytes();
    u16::from_le_bytes([a, b]) % BUCKETS
}
