use aurora_api::site::Result;
use aurora_detect::Command;
use aurora_messages::{
    AlertDetail, AlertPage, AlertQuery, AlertRow, DecisionEntry, Evidence, NotShown, PastAlert,
    SeenBefore, View,
};
use aurora_model::{Actor, Alert, AlertId, Context, EventUid, Scope};
use aurora_records::{Collection, DecisionQuery, Document, Filter, Query, Test};

use super::{SiteService, errors, incidents, rules};

/// Related evidence shown with an alert.
const SHOWN: usize = 20;
const PAST: usize = 5;

pub(super) async fn list(
    site: &SiteService,
    scope: &Scope,
    reader: &Actor,
    query: &AlertQuery,
) -> Result<AlertPage> {
    let mut search = Query::of(Collection::Alerts);
    search.filters = filters(query);
    let mine = query.view == View::NeedsHuman;
    search = if mine {
        search.newest("rank")
    } else {
        search.newest("last_seen")
    };
    // Text and "mine" are not indexed: they are looked for in what the other filters leave.
    if !mine && query.text.is_none() {
        let search = search.limit(query.limit()).offset(query.offset());
        let page = site
            .records()
            .list(scope, &search)
            .await
            .map_err(errors::records)?;
        let alerts = page
            .documents
            .into_iter()
            .filter_map(read)
            .map(|a| AlertRow::from(&a));
        return Ok(AlertPage {
            alerts: alerts.collect(),
            total: page.total,
        });
    }
    let search = search.limit(Query::MAX_LIMIT);
    let page = site
        .records()
        .list(scope, &search)
        .await
        .map_err(errors::records)?;
    let documents = page.documents;
    let text = query.text.as_deref().map(str::to_lowercase);
    let mut found: Vec<Alert> = documents
        .into_iter()
        .filter_map(read)
        .filter(|alert| !mine || needs(alert, reader))
        .filter(|alert| text.as_ref().is_none_or(|text| mentions(alert, text)))
        .collect();
    if mine {
        found.sort_by_key(|alert| (std::cmp::Reverse(alert.severity), alert.created_at));
    }
    let total = found.len() as u64;
    let page = found
        .iter()
        .skip(query.offset())
        .take(query.limit())
        .map(AlertRow::from);
    Ok(AlertPage {
        alerts: page.collect(),
        total,
    })
}

fn filters(query: &AlertQuery) -> Vec<Filter> {
    let mut filters = Vec::new();
    let mut add = |field: &str, test| {
        filters.push(Filter {
            field: field.to_owned(),
            test,
        })
    };
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
    if let Some(rule) = &query.rule {
        add("rule", Test::TextIs(rule.0.clone()));
    }
    if let Some(owner) = &query.owner {
        add("owner", Test::TextIs(owner.clone()));
    }
    if let Some(since) = query.since {
        add("last_seen", Test::AtLeast(since.as_millis()));
    }
    filters
}

fn needs(alert: &Alert, reader: &Actor) -> bool {
    alert
        .owner
        .as_deref()
        .is_none_or(|owner| owner == reader.name())
}

fn mentions(alert: &Alert, text: &str) -> bool {
    let holds = |hay: &str| hay.to_lowercase().contains(text);
    holds(&alert.title)
        || holds(&alert.rule.0)
        || alert.id.to_string().starts_with(text)
        || alert.entities.iter().any(|entity| holds(&entity.value))
}

pub(super) fn read(document: Document) -> Option<Alert> {
    let id = document.id;
    serde_json::from_value(document.body)
        .inspect_err(|error| tracing::error!(id, %error, "an alert cannot be read"))
        .ok()
}

