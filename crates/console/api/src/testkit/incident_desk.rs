//! Incidents that somebody else joined.

use async_trait::async_trait;
use aurora_messages::{
    Close, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, IncidentChange,
    IncidentDetail, IncidentPage, IncidentQuery, IncidentRow, LiveEvent, SetEntity, View,
    WriteNote,
};
use aurora_model::{
    Actor, AlertStatus, Context, Incident, IncidentEntity, IncidentId, Note, Scope,
};

use super::FakeSite;
use crate::IncidentDesk;
use crate::site::{Error, Result};

impl FakeSite {
    /// Joins alerts that it has into an incident, as the correlator would.
    pub fn join(&self, incident: Incident) {
        let row = IncidentRow::from(&incident);
        self.state().incidents.insert(incident.id, incident);
        self.tell(true, row);
    }

    fn tell(&self, created: bool, incident: IncidentRow) {
        let change = IncidentChange { created, incident };
        self.feed.publish(&LiveEvent::Incident(change));
    }

    /// Changes one incident, records the decision and tells the watchers.
    fn settle(
        &self,
        context: &Context,
        action: &str,
        id: IncidentId,
        change: impl FnOnce(&mut Incident) -> Result<()>,
    ) -> Result<IncidentRow> {
        let now = self.clock.now();
        let row = {
            let mut state = self.state();
            let found = state.incidents.get_mut(&id);
            let incident = found.ok_or_else(|| Error::not_found("incident", id))?;
            change(incident)?;
            incident.updated_at = now;
            let row = IncidentRow::from(&*incident);
            state.record(context, now, action, id);
            row
        };
        self.tell(false, row.clone());
        Ok(row)
    }

    fn write(&self, incident: &mut Incident, context: &Context, text: &str) {
        incident.notes.push(Note {
            at: self.clock.now(),
            author: context.actor.name().to_owned(),
            text: text.to_owned(),
        });
    }
}

fn wanted(incident: &Incident, reader: &str, query: &IncidentQuery) -> bool {
    let mine_or_free = incident
        .owner
        .as_deref()
        .is_none_or(|owner| owner == reader);
    let in_view = match query.view {
        View::NeedsHuman => incident.status != AlertStatus::Closed && mine_or_free,
        View::All => true,
    };
    let holds = |text: &String| {
        let text = text.to_lowercase();
        let about = |e: &IncidentEntity| e.entity.value.to_lowercase().contains(&text);
        incident.story.title.to_lowercase().contains(&text)
            || incident.story.entities.iter().any(about)
    };
    in_view
        && query.status.is_none_or(|status| incident.status == status)
        && query
            .severity
            .is_none_or(|least| incident.story.severity >= least)
        && query.text.as_ref().is_none_or(holds)
}

#[async_trait]
impl IncidentDesk for FakeSite {
    async fn incidents(
        &self,
        _: &Scope,
        reader: &Actor,
        query: &IncidentQuery,
    ) -> Result<IncidentPage> {
        let state = self.state();
        let all = state.incidents.values();
        let mut found: Vec<&Incident> = all
            .filter(|incident| wanted(incident, reader.name(), query))
            .collect();
        match query.view {
            View::NeedsHuman => found.sort_by_key(|i| (std::cmp::Reverse(i.story.risk), i.id)),
            View::All => found.sort_by_key(|i| (std::cmp::Reverse(i.story.last_seen), i.id)),
        }
        let total = found.len() as u64;
        let page = found.into_iter().skip(query.offset()).take(query.limit());
        Ok(IncidentPage {
            incidents: page.map(IncidentRow::from).collect(),
            total,
        })
    }

    async fn incident(&self, _: &Scope, id: IncidentId) -> Result<IncidentDetail> {
        let state = self.state();
        let found = state.incidents.get(&id);
        let mut incident = found
            .ok_or_else(|| Error::not_found("incident", id))?
            .clone();
        for member in &mut incident.story.members {
            if let Some(alert) = state.alerts().find(|alert| alert.id == member.alert) {
                (member.status, member.disposition) = (alert.status, alert.disposition);
            }
        }
        Ok(IncidentDetail {
            incident: IncidentRow::from(&incident),
            aliases: incident.aliases,
            notes: incident.notes,
            history: state.decided(&id.to_string()),
            story: incident.story,
        })
    }

    async fn own_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow> {
        self.settle(context, "incident.own", id, |incident| {
            incident.status = AlertStatus::Owned;
            incident.owner = Some(context.actor.name().to_owned());
            Ok(())
        })
    }

    async fn release_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow> {
        self.settle(context, "incident.release", id, |incident| {
            incident.status = AlertStatus::New;
            incident.owner = None;
            Ok(())
        })
    }

    async fn close_incident(
        &self,
        context: &Context,
        id: IncidentId,
        close: &Close,
    ) -> Result<IncidentRow> {
        self.settle(context, "incident.close", id, |incident| {
            incident.status = AlertStatus::Closed;
            incident.disposition = Some(close.disposition);
            if let Some(note) = &close.note {
                self.write(incident, context, note);
            }
            Ok(())
        })
    }

    async fn reopen_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow> {
        self.settle(context, "incident.reopen", id, |incident| {
            incident.status = match incident.owner {
                Some(_) => AlertStatus::Owned,
                None => AlertStatus::New,
            };
            incident.disposition = None;
            Ok(())
        })
    }

    async fn note_incident(
        &self,
        context: &Context,
        id: IncidentId,
        note: &WriteNote,
    ) -> Result<IncidentRow> {
        if note.text.trim().is_empty() {
            return Err(Error::invalid("the note says nothing"));
        }
        self.settle(context, "incident.note", id, |incident| {
            self.write(incident, context, &note.text);
            Ok(())
        })
    }

    async fn entities(&self, _: &Scope, query: &EntityQuery) -> Result<EntityPage> {
        Ok(self.list_entities(query))
    }

    async fn entity(&self, _: &Scope, name: &EntityName) -> Result<EntityDetail> {
        Ok(self.one_entity(name))
    }

    async fn set_entity(&self, context: &Context, set: &SetEntity) -> Result<EntityRow> {
        self.change_entity(context, set)
    }
}
