//! From a batch of raw records to what becomes of each: the heart of the normalise service, a pure function.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aurora_ids::Derive;
use aurora_model::{
    DeadLetter, DeadLetterReason, EventItem, EventUid, Part, RawBatch, RawRecord, Scope,
};
use aurora_ocsf::{SCHEMA_VERSION, complete, is_valid, validate};
use serde_json::{Map, Value};

use crate::joiner::{Held, Joiner, Joining};
use crate::made::by_host;
use crate::vrl::convert;
use crate::{Error, Failure, Input, Parsed, Parser, Registry, Sealed, Sealing, fit};

/// Problems that a dead letter's detail names; the rest is counted.
const NAMED_PROBLEMS: usize = 8;

/// What became of a batch, in the order of its records (an event of several stands where the first of them stood).
///
/// **Invariant:** every record is settled once: the sum of [`EventItem::records`] over all events and the number of
/// dead letters is the number of records.
#[derive(Debug, Default, PartialEq)]
pub struct Processed {
    pub outcomes: Vec<Outcome>,
}

/// What became of one record, or of one group of records that form one event.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Valid OCSF 1.3 events; the last one carries the weight of the records.
    Events(Vec<EventItem>),
    Dead(DeadLetter),
}

impl Processed {
    pub fn events(&self) -> impl Iterator<Item = &EventItem> {
        self.outcomes.iter().flat_map(|outcome| match outcome {
            Outcome::Events(items) => items.as_slice(),
            Outcome::Dead(_) => &[],
        })
    }

    pub fn dead(&self) -> impl Iterator<Item = &DeadLetter> {
        self.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Events(_) => None,
            Outcome::Dead(letter) => Some(letter),
        })
    }

    /// All events and all dead letters.
    pub fn split(self) -> (Vec<EventItem>, Vec<DeadLetter>) {
        let (mut events, mut dead) = (Vec::new(), Vec::new());
        for outcome in self.outcomes {
            match outcome {
                Outcome::Events(mut items) => events.append(&mut items),
                Outcome::Dead(letter) => dead.push(letter),
            }
        }
        (events, dead)
    }
}

/// Why a record goes to the dead letter.
pub(crate) struct Refusal {
    reason: DeadLetterReason,
    pub(crate) detail: String,
}

/// The records of one event; most are alone.
pub(crate) struct Group<'a> {
    pub(crate) parser: &'a dyn Parser,
    pub(crate) records: Vec<&'a RawRecord>,
}

