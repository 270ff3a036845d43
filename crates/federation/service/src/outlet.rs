//! What this site has to tell: alerts at or above the floor, found through the decision log, which
//! knows of every change of every alert, whoever made it and in whichever process.

use std::collections::BTreeSet;

use aurora_federation::Kind;
use aurora_model::{Alert, Scope, Severity};
use aurora_records::{Collection, DecisionQuery, Records};
use bytes::Bytes;

use crate::{Error, shared, store};

/// Decisions read at a time.
const PAGE: usize = 256;
/// Alerts told in one commit.
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
    let mut seen = BTreeSet::new();
    for decision in decisions {
        if decision.action.name.starts_with("alert.") {
            for id in decision.action.objects {
                if seen.insert(id.clone()) {
                    let telling = telling(records, scope, id, floor).await?;
                    found.tellings.extend(telling);
                }
            }
        }
        found.until = decision.seq;
        if found.tellings.len() >= MOST {
            found.more = true;
            break;
        }
    }
    Ok(found)
}

/// What is to be told of an alert now; an alert of another site is never told again.
async fn telling(
    records: &dyn Records,
    scope: &Scope,
    id: String,
    floor: Severity,
) -> Result<Option<Telling>, Error> {
    let Some(document) = records.get(scope, Collection::Alerts, &id).await? else {
        return Ok(None);
    };
    let Ok(alert) = serde_json::from_value::<Alert>(document.body) else {
        tracing::error!(id, "an alert cannot be read and is not shared");
        return Ok(None);
    };
    if alert.origin.is_some() {
        return Ok(None);
    }
    let said = records.slot(scope, &store::said_key(&id)).await?;
    // What was shared once is kept up to date, though it may be less grave now.
    if said.is_none() && alert.severity < floor {
        return Ok(None);
    }
    let state = shared::state(&alert);
    if said.as_ref() == Some(&state) {
        return Ok(None);
    }
    let kind = match said {
        None => Kind::Alert,
        Some(_) => Kind::AlertChange,
    };
    let body = shared::body(&alert).into();
    Ok(Some(Telling {
        id,
        kind,
        body,
        state,
    }))
}
