use std::collections::HashMap;
use std::time::Duration;

use aurora_api::site::{Error, Result};
use aurora_engineering::health::{Facts, Recent, Record, by_rule, examine};
use aurora_events::{HuntOptions, TimeRange};
use aurora_model::engineering::{HealthReport, ReachedBound};
use aurora_model::{Alert, AlertStatus, Disposition, RuleId, Scope, Suppression};
use aurora_records::{Collection, Document, Query, Test};
use aurora_rules::RuleSet;
use serde_json::Value;

use crate::service::{SiteService, errors};

/// Recent events that are looked at for each logsource.
const SAMPLE: usize = 100;
/// Alerts that are looked at.
const ALERTS: usize = 100_000;

/// Computed when it is asked for: nothing is kept that could be old.
pub(super) async fn health(site: &SiteService, scope: &Scope, days: u32) -> Result<HealthReport> {
    let set = site.parts.rules.handle().current();
    let records = records(site, scope).await?;
    let recent = recent(site, scope, &set, days).await?;
    let at = site.now();
    let bounds = bounds(site, scope, days).await?;
    // Thousands of rules over hundreds of events are work for a thread.
    let examined = tokio::task::spawn_blocking(move || {
        examine(&Facts {
            set: &set,
            at,
            days,
            records: &records,
            recent: &recent,
            bounds: &bounds,
        })
    });
    examined.await.map_err(Error::internal)
}

async fn records(site: &SiteService, scope: &Scope) -> Result<HashMap<RuleId, Record>> {
    let mut records: HashMap<RuleId, Record> = HashMap::new();
    for document in all(site, scope, Collection::Alerts).await? {
        if let Ok(alert) = serde_json::from_value::<Alert>(document.body) {
            note(records.entry(alert.rule.clone()).or_default(), &alert);
        }
    }
    for document in all(site, scope, Collection::Suppressions).await? {
        if let Ok(hidden) = serde_json::from_value::<Suppression>(document.body) {
            records.entry(hidden.rule).or_default().fires += hidden.hidden;
        }
    }
    Ok(records)
}

fn note(record: &mut Record, alert: &Alert) {
    record.alerts += 1;
    record.fires += alert.count;
    record.last_fired = record.last_fired.max(Some(alert.last_seen));
    if alert.status != AlertStatus::Closed {
        return;
    }
    match alert.disposition {
        Some(Disposition::TruePositive | Disposition::BenignTruePositive) => record.judged += 1,
        Some(Disposition::FalsePositiveRule | Disposition::FalsePositiveData) => {
            record.judged += 1;
            record.false_positives += 1;
        }
        Some(Disposition::Duplicate | Disposition::Test) | None => {}
    }
}

/// What correlations' windows reached in these days.
async fn bounds(
    site: &SiteService,
    scope: &Scope,
    days: u32,
) -> Result<HashMap<RuleId, Vec<ReachedBound>>> {
    let since = site
        .now()
        .minus(Duration::from_secs(u64::from(days) * 86_400));
    let query = Query::of(Collection::RuleBounds)
        .with("at", Test::AtLeast(since.as_millis()))
        .newest("at")
        .limit(Query::MAX_LIMIT);
    let page = site.records().list(scope, &query).await;
    let documents = page.map_err(errors::records)?.documents;
    Ok(by_rule(documents.into_iter().filter_map(|document| {
        let id = document.id;
        serde_json::from_value(document.body)
            .inspect_err(|error| tracing::error!(id, %error, "a reached bound cannot be read"))
            .ok()
    })))
}

/// The newest documents of a collection, page by page.
async fn all(site: &SiteService, scope: &Scope, collection: Collection) -> Result<Vec<Document>> {
    let mut found = Vec::new();
    loop {
        let query = Query::of(collection)
            .newest("created_at")
            .limit(Query::MAX_LIMIT)
            .offset(found.len());
        let page = site.records().list(scope, &query).await;
        let page = page.map_err(errors::records)?.documents;
        let last = page.len() < Query::MAX_LIMIT;
        found.extend(page);
        if last || found.len() >= ALERTS {
            return Ok(found);
        }
    }
}

/// Some events of each logsource that the rules name.
async fn recent(
    site: &SiteService,
    scope: &Scope,
    set: &RuleSet,
    days: u32,
) -> Result<HashMap<String, Recent>> {
    let mut recent: HashMap<String, Recent> = HashMap::new();
    let until = site.now();
    let options = HuntOptions {
        range: TimeRange {
            from: until.minus(Duration::from_secs(u64::from(days) * 86_400)),
            until,
        },
        limit: SAMPLE,
        timeout: Duration::from_secs(site.parts.config.events.hunt_timeout_seconds),
    };
    for rule in set.rules() {
        let logsource = rule.rule.logsource.to_string();
        if recent.contains_key(&logsource) {
            continue;
        }
        let text = match set.prefilter([&rule.id]) {
            Some(filter) => format!("({filter}) AND NOT source:aurora-findings"),
            None => "NOT source:aurora-findings".to_owned(),
        };
        let query = aurora_hunt::parse(&text).map_err(Error::internal)?;
        let answer = site.events().hunt(scope, &query, &options).await;
        let answer = answer.map_err(errors::events)?;
        let events = answer.rows.into_iter().filter_map(event);
        let events: Vec<Value> = events.collect();
        recent.insert(
            logsource,
            Recent {
                events,
                more: answer.truncated,
            },
        );
    }
    Ok(recent)
}

/// The last cell of a hunt's row.
fn event(row: Vec<Value>) -> Option<Value> {
    match row.into_iter().nth(3)? {
        Value::String(text) => serde_json::from_str(&text).ok(),
        event => Some(event),
    }
}