enum Planned<'a> {
    Group(Group<'a>),
    Joins(Joining),
    Refused(&'a RawRecord, Refusal),
}

/// A batch, parsed but for the records that share their events with others.
#[derive(Debug)]
pub struct Opened {
    /// With the place in the batch of the records that they are of.
    settled: Vec<(usize, Outcome)>,
    pub joining: Vec<Joining>,
}

impl Opened {
    /// Puts what became of events that are over where their first records stood.
    pub fn with(self, ended: impl IntoIterator<Item = Ended>) -> Processed {
        let mut settled = self.settled;
        let before = settled.len();
        for Ended { at, outcomes } in ended {
            settled.extend(outcomes.into_iter().map(|outcome| (at, outcome)));
        }
        if settled.len() > before {
            settled.sort_by_key(|(at, _)| *at);
        }
        Processed {
            outcomes: settled.into_iter().map(|(_, outcome)| outcome).collect(),
        }
    }
}

/// What became of the records of one event.
#[derive(Debug)]
pub struct Ended {
    at: usize,
    pub outcomes: Vec<Outcome>,
}

impl Registry {
    /// Parses, completes, validates and names every record of a batch, as if there were no other batch.
    ///
    /// The same batch gives the same events with the same uids, whenever and wherever: no clock, no state.
    pub fn process(&self, scope: &Scope, batch: &RawBatch) -> Processed {
        let mut opened = self.open(scope, batch);
        let joining = std::mem::take(&mut opened.joining);
        if joining.is_empty() {
            return opened.with([]);
        }
        let (feed, mut joiner, mut over) = (feed(batch), Joiner::default(), Vec::new());
        for joining in joining {
            joiner.add(&feed, joining, &mut over);
        }
        over.append(&mut joiner.drain());
        opened.with(over.iter().map(|held| self.close(scope, held)))
    }

    /// As [`Registry::process`], but records that share their events with others are left for a [`Joiner`].
    pub fn open(&self, scope: &Scope, batch: &RawBatch) -> Opened {
        let (mut outcomes, mut places) = (Vec::with_capacity(batch.records.len()), Vec::new());
        let (base, mut buffer) = (base(scope, batch), Vec::new());
        let mut joining = Vec::new();
        for (at, planned) in self.plan(batch).into_iter().enumerate() {
            match planned {
                Planned::Group(group) => match by_host(&group, &base, batch) {
                    Some(Ok(item)) => outcomes.push(Outcome::Events(vec![item])),
                    Some(Err(refusal)) => refuse(&group, &refusal, batch, &mut outcomes),
                    None => match sealed(&group, &base, batch, &mut buffer) {
                        Some(items) => outcomes.push(Outcome::Events(items)),
                        None => settle(&group, &base, batch, &mut outcomes),
                    },
                },
                Planned::Joins(joins) => joining.push(joins),
                Planned::Refused(record, refusal) => {
                    outcomes.push(Outcome::Dead(letter(batch, record, None, &refusal)));
                }
            }
            places.resize(outcomes.len(), at);
        }
        Opened {
            settled: places.into_iter().zip(outcomes).collect(),
            joining,
        }
    }

    /// What the records of an event become, now that it is over.
    pub fn close(&self, scope: &Scope, held: &Held) -> Ended {
        let batch = &held.batch;
        let mut outcomes = Vec::with_capacity(1);
        match self.named(&held.parser) {
            Ok(parser) => {
                let group = Group {
                    parser,
                    records: batch.records.iter().collect(),
                };
                settle(&group, &base(scope, batch), batch, &mut outcomes);
            }
            Err(error) => {
                let refusal = Refusal::from(error);
                let dead = |record| Outcome::Dead(letter(batch, record, None, &refusal));
                outcomes.extend(batch.records.iter().map(dead));
            }
        }
        Ended {
            at: held.at,
            outcomes,
        }
    }

    /// One for each record.
    fn plan<'a>(&'a self, batch: &'a RawBatch) -> Vec<Planned<'a>> {
        let records = batch.records.iter().enumerate();
        let planned = records.map(|(at, record)| {
            if record.part != Part::Whole {
                return Planned::Refused(record, Refusal::too_large());
            }
            let parser = match self.index_for(batch.source.parser(), &record.body) {
                Ok(index) => self.parser(index),
                Err(error) => return Planned::Refused(record, Refusal::from(error)),
            };
            match parser.member(&input(batch, record)) {
                Some(member) => Planned::Joins(Joining {
                    at,
                    parser: parser.name(),
                    member,
                    record: record.clone().without_event(),
                }),
                None => Planned::Group(Group {
                    parser,
                    records: vec![record],
                }),
            }
        });
        planned.collect()
    }
}

/// Where a batch's records come from: the batch without them.
pub fn feed(batch: &RawBatch) -> RawBatch {
    RawBatch {
        scope: batch.scope.clone(),
        source: batch.source.clone(),
        origin: batch.origin,
        host: batch.host.clone(),
        trace: batch.trace,
        records: Vec::new(),
    }
}

/// The short way, for a record that stands alone and brought no envelope.
fn sealed(
    group: &Group<'_>,
    base: &Derive,
    batch: &RawBatch,
    buffer: &mut Vec<u8>,
) -> Option<Vec<EventItem>> {
    let [record] = group.records[..] else {
        return None;
    };
    if !record.envelope.is_empty() {
        return None;
    }
    let uid = |identity: Option<&str>, index| uid(base, batch, group, identity, index);
    let input = input(batch, record);
    let seal = || group.parser.seal(&input, &Sealing::new(&uid), buffer);
    // A panic is met again, and told, on the long way.
    let sealed = catch_unwind(AssertUnwindSafe(seal)).ok()??;
    let last = sealed.len().checked_sub(1)?;
    let item = |(index, sealed): (usize, Sealed)| {
        let head = (sealed.time, sealed.class_uid);
        let weight = u32::from(index == last);
        EventItem::written(sealed.uid, weight, head, sealed.json, &sealed.spans)
    };
    Some(sealed.into_iter().enumerate().map(item).collect())
}

/// A batch of one record by way of values, as if its parser had no other.
#[cfg(test)]
pub(crate) fn the_long_way(registry: &Registry, scope: &Scope, batch: &RawBatch) -> Processed {
    let mut outcomes = Vec::new();
    for planned in registry.plan(batch) {
        if let Planned::Group(group) = planned {
            settle(&group, &base(scope, batch), batch, &mut outcomes);
        }
    }
    Processed { outcomes }
}

/// A batch of one record, if its parser writes the event at once.
#[cfg(test)]
pub(crate) fn the_short_way(
    registry: &Registry,
    scope: &Scope,
    batch: &RawBatch,
) -> Option<Vec<EventItem>> {
    let planned = registry.plan(batch).pop()?;
    let Planned::Group(group) = planned else {
        return None;
    };
    sealed(&group, &base(scope, batch), batch, &mut Vec::new())
}

fn settle(group: &Group<'_>, base: &Derive, batch: &RawBatch, outcomes: &mut Vec<Outcome>) {
    match events(group, base, batch) {
        Ok(items) => outcomes.push(Outcome::Events(items)),
        Err(refusal) => refuse(group, &refusal, batch, outcomes),
    }
}

fn refuse(group: &Group<'_>, refusal: &Refusal, batch: &RawBatch, outcomes: &mut Vec<Outcome>) {
    let dead = |record: &&RawRecord| letter(batch, record, Some(group.parser), refusal);
    outcomes.extend(group.records.iter().map(dead).map(Outcome::Dead));
}

fn events(group: &Group<'_>, base: &Derive, batch: &RawBatch) -> Result<Vec<EventItem>, Refusal> {
    let parsed = parse(group, batch)?;
    if parsed.is_empty() {
        return Err(Refusal::unparsable("the parser left no event".to_owned()));
    }
    let last = parsed.len() - 1;
    let weight = u32::try_from(group.records.len()).expect("batches are far below 4 G records");
    let mut items = Vec::with_capacity(parsed.len());
    for (index, parsed) in parsed.into_iter().enumerate() {
        let (uid, event) = whole(parsed, index as u64, group, base, batch)?;
        items.push(EventItem::new(
            uid,
            if index == last { weight } else { 0 },
            &event,
        ));
    }
    Ok(items)
}

/// An event as it is published, and its id, from what a parser left.
pub(crate) fn whole(
    parsed: Parsed,
    index: u64,
    group: &Group<'_>,
    base: &Derive,
    batch: &RawBatch,
) -> Result<(EventUid, Map<String, Value>), Refusal> {
    let uid = uid(base, batch, group, parsed.identity.as_deref(), index);
    let mut event = parsed.event;
    if !group.parser.is_fitted() {
        fit::fit(&mut event);
    }
    let event = finish(event, uid, &group.records)?;
    Ok((uid, event))
}

/// A panic on hostile input is the record's end, not the worker's.
pub(crate) fn parse(group: &Group<'_>, batch: &RawBatch) -> Result<Vec<Parsed>, Refusal> {
    let inputs: Vec<_> = group
        .records
        .iter()
        .map(|record| input(batch, record))
        .collect();
    let parsed = catch_unwind(AssertUnwindSafe(|| match inputs.as_slice() {
        [input] => group.parser.parse(input),
        inputs => group.parser.parse_group(inputs),
    }));
    match parsed {
        Ok(parsed) => parsed.map_err(Refusal::from),
        Err(_) => Err(Refusal::unparsable(
            "the parser panicked; please report this record".to_owned(),
        )),
    }
}

pub(crate) fn input<'a>(batch: &'a RawBatch, record: &'a RawRecord) -> Input<'a> {
    Input {
        body: &record.body,
        received_at: record.received_at,
        host: &batch.host,
        source: &batch.source,
        origin: batch.origin,
        seq: record.seq,
    }
}

/// What the ids of all events of a batch begin with.
fn base(scope: &Scope, batch: &RawBatch) -> Derive {
    Derive::new("aurora.event.v1")
        .part(scope.site.0.as_bytes())
        .part(scope.tenant.as_str())
        .part(batch.source.as_str())
}

/// The dedupe key: from the source's own id where it has one that is the record's alone, from what the record says where
/// that tells it from all others, else also from where it stood.
fn uid(
    base: &Derive,
    batch: &RawBatch,
    group: &Group<'_>,
    identity: Option<&str>,
    index: u64,
) -> EventUid {
    let mut hash = base.clone();
    if let Some(identity) = identity {
        hash.push("own");
        hash.push(identity);
        return EventUid(hash.finish());
    }
    let records = &group.records;
    let about = group.parser.description();
    let is_own = |record: &&RawRecord| about.is_some_and(|about| about.is_own(&record.body));
    if records.iter().all(is_own) {
        hash.push("said");
        records.iter().for_each(|record| hash.push(&record.body));
    } else {
        hash.push("place");
        hash.push(batch.origin.0.as_bytes());
        for record in records {
            hash.push(record.seq.to_le_bytes());
            hash.push(&record.body);
        }
    }
    hash.push(index.to_le_bytes());
    EventUid(hash.finish())
}

/// Fills in what every event has, and refuses what is not valid then.
pub(crate) fn finish(
    mut event: Map<String, Value>,
    uid: EventUid,
    records: &[&RawRecord],
) -> Result<Map<String, Value>, Refusal> {
    let received = records[0].received_at.as_millis();
    if let Some((time, said)) = envelope(records[0]) {
        event
            .entry("time")
            .or_insert_with(|| time.unwrap_or(received).into());
        keep_envelope(&mut event, said);
    }
    event.entry("time").or_insert_with(|| received.into());
    if !event.contains_key("raw_data") {
        event.insert("raw_data".to_owned(), raw_data(records).into());
    }
    let metadata = event.entry("metadata").or_insert_with(|| Map::new().into());
    if let Value::Object(metadata) = metadata {
        metadata.insert("version".to_owned(), SCHEMA_VERSION.into());
        metadata.insert("uid".to_owned(), uid.to_string().into());
        metadata
            .entry("logged_time")
            .or_insert_with(|| received.into());
    }
    let mut event = Value::Object(event);
    complete(&mut event).map_err(|error| Refusal::invalid(error.to_string()))?;
    if !is_valid(&event) {
        return Err(Refusal::invalid(problems(&event)));
    }
    match event {
        Value::Object(event) => Ok(event),
        _ => unreachable!("completing an event leaves an object"),
    }
}

/// What the transport said of the record: when it was, in Unix milliseconds, and the rest.
fn envelope(record: &RawRecord) -> Option<(Option<i64>, Map<String, Value>)> {
    if record.envelope.is_empty() {
        return None;
    }
    let mut said: Map<String, Value> = serde_json::from_slice(&record.envelope).ok()?;
    let time = said.remove("time").and_then(|time| time.as_i64());
    Some((time, said))
}

fn keep_envelope(event: &mut Map<String, Value>, said: Map<String, Value>) {
    if said.is_empty() {
        return;
    }
    if let Some(unmapped) = unmapped(event) {
        unmapped.entry("envelope").or_insert(Value::Object(said));
    }
}

/// Where an event keeps what OCSF has no home for; `None` when a program put something else there.
pub(crate) fn unmapped(event: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    let unmapped = event.entry("unmapped");
    unmapped
        .or_insert_with(|| Map::new().into())
        .as_object_mut()
}

fn raw_data(records: &[&RawRecord]) -> String {
    let texts: Vec<_> = records.iter().map(|r| convert::text(&r.body)).collect();
    texts.join("\n")
}

fn problems(event: &Value) -> String {
    let errors: Vec<_> = validate(event)
        .into_iter()
        .filter(|p| p.code.is_error())
        .collect();
    let named: Vec<_> = errors
        .iter()
        .take(NAMED_PROBLEMS)
        .map(ToString::to_string)
        .collect();
    match errors.len().saturating_sub(NAMED_PROBLEMS) {
        0 => named.join("; "),
        more => format!("{}; and {more} more", named.join("; ")),
    }
}

fn letter(
    batch: &RawBatch,
    record: &RawRecord,
    parser: Option<&dyn Parser>,
    refusal: &Refusal,
) -> DeadLetter {
    DeadLetter {
        reason: refusal.reason,
        detail: refusal.detail.clone(),
        source: batch.source.clone(),
        origin: batch.origin,
        seq: record.seq,
        host: batch.host.clone(),
        received_at: record.received_at,
        parser: parser
            .map(|p| format!("{}@{}", p.name(), p.version()))
            .unwrap_or_default(),
        raw: record.body.clone(),
    }
}

impl Refusal {
    fn unparsable(detail: String) -> Self {
        Self {
            reason: DeadLetterReason::Unparsable,
            detail,
        }
    }

    fn too_large() -> Self {
        let detail = "a piece of a record that is too large to travel whole".to_owned();
        Self {
            reason: DeadLetterReason::TooLarge,
            detail,
        }
    }

    pub(crate) fn invalid(detail: String) -> Self {
        Self {
            reason: DeadLetterReason::Invalid,
            detail,
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            reason: DeadLetterReason::UnknownFormat,
            detail: error.to_string(),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let detail = failure.to_string();
        let reason = match failure {
            Failure::UnknownFormat => DeadLetterReason::UnknownFormat,
            Failure::Unparsable(_) => DeadLetterReason::Unparsable,
            Failure::TooDeep => DeadLetterReason::TooDeep,
        };
        Self { reason, detail }
    }
}
