use aurora_api::site::{Error, Result};
use aurora_messages::{
    AlertRow, Suppress, SuppressionInfo, SuppressionPreview, SuppressionPreviewRequest,
    SuppressionQuery, Suppressions,
};
use aurora_model::suppression::SuppressionId;
use aurora_model::{Context, Disposition, Scope, Suppression};
use aurora_records::{Collection, Query, Test};

use super::{SiteService, errors};

pub(super) async fn list(
    site: &SiteService,
    scope: &Scope,
    query: SuppressionQuery,
) -> Result<Suppressions> {
    let found = if query.past {
        read(
            site,
            scope,
            Query::of(Collection::Suppressions).newest("created_at"),
        )
        .await?
    } else {
        active(site, scope).await?
    };
    let suppressions = found
        .iter()
        .map(|suppression| info(site, suppression))
        .collect();
    Ok(Suppressions { suppressions })
}

/// Those in force now.
pub(super) async fn active(site: &SiteService, scope: &Scope) -> Result<Vec<Suppression>> {
    let now = site.now();
    let query = Query::of(Collection::Suppressions)
        .with("until", Test::AtLeast(now.as_millis()))
        .newest("created_at");
    let mut found = read(site, scope, query).await?;
    found.retain(|suppression| suppression.active_at(now));
    Ok(found)
}

async fn read(site: &SiteService, scope: &Scope, query: Query) -> Result<Vec<Suppression>> {
    let page = site
        .records()
        .list(scope, &query.limit(Query::MAX_LIMIT))
        .await;
    let documents = page.map_err(errors::records)?.documents;
    documents
        .into_iter()
        .map(|document| serde_json::from_value(document.body).map_err(Error::internal))
        .collect()
}

pub(super) async fn preview(
    site: &SiteService,
    scope: &Scope,
    request: &SuppressionPreviewRequest,
) -> Result<SuppressionPreview> {
    let preview = site
        .desk
        .preview(scope, &request.rule, request.entity.as_ref(), request.since);
    let preview = preview.await.map_err(errors::detect)?;
    Ok(SuppressionPreview {
        alerts: preview.alerts,
        matches: preview.matches,
        true_positives: preview.closed_as(Disposition::TruePositive),
        examples: preview.examples.iter().map(AlertRow::from).collect(),
    })
}

pub(super) async fn create(
    site: &SiteService,
    context: &Context,
    request: &Suppress,
) -> Result<SuppressionInfo> {
    let context = context.clone().because(request.reason.clone());
    let (rule, entity) = (request.rule.clone(), request.entity.clone());
    let made = site
        .desk
        .suppress(&context, rule, entity, request.until)
        .await;
    Ok(info(site, &made.map_err(errors::detect)?))
}

pub(super) async fn lift(
    site: &SiteService,
    context: &Context,
    id: SuppressionId,
) -> Result<SuppressionInfo> {
    let lifted = site
        .desk
        .lift(context, &id.to_string())
        .await
        .map_err(errors::detect)?;
    Ok(info(site, &lifted))
}

fn info(site: &SiteService, suppression: &Suppression) -> SuppressionInfo {
    let rules = site.parts.rules.handle().current();
    let title = rules
        .get(&suppression.rule)
        .map(|rule| rule.rule.header.title.clone());
    SuppressionInfo::of(suppression, title, site.now())
}