pub(super) async fn detail(site: &SiteService, scope: &Scope, id: AlertId) -> Result<AlertDetail> {
    let alert = site
        .desk
        .alert(scope, id)
        .await
        .map_err(errors::detect)?
        .alert;
    let about = DecisionQuery {
        after: 0,
        object: Some(id.to_string()),
        limit: 200,
    };
    let history = site
        .records()
        .decisions(scope, &about)
        .await
        .map_err(errors::records)?;
    let rule = rules::summary_of(site, &alert.rule);
    Ok(AlertDetail {
        evidence: evidence(site, scope, &alert).await,
        history: history.into_iter().map(DecisionEntry::from).collect(),
        seen_before: seen_before(site, scope, &alert).await?,
        incident: incidents::holding(site, scope, &alert).await?,
        rule,
        alert: alert.into(),
    })
}

/// The first match's events, then the newest related ones. What is gone or cannot be asked for now
/// is an entry without its event.
async fn evidence(site: &SiteService, scope: &Scope, alert: &Alert) -> Vec<Evidence> {
    let from = alert.related.len().saturating_sub(SHOWN);
    let uids: Vec<EventUid> = alert
        .evidence
        .iter()
        .chain(&alert.related[from..])
        .copied()
        .collect();
    let found = site.events().get(scope, &uids).await.unwrap_or_default();
    let uid_of = |event: &serde_json::Map<String, serde_json::Value>| {
        let uid = event
            .get("metadata")
            .and_then(|m| m.get("uid"))
            .and_then(|uid| uid.as_str());
        uid.map(str::to_owned)
    };
    uids.into_iter()
        .map(|uid| {
            let text = uid.to_string();
            let event = found
                .iter()
                .find(|e| uid_of(e).as_deref() == Some(&text))
                .cloned();
            Evidence { uid, event }
        })
        .collect()
}

async fn seen_before(site: &SiteService, scope: &Scope, alert: &Alert) -> Result<SeenBefore> {
    let query = Query::of(Collection::Alerts)
        .with("group_key", Test::TextIs(alert.group_key.clone()))
        .with("created_at", Test::Below(alert.created_at.as_millis()))
        .newest("created_at")
        .limit(PAST);
    let page = site
        .records()
        .list(scope, &query)
        .await
        .map_err(errors::records)?;
    let latest = page
        .documents
        .into_iter()
        .filter_map(read)
        .map(|past| PastAlert::from(&past));
    Ok(SeenBefore {
        total: page.total,
        latest: latest.collect(),
    })
}

pub(super) async fn act(
    site: &SiteService,
    context: &Context,
    id: AlertId,
    command: &Command,
) -> Result<AlertRow> {
    let alert = site
        .desk
        .act(context, id, command)
        .await
        .map_err(errors::detect)?;
    aurora_spans::link(&alert.trace);
    Ok(AlertRow::from(&alert))
}

pub(super) async fn not_shown(
    site: &SiteService,
    scope: &Scope,
    reader: &Actor,
) -> Result<NotShown> {
    let count = |query: Query| async move {
        site.records()
            .list(scope, &query.limit(0))
            .await
            .map(|p| p.total)
            .map_err(errors::records)
    };
    let alerts = || Query::of(Collection::Alerts);
    let now = site.now();
    let midnight = now.as_millis() - now.as_millis().rem_euclid(24 * 3_600_000);
    let active = super::suppressions::active(site, scope).await?;
    let open = |q: Query| q.with("status", Test::TextIs("owned".to_owned()));
    let owned = count(open(alerts())).await?;
    let my = Test::TextIs(reader.name().to_owned());
    let mine = count(open(alerts()).with("owner", my)).await?;
    Ok(NotShown {
        suppressed: active.iter().map(|suppression| suppression.hidden).sum(),
        suppressions: active.len() as u64,
        closed_today: count(
            alerts()
                .with("status", Test::TextIs("closed".to_owned()))
                .with("updated_at", Test::AtLeast(midnight)),
        )
        .await?,
        owned_by_others: owned.saturating_sub(mine),
        dead_lettered: count(
            Query::of(Collection::DeadLetters).with("state", Test::TextIs("waiting".to_owned())),
        )
        .await?,
    })
}
