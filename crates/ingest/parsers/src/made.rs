//! Events that a host made of its records, beside them: how they travel, and what a site looks at before one stands for
//! its own.
//!
//! The record stays what counts. Its id, its raw data and its dead letter are made of it at the site, and the site maps it
//! where the host did not, or is of another release.

use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aurora_ids::{Derive, Id128};
use aurora_model::{EventItem, EventUid, Part, RawBatch, RawRecord};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::process::{Group, Refusal, finish, input, parse, whole};
use crate::vrl::convert;
use crate::{Parsed, Parser, Registry, Sealing, fit};

/// One of so many is mapped by the site, too, and both are compared. Which ones, a sender cannot know.
const COMPARED: u64 = 64;

#[derive(Debug, Serialize, Deserialize)]
struct Made<'a> {
    by: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    /// Without its raw data, where that is the record.
    event: Map<String, Value>,
}

/// A parser, its version and the release that it is of: the same maps the same way.
fn mapper(parser: &dyn Parser) -> String {
    let (name, version) = (parser.name(), parser.version());
    format!("{name}@{version} {}", env!("CARGO_PKG_VERSION"))
}

impl Registry {
    /// The event of a record as it travels beside it in [`RawRecord::event`], if a parser that is `wanted` makes exactly
    /// one. `None` leaves it to the site, which then says what is wrong with the record, if anything is: a record without
    /// a valid event or with several, that shares its event with others, or whose event tells the feed's name.
    pub fn made(
        &self,
        batch: &RawBatch,
        record: &RawRecord,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Option<Vec<u8>> {
        if record.part != Part::Whole {
            return None;
        }
        let source = batch.source.parser();
        let parser = self.parser_for(source, &record.body).ok()?;
        let alone = || parser.member(&input(batch, record)).is_none();
        if !wanted(parser.name()) || parser.tells_feed() || !alone() {
            return None;
        }
        let group = Group {
            parser,
            records: vec![record],
        };
        let parsed = written(&group, batch).or_else(|| mapped(&group, batch));
        let Parsed {
            mut event,
            identity,
        } = parsed?;
        let raw_data = event.get("raw_data").and_then(Value::as_str);
        if raw_data == Some(&convert::text(&record.body)) {
            event.shift_remove("raw_data");
        }
        let by = mapper(parser).into();
        let made = Made {
            by,
            identity,
            event,
        };
        let bytes = serde_json::to_vec(&made).expect("an event is plain data");
        // A number may come back as its neighbour: then the site makes the event.
        let back: Made<'_> = serde_json::from_slice(&bytes).ok()?;
        (back.event == made.event).then_some(bytes)
    }
}

/// By the parser's tables, where they suffice.
fn written(group: &Group<'_>, batch: &RawBatch) -> Option<Parsed> {
    let record = group.records[0];
    if !record.envelope.is_empty() {
        return None;
    }
    let own = RefCell::new(None);
    let uid = |identity: Option<&str>, _: u64| {
        *own.borrow_mut() = identity.map(str::to_owned);
        unnamed()
    };
    let (input, mut buffer) = (input(batch, record), Vec::new());
    let seal = || group.parser.seal(&input, &Sealing::new(&uid), &mut buffer);
    let sealed = catch_unwind(AssertUnwindSafe(seal)).ok()??;
    let [sealed] = &sealed[..] else {
        return None;
    };
    Some(Parsed {
        event: serde_json::from_slice(&sealed.json).ok()?,
        identity: own.into_inner(),
    })
}

/// By way of values. What would not be valid at the site is none.
fn mapped(group: &Group<'_>, batch: &RawBatch) -> Option<Parsed> {
    let mut parsed = parse(group, batch).ok()?;
    let mut left = parsed.pop().filter(|_| parsed.is_empty())?;
    if !group.parser.is_fitted() {
        fit::fit(&mut left.event);
    }
    finish(left.event.clone(), unnamed(), &group.records).ok()?;
    Some(left)
}

/// The site names events.
fn unnamed() -> EventUid {
    EventUid(Id128::from_bytes([0; 16]))
}

/// The event that a host made of a record, as the site publishes it. `None` when it is the site's to make.
pub(crate) fn by_host(
    group: &Group<'_>,
    base: &Derive,
    batch: &RawBatch,
) -> Option<Result<EventItem, Refusal>> {
    let [record] = group.records[..] else {
        return None;
    };
    if record.event.is_empty() {
        return None;
    }
    let made: Made<'_> = match serde_json::from_slice(&record.event) {
        Ok(made) => made,
        Err(error) => return Some(Err(refused(format!("it cannot be read: {error}")))),
    };
    if made.by != mapper(group.parser) {
        return None;
    }
    Some(looked_at(made, record, group, base, batch))
}

fn looked_at(
    made: Made<'_>,
    record: &RawRecord,
    group: &Group<'_>,
    base: &Derive,
    batch: &RawBatch,
) -> Result<EventItem, Refusal> {
    if let Some(raw_data) = made.event.get("raw_data") {
        let text = convert::text(&record.body);
        if !raw_data.as_str().is_some_and(|part| text.contains(part)) {
            return Err(refused("its `raw_data` is not of the record".to_owned()));
        }
    }
    let mut parsed = Parsed {
        event: made.event,
        identity: made.identity,
    };
    if group.parser.is_fitted() {
        // The parser's own would be, but who says that this is one.
        fit::fit(&mut parsed.event);
    }
    let told = |refusal: Refusal| refused(refusal.detail);
    let (uid, event) = whole(parsed, 0, group, base, batch).map_err(told)?;
    if is_compared(batch, record) {
        compare(uid, &event, group, base, batch)?;
    }
    Ok(EventItem::new(uid, 1, &event))
}

/// The trace is drawn when the site takes the batch in, and is the same in every replay.
fn is_compared(batch: &RawBatch, record: &RawRecord) -> bool {
    let [drawn, ..] = *batch.trace.trace_id.as_bytes();
    (u64::from(drawn).wrapping_add(record.seq)).is_multiple_of(COMPARED)
}

fn compare(
    uid: EventUid,
    event: &Map<String, Value>,
    group: &Group<'_>,
    base: &Derive,
    batch: &RawBatch,
) -> Result<(), Refusal> {
    let forged = |what: &str| {
        let by = mapper(group.parser);
        Err(refused(format!("{by} makes another of it: {what}")))
    };
    // In the order in which the host tries: of an odd record, tables and programs may make different events.
    let own = match written(group, batch) {
        Some(own) => own,
        None => {
            let Ok(mut own) = parse(group, batch) else {
                return forged("none");
            };
            let Some(own) = own.pop().filter(|_| own.is_empty()) else {
                return forged("several");
            };
            own
        }
    };
    let (own_uid, own) = whole(own, 0, group, base, batch)?;
    let differs = |name: &&String| own.get(*name) != event.get(*name);
    if let Some(name) = own.keys().chain(event.keys()).find(differs) {
        return forged(&format!("`{name}` differs"));
    }
    if own_uid != uid {
        return forged("it is known by another id");
    }
    Ok(())
}

fn refused(detail: String) -> Refusal {
    Refusal::invalid(format!("the event that the host sent with it: {detail}"))
}
