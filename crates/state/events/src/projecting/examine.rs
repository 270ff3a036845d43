//! Reading the events that may match, and asking their projections the rest.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use aurora_clock::Timestamp;
use aurora_hunt::{Field, Filter, Names, OcsfNames, Output, Query, Target};
use aurora_model::Scope;
use serde_json::Value;

use super::document::Projected;
use super::{named, shown};
use crate::{Answer, Error, Events, HuntOptions, TimeRange, Window, answer};

/// Events that are read for one hunt, at most.
pub(super) const EVENTS: usize = 10_000;
/// Events that are read at once.
const PAGE: usize = 1_000;

/// What is read, and what is asked of it.
pub(super) struct Examination<'q> {
    query: &'q Query,
    stored: Filter,
    after: Option<Filter>,
}

/// The events that passed.
pub(super) struct Found {
    pub(super) events: Vec<Projected>,
    /// How many were read.
    read: usize,
    /// Whether none that may match was left unread for the bound's sake.
    complete: bool,
    /// The fields that were worked out after reading.
    fields: String,
}

impl<'q> Examination<'q> {
    pub(super) fn new(query: &'q Query, stored: Filter, after: Option<Filter>) -> Self {
        Self {
            query,
            stored,
            after,
        }
    }

    /// Reads pages, newest first, until enough passed, nothing is left or the bound is reached.
    pub(super) async fn run(
        &self,
        store: &dyn Events,
        scope: &Scope,
        options: &HuntOptions,
    ) -> Result<Found, Error> {
        let started = Instant::now();
        let mut found = Found {
            events: Vec::new(),
            read: 0,
            complete: true,
            fields: self.fields(),
        };
        let mut range = options.range;
        let mut seen = HashSet::new();
        loop {
            let left = options.timeout.checked_sub(started.elapsed());
            let options = HuntOptions {
                range,
                limit: PAGE.saturating_add(seen.len()),
                timeout: left.ok_or(Error::TimedOut {
                    limit_ms: millis(options.timeout),
                })?,
            };
            let (page, more) = self.page(store, scope, &options, &seen).await?;
            found.read += page.len();
            let oldest = page.last().map(|event| event.time);
            seen = match oldest {
                Some(oldest) if oldest != range.until.minus(MILLISECOND) => HashSet::new(),
                _ => seen,
            };
            let last = page.iter().filter(|event| Some(event.time) == oldest);
            seen.extend(last.map(|event| event.uid.clone()));
            for event in page {
                if self.passes(&event) {
                    found.events.push(self.kept(event));
                }
            }
            let Some(oldest) = oldest.filter(|_| more && !self.has_enough(&found, options.limit))
            else {
                return Ok(found);
            };
            if found.read >= EVENTS {
                found.complete = false;
                return Ok(found);
            }
            range = TimeRange {
                until: oldest.plus(MILLISECOND),
                ..range
            };
        }
    }

    /// One page without what was `seen`, newest first, and whether there are more.
    async fn page(
        &self,
        store: &dyn Events,
        scope: &Scope,
        options: &HuntOptions,
        seen: &HashSet<String>,
    ) -> Result<(Vec<Projected>, bool), Error> {
        let stored = Query {
            filter: self.stored.clone(),
            ..Query::all()
        };
        let answered = store.hunt(scope, &stored, options).await?;
        let mut events: Vec<Projected> = answered.rows.into_iter().filter_map(projected).collect();
        if self.needs_sources() {
            let sources = sources(store, scope, stored.filter, options).await?;
            for event in &mut events {
                event.source = sources.get(&event.uid).cloned().unwrap_or_default();
            }
        }
        events.retain(|event| !seen.contains(&event.uid));
        Ok((events, answered.truncated))
    }

    fn passes(&self, event: &Projected) -> bool {
        self.after
            .as_ref()
            .is_none_or(|filter| filter.is_match(event))
    }

    /// Without what the answer does not need.
    fn kept(&self, event: Projected) -> Projected {
        match &self.query.output {
            Output::Count { by } if by.is_empty() => event.emptied(),
            _ => event,
        }
    }

    /// Only events in their natural order can be cut before all were seen.
    fn has_enough(&self, found: &Found, limit: usize) -> bool {
        let own = self.query.limit.map_or(usize::MAX, |limit| limit as usize);
        let natural =
            self.query.sort.is_empty() && !matches!(self.query.output, Output::Count { .. });
        natural && found.events.len() > limit.min(own)
    }

    fn needs_sources(&self) -> bool {
        let filter = Query {
            filter: self.after.clone().unwrap_or(Filter::All),
            ..Query::all()
        };
        let shown = shown(self.query);
        let mut fields = filter.fields().into_iter().chain(&shown);
        fields.any(|field| field.targets.contains(&Target::Source))
    }

    /// The ECS fields that could not be pushed down, and those of the answer.
    fn fields(&self) -> String {
        let filter = Query {
            filter: self.after.clone().unwrap_or(Filter::All),
            ..Query::all()
        };
        let shown = shown(self.query);
        let fields = filter.fields().into_iter().chain(&shown);
        named(fields.filter(|field| field.ecs().is_some()))
    }
}

impl Found {
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn answer(self, query: &Query, limit: usize) -> Answer {
        let answered = answer(query, limit, self.events.iter().collect());
        Answer {
            truncated: answered.truncated || !self.complete,
            notes: self.notes(),
            ..answered
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!(
            "worked out after reading {} events: {}",
            self.read, self.fields
        )];
        if !self.complete {
            notes.push(format!(
                "older events may match too: {EVENTS} are read at most; narrow the time range or add a filter"
            ));
        }
        notes
    }

    pub(super) fn histogram(&self, bucket: Duration) -> Vec<Window> {
        let width = i64::try_from(bucket.as_millis()).unwrap_or(i64::MAX).max(1);
        let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
        for event in &self.events {
            let start = event
                .time
                .as_millis()
                .div_euclid(width)
                .saturating_mul(width);
            *counts.entry(start).or_default() += 1;
        }
        let window = |(start, count)| Window {
            start: Timestamp::from_millis(start),
            count,
        };
        counts.into_iter().map(window).collect()
    }
}

const MILLISECOND: Duration = Duration::from_millis(1);

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A row of `time, uid, class_name, event`.
fn projected(row: Vec<Value>) -> Option<Projected> {
    let [time, uid, _, event] = <[Value; 4]>::try_from(row).ok()?;
    let time = Timestamp::from_millis(time.as_i64()?);
    Some(Projected::new(time, uid.as_str()?.to_owned(), event))
}

/// The source of every event that a page holds: it stands beside the event, not in it.
async fn sources(
    store: &dyn Events,
    scope: &Scope,
    filter: Filter,
    options: &HuntOptions,
) -> Result<BTreeMap<String, String>, Error> {
    let fields = ["metadata.uid", "source"].map(|name| Field {
        written: name.to_owned(),
        targets: OcsfNames
            .resolve(name)
            .expect("both are names of the language"),
    });
    let query = Query {
        filter,
        output: Output::Fields(fields.to_vec()),
        ..Query::all()
    };
    let answered = store.hunt(scope, &query, options).await?;
    let pair = |row: Vec<Value>| {
        let uid = row.first()?.as_str()?.to_owned();
        Some((uid, row.get(1)?.as_str()?.to_owned()))
    };
    Ok(answered.rows.into_iter().filter_map(pair).collect())
}
