use std::time::{Duration, Instant};

use aurora_events::{Events, HuntOptions, Page, TimeRange, pages};
use aurora_hunt::Query;
use aurora_model::engineering::{Backtest, BacktestRule, Cost};
use aurora_model::{Entity, EventUid, Scope};
use serde_json::{Map, Value};

use super::overlap::PastAlerts;
use crate::Error;

/// Events that are held at once.
pub const MAX_PAGE: u64 = 5_000;
/// Events of one millisecond that are read; more are told as a gap.
const MOST_AT_ONCE: u64 = 20 * MAX_PAGE;
/// Gaps that are told one by one.
const MAX_GAPS: usize = 20;

/// An event of a page, as the store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    pub time: aurora_clock::Timestamp,
    pub uid: EventUid,
    pub event: Value,
}

/// What looks at the events, in order of time.
pub trait Evaluator: Send {
    fn look(&mut self, event: &Given, past: &PastAlerts);

    /// No more events come.
    fn end(&mut self, past: &PastAlerts);

    fn results(self: Box<Self>, range: TimeRange, past: &PastAlerts) -> Vec<BacktestRule>;
}

/// How far a backtest is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Events that are to be read; grows while they are counted.
    pub total: u64,
    pub read: u64,
}

/// Who waits for it.
pub trait Watch: Send + Sync {
    fn progress(&self, progress: Progress);

    /// Asked between pages.
    fn cancelled(&self) -> bool;
}

/// Where a match's grouping entity comes from; the detection service has the one that alerts use.
pub type EntityOf = fn(&Map<String, Value>) -> Vec<Entity>;

/// What a backtest reads.
pub struct Input<'i> {
    pub events: &'i dyn Events,
    pub scope: &'i Scope,
    pub range: TimeRange,
    /// Which events can matter at all.
    pub query: Query,
    /// Of one query to the event store.
    pub timeout: Duration,
}

/// Reads the range once and puts every event to the evaluator.
///
/// # Errors
/// [`Error::Events`] when the store fails, [`Error::Cancelled`] when the watcher says so.
pub async fn run(
    input: &Input<'_>,
    mut evaluator: Box<dyn Evaluator>,
    past: &PastAlerts,
    watch: &dyn Watch,
) -> Result<Backtest, Error> {
    let started = Instant::now();
    let mut reader = Reader {
        input,
        watch,
        cost: Cost::default(),
        gaps: Vec::new(),
        progress: Progress::default(),
    };
    let oldest = input
        .events
        .info(input.scope)
        .await
        .map_err(Error::Events)?;
    let events_from = oldest.oldest.filter(|oldest| *oldest > input.range.from);
    reader.cost.events_in_range = reader.count(&Query::all(), input.range).await?;
    let mut todo = reader.counted(input.range).await?;
    todo.reverse();
    let mut evaluating = Duration::ZERO;
    while let Some(page) = todo.pop() {
        if watch.cancelled() {
            return Err(Error::Cancelled);
        }
        if !page.fits(MAX_PAGE) {
            let mut finer = reader.counted(page.range).await?;
            // What came meanwhile is counted now.
            let now: u64 = finer.iter().map(|page| page.count).sum();
            reader.recount(page.count, now);
            finer.reverse();
            todo.append(&mut finer);
            continue;
        }
        let given = reader.read(&page).await?;
        let begun = Instant::now();
        given.iter().for_each(|event| evaluator.look(event, past));
        evaluating += begun.elapsed();
        // A page is milliseconds of work: others of the site get their turn.
        give_way().await;
    }
    evaluator.end(past);
    let (mut cost, gaps) = (reader.cost, reader.gaps);
    cost.took_ms = millis(started.elapsed());
    cost.evaluating_ms = millis(evaluating);
    Ok(Backtest {
        since: input.range.from,
        until: input.range.until,
        events_from,
        rules: evaluator.results(input.range, past),
        cost,
        gaps,
    })
}

/// Lets other work of the same thread go on, without knowing the runtime.
async fn give_way() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return std::task::Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

struct Reader<'r, 'i> {
    input: &'r Input<'i>,
    watch: &'r dyn Watch,
    cost: Cost,
    gaps: Vec<String>,
    progress: Progress,
}

impl Reader<'_, '_> {
    /// The range in pages, as its events lie.
    async fn counted(&mut self, range: TimeRange) -> Result<Vec<Page>, Error> {
        let first = self.progress.total == 0;
        let bucket = range.bucket();
        let counts = self.histogram(&self.input.query, range, bucket).await?;
        let pages = pages(range, bucket, &counts, MAX_PAGE);
        if first {
            self.progress.total = pages.iter().map(|page| page.count).sum();
            self.watch.progress(self.progress);
        }
        Ok(pages)
    }

    fn recount(&mut self, before: u64, now: u64) {
        self.progress.total = (self.progress.total + now).saturating_sub(before);
        self.watch.progress(self.progress);
    }

    async fn count(&mut self, query: &Query, range: TimeRange) -> Result<u64, Error> {
        let counts = self.histogram(query, range, range.bucket()).await?;
        Ok(counts.iter().map(|window| window.count).sum())
    }

    async fn histogram(
        &mut self,
        query: &Query,
        range: TimeRange,
        bucket: Duration,
    ) -> Result<Vec<aurora_events::Window>, Error> {
        self.cost.queries += 1;
        let Input { events, scope, .. } = self.input;
        let counts = events.histogram(scope, query, range, bucket).await;
        counts.map_err(Error::Events)
    }

    /// The page's events, oldest first; equal times by uid, so that a second run sees the same.
    async fn read(&mut self, page: &Page) -> Result<Vec<Given>, Error> {
        let limit = page.count.saturating_add(MAX_PAGE).min(MOST_AT_ONCE);
        let options = HuntOptions {
            range: page.range,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            timeout: self.input.timeout,
        };
        let Input { events, scope, .. } = self.input;
        let answer = events.hunt(scope, &self.input.query, &options).await;
        let answer = answer.map_err(Error::Events)?;
        self.cost.queries += 1;
        if answer.truncated {
            self.gap(format!(
                "more than {limit} events between {} and {}: the others were not read",
                page.range.from, page.range.until
            ));
        }
        let mut given: Vec<Given> = answer.rows.into_iter().filter_map(given).collect();
        given.sort_by_key(|event| (event.time, event.uid));
        self.cost.events_read += given.len() as u64;
        self.progress.read += given.len() as u64;
        self.progress.total = self.progress.total.max(self.progress.read);
        self.watch.progress(self.progress);
        Ok(given)
    }

    fn gap(&mut self, text: String) {
        match self.gaps.len() {
            0..MAX_GAPS => self.gaps.push(text),
            MAX_GAPS => self.gaps.push("and more of this kind".to_owned()),
            _ => {}
        }
    }
}

/// A row of a hunt for events: time, uid, class name, event.
fn given(row: Vec<Value>) -> Option<Given> {
    let mut cells = row.into_iter();
    let time = cells.next()?.as_i64()?;
    let uid = cells.next()?.as_str()?.parse().ok()?;
    let event = match cells.nth(1)? {
        Value::String(text) => serde_json::from_str(&text).ok()?,
        event => event,
    };
    Some(Given {
        time: aurora_clock::Timestamp::from_millis(time),
        uid,
        event,
    })
}
