use std::time::{Duration, Instant};

use aurora_api::site::{Error, Result};
use aurora_clock::Timestamp;
use aurora_events::{HuntOptions, TimeRange};
use aurora_messages::{
    Bucket, Histogram, HistogramRequest, Hunt, HuntAnswer, HuntColumn, ResolvedField,
};
use aurora_model::Scope;

use super::{SiteService, errors};

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn hunt(site: &SiteService, scope: &Scope, hunt: &Hunt) -> Result<HuntAnswer> {
    let query = parse(&hunt.query)?;
    let until = hunt.until.unwrap_or_else(|| site.now());
    let options = HuntOptions {
        range: TimeRange {
            from: hunt.since.unwrap_or_else(|| until.minus(DAY)),
            until,
        },
        limit: hunt.limit(),
        timeout: Duration::from_secs(site.parts.config.events.hunt_timeout_seconds),
    };
    let started = Instant::now();
    let answer = site
        .events()
        .hunt(scope, &query, &options)
        .await
        .map_err(errors::events)?;
    Ok(HuntAnswer {
        columns: answer
            .columns
            .into_iter()
            .map(|column| HuntColumn { name: column.name })
            .collect(),
        rows: answer.rows,
        truncated: answer.truncated,
        resolved: answer
            .resolved
            .into_iter()
            .map(|(written, path)| ResolvedField { written, path })
            .collect(),
        scanned: answer.scanned,
        notes: answer.notes,
        took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

pub(super) async fn histogram(
    site: &SiteService,
    scope: &Scope,
    request: &HistogramRequest,
) -> Result<Histogram> {
    let query = parse(&request.query)?;
    let range = TimeRange {
        from: request.since,
        until: request.until,
    };
    let bucket = bucket(request.since, request.until, request.buckets());
    let windows = site.events().histogram(scope, &query, range, bucket).await;
    let buckets = windows.map_err(errors::events)?;
    Ok(Histogram {
        bucket_ms: u64::try_from(bucket.as_millis()).unwrap_or(u64::MAX),
        buckets: buckets
            .into_iter()
            .map(|w| Bucket {
                start: w.start,
                count: w.count,
            })
            .collect(),
    })
}

fn parse(text: &str) -> Result<aurora_hunt::Query> {
    aurora_hunt::parse(text).map_err(|error| {
        Error::invalid(error.to_string())
            .fix("write such as `process.cmd_line:*mimikatz* AND device.hostname:dc1 | count by user.name`")
    })
}

/// At least a second, so that a short range does not give empty slivers.
fn bucket(since: Timestamp, until: Timestamp, buckets: u32) -> Duration {
    (until.since(since) / buckets.max(1)).max(Duration::from_secs(1))
}
