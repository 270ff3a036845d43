//! The demonstration: an intrusion story handed in like any feed, and taken away again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aurora_api::site::{Error, Result};
use aurora_demo::{Demo, DemoRecord};
use aurora_ids::Derive;
use aurora_listeners::Acceptor;
use aurora_messages::{DemoReport, DemoStart, DemoWiped};
use aurora_model::{Action, Context, OriginId, RawRecord, SourceName};
use aurora_records::{Change, Collection, Guard, Query, Records};
use aurora_tasks::Shutdown;
use serde_json::Value;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::{SiteService, errors};

/// The feed's name: everything of the demonstration is known by it.
pub(super) const FEED: &str = "demo";
/// Records handed in at a time when there is no hurry to wait for.
const CHUNK: usize = 200;

/// The demonstrations that play.
#[derive(Debug, Default)]
pub(super) struct Plays {
    ends: Mutex<Vec<Shutdown>>,
    /// Each holds it shared as long as it plays.
    playing: Arc<RwLock<()>>,
}

impl Plays {
    /// The signal for its end, and what it must hold until then.
    async fn begin(&self, site: &Shutdown) -> (Shutdown, OwnedRwLockReadGuard<()>) {
        let playing = Arc::clone(&self.playing).read_owned().await;
        let end = site.child_token();
        self.lock().push(end.clone());
        (end, playing)
    }

    /// Ends them all; none hands in anything afterwards.
    async fn end(&self) {
        for end in std::mem::take(&mut *self.lock()) {
            end.cancel();
        }
        drop(self.playing.write().await);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Shutdown>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
    let acceptor = site.listeners.acceptor.clone();
    let (shutdown, playing) = site.plays.begin(&site.parts.tasks.shutdown()).await;
    site.parts.tasks.spawn("demo", async move {
        let played = play(acceptor, records, origin, speed, shutdown).await;
        drop(playing);
        played
    });
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

/// Ends the demonstration and takes away its events, findings, alerts, dead letters and the
/// entities that nobody else speaks of; its incidents dissolve without alerts. Counters stay: the
/// records were received, and that is history. What is on its way between the planes is not waited
/// for.
pub(super) async fn wipe(site: &SiteService, context: &Context) -> Result<DemoWiped> {
    site.plays.end().await;
    let scope = &context.scope;
    let records = site.records();
    let mut wiped = DemoWiped {
        alerts: remove(records, context, Collection::Alerts).await?,
        dead_letters: remove(records, context, Collection::DeadLetters).await?,
        events: 0,
    };
    remove(records, context, Collection::Entities).await?;
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

/// Whether everything that the document is made of comes from the feed.
fn is_ours(document: &Value) -> bool {
    let of_feed = |source: &Value| {
        let source = source.as_str().map(SourceName::new);
        source.is_some_and(|source| source.feed() == Some(FEED))
    };
    match document["sources"].as_array() {
        Some(sources) => !sources.is_empty() && sources.iter().all(of_feed),
        None => of_feed(&document["source"]),
    }
}

async fn remove(records: &dyn Records, context: &Context, collection: Collection) -> Result<u64> {
    let (mut removed, mut offset) = (0, 0);
    loop {
        let query = Query::of(collection).limit(Query::MAX_LIMIT).offset(offset);
        let page = records
            .list(&context.scope, &query)
            .await
            .map_err(errors::records)?;
        let last = page.documents.len() < Query::MAX_LIMIT;
        let ours: Vec<String> = page
            .documents
            .into_iter()
            .filter(|document| is_ours(&document.body))
            .map(|document| document.id)
            .take(500)
            .collect();
        if ours.is_empty() {
            if last {
                return Ok(removed);
            }
            offset += Query::MAX_LIMIT;
            continue;
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_feed_alone_speaks_of_is_its_own() {
        let check = |document: Value, ours: bool| assert_eq!(is_ours(&document), ours);
        check(json!({"source": "windows@demo"}), true);
        check(json!({"source": "windows"}), false);
        check(json!({"sources": ["windows@demo", "zeek@demo"]}), true);
        check(json!({"sources": ["windows@demo", "zeek@hq"]}), false);
        check(json!({"sources": []}), false);
        check(json!({}), false);
    }

    #[tokio::test]
    async fn ending_waits_for_what_plays_and_not_for_what_comes_later() {
        let (plays, site) = (Plays::default(), Shutdown::new());
        let (end, playing) = plays.begin(&site).await;
        let ending = plays.end();
        tokio::pin!(ending);
        tokio::select! {
            biased;
            () = &mut ending => panic!("it plays still"),
            () = std::future::ready(()) => {}
        }
        assert!(end.is_cancelled());
        drop(playing);
        ending.await;
        let (later, _playing) = plays.begin(&site).await;
        assert!(!later.is_cancelled());
        site.cancel();
        assert!(later.is_cancelled(), "it ends with the site");
    }
}
