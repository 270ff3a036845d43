//! An alert as it crosses: what of it is told to other sites, and what one that came becomes here.

use aurora_clock::Timestamp;
use aurora_model::{Alert, AlertStatus, Origin, SiteId, TraceContext};
use serde::{Deserialize, Serialize};

const FORMAT: u8 = 1;
/// Characters of a text that came; an origin in order sends far less.
const TEXT: usize = 4_096;
/// Members of a list that came.
const MEMBERS: usize = 256;

#[derive(Serialize, Deserialize)]
struct Written {
    format: u8,
    alert: Alert,
}

/// A body that is no alert of this release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record holds no alert that this release reads: {0}")]
pub struct Unread(String);

/// What is told of an alert. Notes are the site's own, and so are its traces.
pub fn body(alert: &Alert) -> Vec<u8> {
    let alert = Alert {
        note: None,
        trace: TraceContext::new(),
        origin: None,
        ..alert.clone()
    };
    let written = Written {
        format: FORMAT,
        alert,
    };
    serde_json::to_vec(&written).expect("an alert is plain data")
}

/// What of an alert others have to hear of when it changes: not each match that joins it.
pub fn state(alert: &Alert) -> Vec<u8> {
    let state = (
        alert.severity,
        alert.status,
        alert.disposition,
        &alert.owner,
        &alert.title,
        alert
            .correlated
            .as_ref()
            .map(|it| (it.amended, it.withdrawn)),
    );
    serde_json::to_vec(&state).expect("it is plain data")
}

/// # Errors
/// [`Unread`].
pub fn read(body: &[u8]) -> Result<Alert, Unread> {
    let written: Written =
        serde_json::from_slice(body).map_err(|error| Unread(error.to_string()))?;
    if written.format != FORMAT {
        return Err(Unread(format!("format {}", written.format)));
    }
    let alert = written.alert;
    match is_sane(&alert) {
        true => Ok(alert),
        false => Err(Unread("a text or a list in it is too long".to_owned())),
    }
}

fn is_sane(alert: &Alert) -> bool {
    let short = |text: &str| text.len() <= TEXT;
    let few = |count: usize| count <= MEMBERS;
    short(&alert.title)
        && short(&alert.rule.0)
        && short(&alert.rule_revision)
        && short(&alert.author)
        && short(&alert.group_key)
        && alert.owner.as_deref().is_none_or(short)
        && few(alert.entities.len())
        && few(alert.evidence.len())
        && few(alert.related.len())
        && few(alert.attack.len())
        && few(alert.matched.len())
        && alert.entities.iter().all(|entity| short(&entity.value))
}

/// A new alert here, made of one that another site tells of.
pub fn arrived(came: Alert, from: SiteId, label: &str, late: bool, now: Timestamp) -> Alert {
    let origin = Origin {
        site: from,
        label: label.to_owned(),
        received_at: now,
        late,
        changed_at: came.updated_at,
    };
    Alert {
        // No match of this site joins it: it is not ours.
        group_key: format!("{from}|{}", came.group_key),
        owner: None,
        status: match came.status {
            AlertStatus::Closed => AlertStatus::Closed,
            AlertStatus::New | AlertStatus::Owned => AlertStatus::New,
        },
        note: None,
        created_at: now,
        updated_at: now,
        trace: TraceContext::new(),
        origin: Some(origin),
        ..came
    }
}

/// Takes over what its origin says of an alert now. What people of this site did to it stays, unless
/// the origin closed what nobody here works on.
///
/// Gives whether anything changed.
pub fn changed(held: &mut Alert, came: Alert, now: Timestamp) -> bool {
    let Some(origin) = &mut held.origin else {
        return false;
    };
    if came.updated_at < origin.changed_at {
        return false;
    }
    origin.changed_at = came.updated_at;
    if came.status == AlertStatus::Closed && held.status == AlertStatus::New {
        held.status = AlertStatus::Closed;
        held.disposition = came.disposition;
    }
    held.severity = came.severity;
    held.title = came.title;
    held.entities = came.entities;
    held.count = came.count;
    held.first_seen = came.first_seen;
    held.last_seen = came.last_seen;
    held.related = came.related;
    held.correlated = came.correlated;
    held.updated_at = now;
    true
}
