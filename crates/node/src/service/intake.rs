use std::collections::BTreeMap;
use std::path::Path;

use aurora_api::site::{Error, Result};
use aurora_listeners::import::{Job, State};
use aurora_messages::{
    FeedInfo, ImportJob, ImportRequest, ImportState, Imports, SourceInfo, Sources, TokenCreated,
    TokenInfo, TokenRequest,
};
use aurora_model::{Context, Scope, SourceName};

use super::{SiteService, errors};

/// Hosts of one source in an answer.
const SHOWN_HOSTS: usize = 200;

pub(super) async fn start(
    site: &SiteService,
    context: &Context,
    request: &ImportRequest,
) -> Result<ImportJob> {
    if let Some(source) = &request.source {
        check(site, source)?;
    }
    let (path, source) = (Path::new(&request.path), request.source.clone());
    let started = site
        .listeners
        .importer
        .start(context, path, source, request.restart)
        .await;
    started.map(shown).map_err(errors::listeners)
}

pub(super) async fn job(site: &SiteService, scope: &Scope, id: &str) -> Result<ImportJob> {
    site.listeners
        .importer
        .job(scope, id)
        .await
        .map(shown)
        .map_err(errors::listeners)
}

pub(super) async fn list(site: &SiteService, scope: &Scope) -> Result<Imports> {
    let jobs = site
        .listeners
        .importer
        .list(scope)
        .await
        .map_err(errors::listeners)?;
    Ok(Imports {
        imports: jobs.into_iter().map(shown).collect(),
    })
}

pub(super) async fn cancel(site: &SiteService, id: &str) -> Result<ImportJob> {
    site.listeners
        .importer
        .cancel(id)
        .await
        .map(shown)
        .map_err(errors::listeners)
}

pub(super) fn check(site: &SiteService, source: &SourceName) -> Result<()> {
    let known = site.parts.registry.check_name(source.parser());
    known.map_err(|error| Error::invalid(error.to_string()))
}

#[allow(clippy::cast_precision_loss)]
fn shown(job: Job) -> ImportJob {
    let seconds = job.updated_at.since(job.started_at).as_secs_f64();
    ImportJob {
        records_per_second: if seconds > 0.0 {
            job.records as f64 / seconds
        } else {
            0.0
        },
        id: job.id,
        path: job.path,
        source: job.source,
        format: job.format,
        state: match job.state {
            State::Running => ImportState::Running,
            State::Done => ImportState::Done,
            State::Failed => ImportState::Failed,
            State::Cancelled | State::Interrupted => ImportState::Cancelled,
        },
        records: job.records,
        bytes: job.offset,
        total_bytes: job.total_bytes,
        errors: job.errors,
        error: job.error,
        started_at: job.started_at,
        updated_at: job.updated_at,
    }
}

pub(super) async fn sources(site: &SiteService, scope: &Scope) -> Result<Sources> {
    let ledger = site.ledger.report(scope).await.map_err(Error::internal)?;
    let mut known: BTreeMap<SourceName, SourceInfo> = BTreeMap::new();
    let empty = |name: &SourceName| SourceInfo {
        name: name.clone(),
        parser: name.parser().to_owned(),
        received: 0,
        last_record_at: None,
        feeds: Vec::new(),
        tokens: Vec::new(),
    };
    for (name, records) in ledger.sources {
        known
            .entry(name.clone())
            .or_insert_with(|| empty(&name))
            .received = records.received;
    }
    for (name, host, feed) in site.parts.freshness.book().feeds() {
        let source = known.entry(name.clone()).or_insert_with(|| empty(name));
        source.last_record_at = source.last_record_at.max(Some(feed.last_seen));
        source.feeds.push(FeedInfo {
            host: host.to_owned(),
            last_record_at: feed.last_seen,
            last_event_at: feed.last_event,
            events_per_minute: feed.rate(),
            lag_ms: feed.lag_millis,
            clock_ahead_ms: feed.ahead_millis,
            silent_since: feed.silent_since,
        });
    }
    for source in known.values_mut() {
        let newest_first = |feed: &FeedInfo| std::cmp::Reverse(feed.last_record_at);
        source.feeds.sort_by_key(newest_first);
        source.feeds.truncate(SHOWN_HOSTS);
    }
    for token in site.sources.list(scope).await.map_err(errors::listeners)? {
        let source = known
            .entry(token.name.clone())
            .or_insert_with(|| empty(&token.name));
        source.tokens.push(TokenInfo {
            id: token.id,
            label: token.label,
            created_by: token.created_by,
            created_at: token.created_at,
            revoked_at: token.revoked_at,
        });
    }
    Ok(Sources {
        sources: known.into_values().collect(),
    })
}

pub(super) async fn create_token(
    site: &SiteService,
    context: &Context,
    source: &SourceName,
    request: &TokenRequest,
) -> Result<TokenCreated> {
    check(site, source)?;
    let made = site.sources.create(context, source, &request.label).await;
    let made = made.map_err(errors::listeners)?;
    Ok(TokenCreated {
        id: made.kept.id,
        source: made.kept.name,
        token: made.token.expose().clone(),
    })
}

pub(super) async fn revoke_token(site: &SiteService, context: &Context, id: &str) -> Result<()> {
    site.sources
        .revoke(context, id)
        .await
        .map(drop)
        .map_err(errors::listeners)
}
