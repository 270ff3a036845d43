//! What an action that waits for approval would touch, counted for whoever decides.

use std::time::Duration;

use aurora_api::Site as _;
use aurora_api::site::{Error, Result};
use aurora_approvals::{Blast, Deed};
use aurora_messages::{Suppress, SuppressionPreviewRequest};
use aurora_model::Scope;
use aurora_permissions::permission;

use super::demo::FEED;
use super::{SiteService, errors};

/// How far back a suppression is tried.
const LOOK_BACK: Duration = Duration::from_secs(30 * 86_400);

pub(super) async fn blast(site: &SiteService, deed: &Deed) -> Result<Blast> {
    let permission = deed.permission;
    if permission == permission!(Demo, Wipe) {
        demonstration(site, &deed.scope).await
    } else if permission == permission!(Suppression, CreateSevere) {
        suppression(site, deed).await
    } else if permission == permission!(Audit, Erase) {
        let numbers = deed.arguments["body"]["numbers"].as_array();
        let records = numbers.map_or(0, Vec::len);
        Ok(Blast::of([format!(
            "takes {records} records out of the audit log for good; their proofs stay"
        )]))
    } else {
        Ok(Blast::default())
    }
}

async fn demonstration(site: &SiteService, scope: &Scope) -> Result<Blast> {
    let sources = site.events().count_by_source(scope).await;
    let ours = sources.map_err(errors::events)?;
    let ours = ours
        .iter()
        .filter(|(source, _)| source.feed() == Some(FEED));
    let events: u64 = ours.map(|(_, count)| count).sum();
    Ok(Blast::of([
        format!("removes {events} events of the demonstration"),
        "removes its alerts, dead letters and entities".to_owned(),
    ]))
}

async fn suppression(site: &SiteService, deed: &Deed) -> Result<Blast> {
    let body = deed.arguments["body"].clone();
    let asked: Suppress =
        serde_json::from_value(body).map_err(|error| Error::invalid(error.to_string()))?;
    let since = site.now().minus(LOOK_BACK);
    let request = SuppressionPreviewRequest {
        rule: asked.rule,
        entity: asked.entity,
        since,
    };
    let preview = site.preview_suppression(&deed.scope, &request).await?;
    Ok(Blast::of([
        format!(
            "would have hidden {} alerts with {} matches in the last 30 days",
            preview.alerts, preview.matches
        ),
        format!(
            "{} of those alerts were true positives",
            preview.true_positives
        ),
    ]))
}
