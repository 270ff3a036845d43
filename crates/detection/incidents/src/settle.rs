//! From what the correlator says to documents, with what people decided kept: pure.

use std::collections::{BTreeMap, BTreeSet};

use aurora_clock::Timestamp;
use aurora_model::{AlertId, AlertStatus, Incident, IncidentId, IncidentState, Scope, Story};

use crate::correlate::{Draft, Gone};
use crate::document::Kept;
use crate::life;

/// How notes of the correlator are signed.
const AUTHOR: &str = "correlator";

/// Incidents as the store has them, by id; those that it does not have are absent.
pub(crate) type Standing = BTreeMap<IncidentId, Kept<Incident>>;

/// The ids that [`settle`] must know, for these drafts and those gone.
pub(crate) fn concerned(scope: &Scope, drafts: &[Draft], gone: &[Gone]) -> BTreeSet<IncidentId> {
    let of = |alert| IncidentId::of(scope, alert);
    let drafted = drafts.iter().map(|draft| of(draft.earliest));
    let left = gone.iter().map(|gone| of(gone.earliest));
    let into = gone.iter().filter_map(|gone| gone.into).map(of);
    drafted.chain(left).chain(into).collect()
}

/// What must be written. `exists` says whether an alert is still kept: an incident all of whose
/// alerts are gone goes with them.
pub(crate) fn settle(
    scope: &Scope,
    standing: &Standing,
    drafts: &[Draft],
    gone: &[Gone],
    exists: &dyn Fn(AlertId) -> bool,
    now: Timestamp,
) -> (BTreeMap<IncidentId, Incident>, Vec<IncidentId>) {
    let mut changed: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    let mut removed = Vec::new();
    for draft in drafts {
        let id = IncidentId::of(scope, draft.earliest);
        let known = standing.get(&id).map(|kept| &kept.value);
        if let Some(incident) = drafted(id, known, &draft.story, now) {
            changed.insert(id, incident);
        }
    }
    for gone in gone {
        let id = IncidentId::of(scope, gone.earliest);
        let Some(old) = standing.get(&id).map(|kept| kept.value.clone()) else {
            continue;
        };
        match gone.into.map(|alert| IncidentId::of(scope, alert)) {
            Some(into) => {
                let target = changed
                    .remove(&into)
                    .or_else(|| standing.get(&into).map(|kept| kept.value.clone()));
                let Some(mut target) = target else { continue };
                if old.merged_into != Some(into) {
                    join(&mut target, &old, now);
                    changed.insert(id, merged(old, into, now));
                }
                changed.insert(into, target);
            }
            None if old.story.members.iter().any(|member| exists(member.alert)) => {
                if old.state != IncidentState::Dissolved {
                    changed.insert(id, dissolved(old, now));
                }
            }
            None => removed.push(id),
        }
    }
    split(&mut changed);
    (changed, removed)
}

/// A drafted incident, unless the store has it so already.
fn drafted(
    id: IncidentId,
    known: Option<&Incident>,
    story: &Story,
    now: Timestamp,
) -> Option<Incident> {
    let Some(known) = known else {
        return Some(Incident {
            id,
            state: IncidentState::Live,
            merged_into: None,
            aliases: Vec::new(),
            status: AlertStatus::New,
            disposition: None,
            owner: None,
            notes: Vec::new(),
            created_at: now,
            updated_at: now,
            story: story.clone(),
        });
    };
    if known.state == IncidentState::Live && known.story == *story {
        return None;
    }
    let mut incident = known.clone();
    if incident.state != IncidentState::Live {
        let text = match incident.merged_into {
            Some(into) => format!("its alerts are no longer part of {into}"),
            None => "its alerts are joined again".to_owned(),
        };
        life::write(&mut incident.notes, AUTHOR, &text, now);
        (incident.state, incident.merged_into) = (IncidentState::Live, None);
    }
    if incident.status == AlertStatus::Closed {
        wake(&mut incident, story, now);
    }
    incident.story = story.clone();
    incident.updated_at = now;
    Some(incident)
}

/// A closed incident with open alerts that it did not have when it was closed needs a human again.
fn wake(incident: &mut Incident, story: &Story, now: Timestamp) {
    let known: BTreeSet<AlertId> = incident
        .story
        .members
        .iter()
        .map(|member| member.alert)
        .collect();
    let fresh = story
        .members
        .iter()
        .filter(|member| !known.contains(&member.alert) && member.status != AlertStatus::Closed);
    let mut fresh = fresh.count() as u64;
    // Of an incident with more alerts than are kept with it only the numbers are compared.
    if story.alerts > Incident::MAX_MEMBERS as u64 {
        fresh = fresh.max(story.open.saturating_sub(incident.story.open));
    }
    if fresh > 0 {
        let text = format!("open again: {fresh} alerts joined it after it was closed");
        life::reopen(incident);
        life::write(&mut incident.notes, AUTHOR, &text, now);
    }
}

/// `old` is part of `target` from now on; what people decided of it goes along.
fn join(target: &mut Incident, old: &Incident, now: Timestamp) {
    let news = std::iter::once(old.id).chain(old.aliases.iter().copied());
    for alias in news.filter(|alias| *alias != target.id) {
        if !target.aliases.contains(&alias) {
            target.aliases.push(alias);
        }
    }
    let was = old
        .disposition
        .map_or("not closed", |disposition| disposition.word());
    let text = format!("incident {} is part of this one; it was {was}", old.id);
    life::write(&mut target.notes, AUTHOR, &text, now);
    for note in &old.notes {
        if !target.notes.contains(note) {
            target.notes.push(note.clone());
        }
    }
    target.notes.sort_by_key(|note| note.at);
    if target.owner.is_none() && old.owner.is_some() {
        target.owner.clone_from(&old.owner);
        if target.status == AlertStatus::New {
            target.status = AlertStatus::Owned;
        }
    }
    // Closed is what was closed as a whole.
    if target.status == AlertStatus::Closed && old.status != AlertStatus::Closed {
        life::reopen(target);
    }
    target.updated_at = now;
}

fn merged(mut old: Incident, into: IncidentId, now: Timestamp) -> Incident {
    old.state = IncidentState::Merged;
    old.merged_into = Some(into);
    old.updated_at = now;
    old
}

fn dissolved(mut old: Incident, now: Timestamp) -> Incident {
    old.state = IncidentState::Dissolved;
    old.merged_into = None;
    old.story.risk = 0;
    life::write(
        &mut old.notes,
        AUTHOR,
        "nothing joins its alerts any more",
        now,
    );
    old.updated_at = now;
    old
}

/// What is an incident of its own again is no alias of another.
fn split(changed: &mut BTreeMap<IncidentId, Incident>) {
    let live: BTreeSet<IncidentId> = changed
        .values()
        .filter(|incident| incident.state == IncidentState::Live)
        .map(|incident| incident.id)
        .collect();
    for incident in changed.values_mut() {
        incident.aliases.retain(|alias| !live.contains(alias));
    }
}
