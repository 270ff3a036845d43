//! The demonstration: an intrusion story handed in like any feed, and taken away again.

use std::sync::Arc;
use std::time::Duration;

use aurora_api::site::{Error, Result};
use aurora_demo::{Demo, DemoRecord};
use aurora_ids::Derive;
use aurora_listeners::Acceptor;
use aurora_messages::{DemoReport, DemoStart, DemoWiped};
use aurora_model::{Action, Context, OriginId, RawRecord, SourceName};
use aurora_records::{Change, Collection, Guard, Query, Records};
use aurora_tasks::Shutdown;

use super::{SiteService, errors};

/// The feed's name: everything of the demonstration is known by it.
const FEED: &str = "demo";
/// Records handed in at a time when there is no hurry to wait for.
const CHUNK: usize = 200;

pub(super) async fn start(
    site: &SiteService,
    context: &Context,
    request: DemoStart,
) -> Result<DemoReport> {
    let speed = request.speed.filter(|speed| *speed > 0.0);
    let length = Demo::DURATION;
    // Its last record is dated when it is handed in, and no record later than it arrives.
    let playing = speed.map_or(Duration::ZERO, |speed| length.div_f64(speed));
    let start = site.now().plus(playing).minus(length);
    let records = Demo::records(start);
    let action = Action::on("demo.start", [start.to_string()]);
    site.records()
        .commit(context, Change::decided(action))
        .await
        .map_err(errors::records)?;
    let report = DemoReport {
        records: records.len() as u64,
        seconds: speed.map_or(0, |speed| length.div_f64(speed).as_secs()),
    };
    let origin = Derive::new("aurora.origin.demo.v1").number(start.as_millis().unsigned_abs());
    let origin = OriginId(origin.finish());
    let (acceptor, shutdown) = (site.listeners.acceptor.clone(), site.parts.tasks.shutdown());
    site.parts
        .tasks
        .spawn("demo", play(acceptor, records, origin, speed, shutdown));
    Ok(report)
}

async fn play(
    acceptor: Acceptor,
    records: Vec<DemoRecord>,
    origin: OriginId,
    speed: Option<f64>,
    shutdown: Shutdown,
) -> std::result::Result<(), aurora_listeners::Error> {
    let begun = tokio::time::Instant::now();
    let mut seq = 0;
    let mut rest = records.as_slice();
    while let Some(first) = rest.first() {
        if let Some(speed) = speed {
            let due = begun + first.at.div_f64(speed);
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep_until(due) => {}
            }
        }
        let (now, at) = (begun.elapsed(), |record: &DemoRecord| match speed {
            Some(speed) => record.at.div_f64(speed),
            None => Duration::ZERO,
        });
        let same = |record: &&DemoRecord| {
            record.source == first.source && record.host == first.host && at(record) <= now
        };
        let count = rest.iter().take(CHUNK).take_while(same).count().max(1);
        let (chunk, after) = rest.split_at(count);
        let raw = chunk.iter().map(|record| {
            seq += 1;
            RawRecord::whole(seq, acceptor.now(), record.body.clone())
        });
        let source = SourceName::new(&format!("{}@{FEED}", first.source));
        let accepting =
            acceptor.accept_patiently(&source, origin, &first.host, raw.collect(), &shutdown);
        if accepting.await?.is_none() {
            return Ok(());
        }
        rest = after;
    }
    Ok(())
}

/// Takes away the demonstration's events, findings, alerts and dead letters. Counters stay: the
/// records were received, and that is history.
pub(super) async fn wipe(site: &SiteService, context: &Context) -> Result<DemoWiped> {
    let scope = &context.scope;
    let mut wiped = DemoWiped {
        alerts: remove(
            site.parts.adapters.records.clone(),
            context,
            Collection::Alerts,
        )
        .await?,
        dead_letters: remove(
            site.parts.adapters.records.clone(),
            context,
            Collection::DeadLetters,
        )
        .await?,
        events: 0,
    };
    let sources = site
        .events()
        .count_by_source(scope)
        .await
        .map_err(errors::events)?;
    for (source, _) in sources
        .into_iter()
        .filter(|(source, _)| source.feed() == Some(FEED))
    {
        let gone = site
            .events()
            .remove_source(scope, &source)
            .await
            .map_err(errors::events)?;
        wiped.events += gone;
    }
    Ok(wiped)
}

async fn remove(
    records: Arc<dyn Records>,
    context: &Context,
    collection: Collection,
) -> Result<u64> {
    let mut removed = 0;
    loop {
        let query = Query::of(collection).limit(Query::MAX_LIMIT).offset(0);
        let page = records
            .list(&context.scope, &query)
            .await
            .map_err(errors::records)?;
        let ours: Vec<String> = page
            .documents
            .into_iter()
            .filter(|document| {
                let source = document.body["source"].as_str().map(SourceName::new);
                source.is_some_and(|source| source.feed() == Some(FEED))
            })
            .map(|document| document.id)
            .take(500)
            .collect();
        if ours.is_empty() {
            return Ok(removed);
        }
        removed += ours.len() as u64;
        let mut change = Change::decided(Action::on("demo.wipe", &ours));
        for id in &ours {
            change = change.remove(collection, id, Guard::Any);
        }
        records
            .commit(context, change)
            .await
            .map_err(Error::internal)?;
    }
}
