use async_trait::async_trait;
use aurora_api::IncidentDesk;
use aurora_api::site::Result;
use aurora_incidents::Command;
use aurora_messages::{
    Close, DecisionEntry, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow,
    IncidentDetail, IncidentPage, IncidentQuery, IncidentRow, SetEntity, View, WriteNote,
};
use aurora_model::{Actor, Alert, Context, Decision, Incident, IncidentId, IncidentState, Scope};
use aurora_records::{Collection, DecisionQuery, Document, Filter, Query, Test};

use super::{SiteService, entities, errors};

#[async_trait]
impl IncidentDesk for SiteService {
    async fn incidents(
        &self,
        scope: &Scope,
        reader: &Actor,
        query: &IncidentQuery,
    ) -> Result<IncidentPage> {
        list(self, scope, reader, query).await
    }

    async fn incident(&self, scope: &Scope, id: IncidentId) -> Result<IncidentDetail> {
        detail(self, scope, id).await
    }

    async fn own_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow> {
        let owner = context.actor.name().to_owned();
        act(self, context, id, &Command::Own { owner }).await
    }

    async fn release_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow> {
        act(self, context, id, &Command::Release).await
    }

    async fn close_incident(
        &self,
        context: &Context,
        id: IncidentId,
        close: &Close,
    ) -> Result<IncidentRow> {
        let Close { disposition, note } = close.clone();
        act(self, context, id, &Command::Close { disposition, note }).await
    }

    async fn reopen_incident(&self, context: &Context, id: IncidentId) -> Result<IncidentRow> {
        act(self, context, id, &Command::Reopen).await
    }

    async fn note_incident(
        &self,
        context: &Context,
        id: IncidentId,
        note: &WriteNote,
    ) -> Result<IncidentRow> {
        let text = note.text.clone();
        act(self, context, id, &Command::Note { text }).await
    }

    async fn entities(&self, scope: &Scope, query: &EntityQuery) -> Result<EntityPage> {
        entities::list(self, scope, query).await
    }

    async fn entity(&self, scope: &Scope, name: &EntityName) -> Result<EntityDetail> {
        entities::detail(self, scope, name).await
    }

    async fn set_entity(&self, context: &Context, set: &SetEntity) -> Result<EntityRow> {
        entities::set(self, context, set).await
    }
}

async fn act(
    site: &SiteService,
    context: &Context,
    id: IncidentId,
    command: &Command,
) -> Result<IncidentRow> {
    let changed = site.incidents.act(context, id, command).await;
    Ok(IncidentRow::from(&changed.map_err(errors::incidents)?))
}

async fn list(
    site: &SiteService,
    scope: &Scope,
    reader: &Actor,
    query: &IncidentQuery,
) -> Result<IncidentPage> {
    let mut search = Query::of(Collection::Incidents);
    search.filters = filters(query);
    let mine = query.view == View::NeedsHuman;
    let by = if mine { "risk" } else { "last_seen" };
    let search = search.newest(by).limit(Query::MAX_LIMIT);
    let page = site.records().list(scope, &search).await;
    let documents = page.map_err(errors::records)?.documents;
    let text = query.text.as_deref().map(str::to_lowercase);
    let fits = |incident: &Incident| {
        let free = |owner: &str| owner == reader.name();
        (!mine || incident.owner.as_deref().is_none_or(free))
            && text.as_ref().is_none_or(|text| mentions(incident, text))
    };
    let found: Vec<Incident> = documents
        .into_iter()
        .filter_map(read)
        .filter(fits)
        .collect();
    let shown = found.iter().skip(query.offset()).take(query.limit());
    Ok(IncidentPage {
        incidents: shown.map(IncidentRow::from).collect(),
        total: found.len() as u64,
    })
}

fn filters(query: &IncidentQuery) -> Vec<Filter> {
    let mut filters = Vec::new();
    let mut add = |field: &str, test| {
        filters.push(Filter {
            field: field.to_owned(),
            test,
        });
    };
    if query.view == View::NeedsHuman {
        add("state", Test::TextIs(IncidentState::Live.word().to_owned()));
    }
    match query.status {
        Some(status) => add("status", Test::TextIs(status.word().to_owned())),
        None if query.view == View::NeedsHuman => {
            add("status", Test::TextIsNot("closed".to_owned()));
        }
        None => {}
    }
    if let Some(severity) = query.severity {
        add("rank", Test::AtLeast(i64::from(severity.id())));
    }
    if let Some(owner) = &query.owner {
        add("owner", Test::TextIs(owner.clone()));
    }
    if let Some(since) = query.since {
        add("last_seen", Test::AtLeast(since.as_millis()));
    }
    filters
}

fn mentions(incident: &Incident, text: &str) -> bool {
    let holds = |hay: &str| hay.to_lowercase().contains(text);
    let story = &incident.story;
    holds(&story.title)
        || incident.id.to_string().starts_with(text)
        || incident
            .aliases
            .iter()
            .any(|id| id.to_string().starts_with(text))
        || story
            .entities
            .iter()
            .any(|entity| holds(&entity.entity.value))
        || story
            .members
            .iter()
            .any(|m| m.alert.to_string().starts_with(text))
}

pub(super) fn read(document: Document) -> Option<Incident> {
    let id = document.id;
    serde_json::from_value(document.body)
        .inspect_err(|error| tracing::error!(id, %error, "an incident cannot be read"))
        .ok()
}

async fn detail(site: &SiteService, scope: &Scope, id: IncidentId) -> Result<IncidentDetail> {
    let found = site.incidents.incident(scope, id).await;
    let incident = found.map_err(errors::incidents)?;
    let mut history = Vec::new();
    for id in std::iter::once(&incident.id).chain(&incident.aliases) {
        history.extend(decided(site, scope, id.to_string()).await?);
    }
    history.sort_by_key(|decision| decision.seq);
    history.dedup_by_key(|decision| decision.seq);
    Ok(IncidentDetail {
        incident: IncidentRow::from(&incident),
        aliases: incident.aliases,
        notes: incident.notes,
        history: history.into_iter().map(DecisionEntry::from).collect(),
        story: incident.story,
    })
}

/// The live incident that has `alert` among the alerts that it keeps. An incident lasts at least as
/// long as each of its alerts, which leaves few to look into.
pub(super) async fn holding(
    site: &SiteService,
    scope: &Scope,
    alert: &Alert,
) -> Result<Option<IncidentRow>> {
    let query = Query::of(Collection::Incidents)
        .with("state", Test::TextIs(IncidentState::Live.word().to_owned()))
        .with("last_seen", Test::AtLeast(alert.first_seen.as_millis()))
        .oldest("last_seen")
        .limit(Query::MAX_LIMIT);
    let page = site.records().list(scope, &query).await;
    let documents = page.map_err(errors::records)?.documents;
    let holds = |incident: &Incident| incident.story.members.iter().any(|m| m.alert == alert.id);
    let found = documents.into_iter().filter_map(read).find(holds);
    Ok(found.as_ref().map(IncidentRow::from))
}

/// What people decided about something.
pub(super) async fn decided(
    site: &SiteService,
    scope: &Scope,
    object: String,
) -> Result<Vec<Decision>> {
    let about = DecisionQuery {
        after: 0,
        object: Some(object),
        limit: 1000,
    };
    let found = site.records().decisions(scope, &about).await;
    let mut found = found.map_err(errors::records)?;
    found.retain(|decision| !matches!(decision.actor, Actor::Service(_)));
    Ok(found)
}
