use std::time::Duration;

use aurora_api::site::{Error, Result};
use aurora_incidents::Set;
use aurora_messages::{
    AlertRow, DecisionEntry, EntityDetail, EntityName, EntityPage, EntityQuery, EntityRow, Hunt,
    IncidentRow, SetEntity,
};
use aurora_model::{Alert, Asset, Context, Entity, EntityId, EntityKind, Incident, Scope};
use aurora_records::{Collection, Document, Filter, Query, Test};
use serde_json::{Map, Value};

use super::{SiteService, alerts, errors, hunting, incidents};

const DAY: Duration = Duration::from_secs(24 * 3600);
const ALERTS: usize = 50;
const INCIDENTS: usize = 20;
const EVENTS: u32 = 20;

pub(super) async fn list(
    site: &SiteService,
    scope: &Scope,
    query: &EntityQuery,
) -> Result<EntityPage> {
    let by = if query.since.is_some() {
        "last_seen"
    } else {
        "risk"
    };
    let mut search = Query::of(Collection::Entities).newest(by);
    search.filters = filters(query);
    let Some(text) = query.text.as_deref().map(str::to_lowercase) else {
        let search = search.limit(query.limit()).offset(query.offset());
        let page = site
            .records()
            .list(scope, &search)
            .await
            .map_err(errors::records)?;
        let assets = page.documents.into_iter().filter_map(read);
        return Ok(EntityPage {
            entities: assets.map(|asset| EntityRow::from(&asset)).collect(),
            total: page.total,
        });
    };
    // Parts of values are in no index: they are looked for page by page.
    let (mut entities, mut total, mut offset) = (Vec::new(), 0_u64, 0);
    loop {
        let search = search.clone().limit(Query::MAX_LIMIT).offset(offset);
        let page = site
            .records()
            .list(scope, &search)
            .await
            .map_err(errors::records)?;
        let count = page.documents.len();
        for asset in page.documents.into_iter().filter_map(read) {
            if asset.value.to_lowercase().contains(&text) || asset.key.contains(&text) {
                total += 1;
                if total > query.offset() as u64 && entities.len() < query.limit() {
                    entities.push(EntityRow::from(&asset));
                }
            }
        }
        offset += count;
        if count < Query::MAX_LIMIT {
            return Ok(EntityPage { entities, total });
        }
    }
}

fn filters(query: &EntityQuery) -> Vec<Filter> {
    let mut filters = Vec::new();
    let mut add = |field: &str, test| {
        filters.push(Filter {
            field: field.to_owned(),
            test,
        });
    };
    if let Some(kind) = query.kind {
        add("kind", Test::TextIs(kind.word().to_owned()));
    }
    if let Some(criticality) = query.criticality {
        add("criticality", Test::TextIs(criticality.word().to_owned()));
    }
    if let Some(owner) = &query.owner {
        add("owner", Test::TextIs(owner.clone()));
    }
    if let Some(risk) = query.risk {
        add("risk", Test::AtLeast(i64::from(risk)));
    }
    if let Some(since) = query.since {
        add("last_seen", Test::AtLeast(since.as_millis()));
    }
    filters
}

fn read(document: Document) -> Option<Asset> {
    let id = document.id;
    serde_json::from_value(document.body)
        .inspect_err(|error| tracing::error!(id, %error, "an entity cannot be read"))
        .ok()
}

