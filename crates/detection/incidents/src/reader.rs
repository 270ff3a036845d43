//! What has changed in the records store since it was last read.
//!
//! Documents are found by the time of their change, which a writer sets shortly before its commit:
//! of two writers the later commit may carry the earlier time. So every reading begins a little
//! before the end of the last one, now and then far before it, and what is known by its version is
//! passed over.

use std::collections::HashMap;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_model::Scope;
use aurora_records::{Collection, Document, Head, Query, Records, Test};

use crate::Error;

/// Read again every time.
const OVERLAP: Duration = Duration::from_secs(5);
/// Read again every [`THOROUGH`] turns.
const FAR: Duration = Duration::from_secs(600);
const THOROUGH: u32 = 60;
const PAGE: usize = 2000;

#[derive(Debug)]
pub(crate) struct Reader {
    collection: Collection,
    /// The indexed field with the time of the change.
    field: &'static str,
    until: Timestamp,
    turn: u32,
    versions: HashMap<String, u64>,
}

impl Reader {
    /// Reads what has changed since `from`.
    pub fn new(collection: Collection, field: &'static str, from: Timestamp) -> Self {
        Self {
            collection,
            field,
            until: from,
            turn: 0,
            versions: HashMap::new(),
        }
    }

    pub fn forget(&mut self, id: &str) {
        self.versions.remove(id);
    }

    /// Every document that is other than it was when it was last read.
    pub async fn read(
        &mut self,
        records: &dyn Records,
        scope: &Scope,
    ) -> Result<Vec<Document>, Error> {
        let back = match self.turn {
            0 => Duration::ZERO,
            turn if turn.is_multiple_of(THOROUGH) => FAR,
            _ => OVERLAP,
        };
        self.turn = self.turn.wrapping_add(1).max(1);
        let (mut from, mut offset) = (self.until.minus(back).as_millis(), 0);
        let mut fresh = Vec::new();
        loop {
            let query = Query::of(self.collection)
                .with(self.field, Test::AtLeast(from))
                .oldest(self.field)
                .limit(PAGE)
                .offset(offset);
            let page = records.heads(scope, &query).await?;
            let full = page.len() == PAGE;
            let last = page.iter().filter_map(|head| head.at).fold(from, i64::max);
            let is_new = |head: &Head| self.versions.get(&head.id) != Some(&head.version);
            let new: Vec<String> = page
                .into_iter()
                .filter(is_new)
                .map(|head| head.id)
                .collect();
            for document in records.get_all(scope, self.collection, &new).await? {
                self.versions.insert(document.id.clone(), document.version);
                fresh.push(document);
            }
            self.until = self.until.max(Timestamp::from_millis(last));
            if !full {
                return Ok(fresh);
            }
            // A page of one moment has no later end to go on from.
            (from, offset) = if last > from {
                (last, 0)
            } else {
                (from, offset + PAGE)
            };
        }
    }
}
