use aurora_clock::Timestamp;
use aurora_model::{Scope, Suppression};
use aurora_records::{Collection, Document, Query, Records, Test};

use crate::Error;

/// The suppressions that are active at `now`, with their versions.
pub(crate) async fn active(
    records: &dyn Records,
    scope: &Scope,
    now: Timestamp,
) -> Result<Vec<(Suppression, u64)>, Error> {
    let query = Query::of(Collection::Suppressions)
        .with("until", Test::AtLeast(now.as_millis()))
        .limit(Query::MAX_LIMIT);
    let mut found = Vec::new();
    for document in records.list(scope, &query).await?.documents {
        let (suppression, version) = read(document)?;
        if suppression.active_at(now) {
            found.push((suppression, version));
        }
    }
    Ok(found)
}

pub(crate) fn read(document: Document) -> Result<(Suppression, u64), Error> {
    let suppression = serde_json::from_value(document.body).map_err(|source| Error::Damaged {
        id: document.id,
        source,
    })?;
    Ok((suppression, document.version))
}