pub(super) async fn detail(
    site: &SiteService,
    scope: &Scope,
    name: &EntityName,
) -> Result<EntityDetail> {
    let found = find(site, scope, name.kind, &name.value).await?;
    let (entity, asset) = match found {
        Some(found) => found,
        None => return Err(Error::not_found("entity", &name.value)),
    };
    let about = all_about(site, scope, &entity).await?;
    let involved = involving(site, scope, &entity).await?;
    let query = query_of(&entity);
    let hunt = Hunt {
        query: query.clone(),
        since: Some(name.since.unwrap_or_else(|| site.now().minus(DAY))),
        until: None,
        limit: Some(EVENTS),
    };
    let (events, events_missing) = match hunting::hunt(site, scope, &hunt).await {
        Ok(answer) => (
            answer.rows.iter().filter_map(|row| event(row)).collect(),
            None,
        ),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let id = EntityId::of(entity.kind, &entity.key()).to_string();
    let history = incidents::decided(site, scope, id).await?;
    Ok(EntityDetail {
        known: asset.as_ref().map(EntityRow::from),
        notes: asset.map(|asset| asset.notes).unwrap_or_default(),
        alerts_total: about.len() as u64,
        alerts: about.iter().take(ALERTS).map(AlertRow::from).collect(),
        incidents: involved
            .iter()
            .take(INCIDENTS)
            .map(IncidentRow::from)
            .collect(),
        entity,
        query,
        events,
        events_missing,
        history: history.into_iter().map(DecisionEntry::from).collect(),
    })
}

type Found = (Entity, Option<Asset>);

/// The entity of this value: of the kind that was named, else of the only kind that has one.
async fn find(
    site: &SiteService,
    scope: &Scope,
    kind: Option<EntityKind>,
    value: &str,
) -> Result<Option<Found>> {
    let kinds: &[EntityKind] = kind.as_ref().map_or(&EntityKind::ALL, std::slice::from_ref);
    let mut found: Vec<Found> = Vec::new();
    for kind in kinds {
        let (kind, value) = (*kind, value.to_owned());
        let entity = Entity { kind, value };
        let asset = site
            .assets
            .asset(scope, &entity)
            .await
            .map_err(errors::incidents)?;
        if let Some(asset) = asset {
            found.push((asset.entity(), Some(asset)));
        }
    }
    if found.is_empty() {
        for kind in kinds {
            let (kind, value) = (*kind, value.to_owned());
            let entity = Entity { kind, value };
            if !all_about(site, scope, &entity).await?.is_empty() {
                found.push((entity, None));
            }
        }
    }
    if found.len() > 1 {
        let kinds: Vec<&str> = found.iter().map(|(entity, _)| entity.kind.word()).collect();
        let text = format!("`{value}` is the name of a {}", kinds.join(" and of a "));
        return Err(Error::invalid(text).fix(format!("say which: `{} {value}`", kinds[0])));
    }
    Ok(found.pop())
}

/// Every alert about it, the newest first.
async fn all_about(site: &SiteService, scope: &Scope, entity: &Entity) -> Result<Vec<Alert>> {
    let query = Query::of(Collection::Alerts)
        .newest("last_seen")
        .limit(Query::MAX_LIMIT);
    let page = site
        .records()
        .list(scope, &query)
        .await
        .map_err(errors::records)?;
    let found = page.documents.into_iter().filter_map(alerts::read);
    let is_it = |other: &Entity| same(other, entity);
    Ok(found
        .filter(|alert| alert.entities.iter().any(is_it))
        .collect())
}

async fn involving(site: &SiteService, scope: &Scope, entity: &Entity) -> Result<Vec<Incident>> {
    let query = Query::of(Collection::Incidents)
        .with("state", Test::TextIs("live".to_owned()))
        .newest("last_seen")
        .limit(Query::MAX_LIMIT);
    let page = site
        .records()
        .list(scope, &query)
        .await
        .map_err(errors::records)?;
    let found = page.documents.into_iter().filter_map(incidents::read);
    let has = |incident: &Incident| {
        incident
            .story
            .entities
            .iter()
            .any(|e| same(&e.entity, entity))
    };
    Ok(found.filter(has).collect())
}

fn same(one: &Entity, other: &Entity) -> bool {
    one.kind == other.kind && one.key() == other.key()
}

/// The hunt that finds an entity's events.
fn query_of(entity: &Entity) -> String {
    let fields: &[&str] = match entity.kind {
        EntityKind::Host => &["device.hostname", "src_endpoint.hostname"],
        EntityKind::User => &["actor.user.name", "user.name"],
        EntityKind::Address => &["src_endpoint.ip", "dst_endpoint.ip", "device.ip"],
        EntityKind::Process => &["process.file.path", "actor.process.file.path"],
        EntityKind::File => &["file.path"],
        EntityKind::Account => &["cloud.account.uid"],
        EntityKind::Hash => &["process.file.hashes.value", "file.hashes.value"],
        EntityKind::Device => &["device.uid"],
    };
    // Inside quotes a value means nothing but itself.
    let value = entity.value.replace('\\', "\\\\").replace('"', "\\\"");
    let parts: Vec<String> = fields
        .iter()
        .map(|field| format!("{field}:\"{value}\""))
        .collect();
    parts.join(" OR ")
}

/// The event of a hunt's row, whose last cell it is.
fn event(row: &[Value]) -> Option<Map<String, Value>> {
    match row.last()? {
        Value::Object(event) => Some(event.clone()),
        Value::String(text) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

pub(super) async fn set(
    site: &SiteService,
    context: &Context,
    asked: &SetEntity,
) -> Result<EntityRow> {
    let found = find(site, &context.scope, asked.kind, &asked.value).await?;
    let entity = match (found, asked.kind) {
        (Some((entity, _)), _) => entity,
        (None, Some(kind)) => Entity {
            kind,
            value: asked.value.clone(),
        },
        (None, None) => {
            let fix = "name its kind to write of what was not seen yet";
            let text = format!("nothing of the name `{}` was seen", asked.value);
            return Err(Error::invalid(text).fix(fix));
        }
    };
    let set = Set {
        owner: asked.owner.clone(),
        criticality: asked.criticality,
        note: asked.note.clone(),
    };
    let asset = site.assets.set(context, &entity, &set).await;
    Ok(EntityRow::from(&asset.map_err(errors::incidents)?))
}
