//! What this site has to tell: alerts at or above the floor, found through the decision log, which
//! knows of every change of every alert, whoever made it and in whichever process.

use std::collections::{BTreeSet, HashMap};

use aurora_federation::Kind;
use aurora_model::{Alert, Scope, Severity};
use aurora_records::{Collection, DecisionQuery, Document, Records};
use bytes::Bytes;

use crate::{Error, shared, store};

/// Decisions read at a time.
const PAGE: usize = 256;
/// Alerts that are looked at together; a decision may name more.
const MOST: usize = 256;

/// An alert that others have to hear of.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    pub id: String,
    pub kind: Kind,
    pub body: Bytes,
    /// What it is then known to have been told.
    pub state: Vec<u8>,
}

/// What was found beyond a place in the decision log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub tellings: Vec<Telling>,
    /// The place up to which everything was found.
    pub until: u64,
    /// There may be more.
    pub more: bool,
}

/// The newest decision's number.
///
/// # Errors
/// When the store fails.
pub(crate) async fn newest(records: &dyn Records, scope: &Scope) -> Result<u64, Error> {
    let (mut below, mut beyond) = (0, 1);
    while exists(records, scope, beyond).await? {
        below = beyond;
        beyond *= 2;
    }
    // Invariant: there is a decision `below`, or none at all, and none `beyond`.
    while beyond - below > 1 {
        let middle = below + (beyond - below) / 2;
        match exists(records, scope, middle).await? {
            true => below = middle,
            false => beyond = middle,
        }
    }
    Ok(below)
}

/// Numbers are dense.
async fn exists(records: &dyn Records, scope: &Scope, seq: u64) -> Result<bool, Error> {
    let query = DecisionQuery {
        after: seq - 1,
        object: None,
        limit: 1,
    };
    Ok(!records.decisions(scope, &query).await?.is_empty())
}

/// What there is to tell beyond `after`.
///
/// # Errors
/// When the store fails.
pub(crate) async fn look(
    records: &dyn Records,
    scope: &Scope,
    after: u64,
    floor: Severity,
) -> Result<Found, Error> {
    let query = DecisionQuery {
        after,
        object: None,
        limit: PAGE,
    };
    let decisions = records.decisions(scope, &query).await?;
    let mut found = Found {
        until: after,
        more: decisions.len() == PAGE,
        ..Found::default()
    };
    let (mut ids, mut seen) = (Vec::new(), BTreeSet::new());
    for decision in decisions {
        if ids.len() >= MOST {
            found.more = true;
            break;
        }
        found.until = decision.seq;
        if decision.action.name.starts_with("alert.") {
            let new = decision.action.objects.into_iter();
            ids.extend(new.filter(|id| seen.insert(id.clone())));
        }
    }
    for ids in ids.chunks(MOST) {
        found
            .tellings
            .extend(tellings(records, scope, ids, floor).await?);
    }
    Ok(found)
}

/// What is to be told of alerts now, in the order of their ids here; an alert of another site is never told
/// again.
async fn tellings(
    records: &dyn Records,
    scope: &Scope,
    ids: &[String],
    floor: Severity,
) -> Result<Vec<Telling>, Error> {
    let documents = records.get_all(scope, Collection::Alerts, ids).await?;
    let documents = documents.into_iter();
    let mut documents: HashMap<String, _> = documents.map(|it| (it.id.clone(), it)).collect();
    let keys: Vec<String> = ids.iter().map(|id| store::said_key(id)).collect();
    let said = records.slots_of(scope, &keys).await?;
    let said: HashMap<String, Vec<u8>> = said.into_iter().collect();
    let ids = ids.iter().zip(&keys);
    let known = ids.filter_map(|(id, key)| Some((documents.remove(id)?, said.get(key))));
    let known = known.filter_map(|(document, said)| telling(document, said, floor));
    Ok(known.collect())
}

/// What is to be told of an alert now that it stands so, where `said` was told before.
fn telling(document: Document, said: Option<&Vec<u8>>, floor: Severity) -> Option<Telling> {
    let id = document.id;
    let Ok(alert) = serde_json::from_value::<Alert>(document.body) else {
        tracing::error!(id, "an alert cannot be read and is not shared");
        return None;
    };
    // What was shared once is kept up to date, though it may be less grave now.
    if alert.origin.is_some() || (said.is_none() && alert.severity < floor) {
        return None;
    }
    let state = shared::state(&alert);
    if said == Some(&state) {
        return None;
    }
    let kind = match said {
        None => Kind::Alert,
        Some(_) => Kind::AlertChange,
    };
    let body = shared::body(&alert).into();
    Some(Telling {
        id,
        kind,
        body,
        state,
    })
}
