//! Sources whose records are JSON, mapped natively by two tables: `kinds.tsv`, which kinds of records there are and what
//! class each becomes, and `mapping.tsv`, which field goes where. `content/parsers/README.md` says what the columns mean.
//!
//! The tables map what they are sure of and refuse the rest: a field of an unexpected type, a record that no kind fits,
//! an event that lacks what its class requires. What is refused meets the source's program, as if there were no table.
//! [`vrl`] writes the same tables as a program for stock Vector.

mod compile;
mod lists;
mod op;
mod paths;
#[cfg(test)]
mod tests;
// Written to a file by a test and never at run time.
#[cfg(test)]
mod vrl;
mod when;

use aurora_clock::Timestamp;
use bytes::Bytes;

use crate::parser::{Sealed, Sealing};
use crate::table::json::{Kind as Json, Node, Tape};
use crate::table::plan::Layout;
use crate::table::write::{Pen, Raw, Seal, Slot, Slots};
use op::{Op, Refused, Source};
use paths::{Fields, Paths};
use when::Condition;

/// The texts of a source's tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables {
    pub kinds: &'static str,
    pub mapping: &'static str,
}

/// A source's tables, compiled.
pub(crate) struct Mapping {
    paths: Paths,
    kinds: Vec<Kind>,
}

/// One row of `kinds.tsv` with the rows of `mapping.tsv` that name it.
struct Kind {
    name: String,
    when: Vec<Condition>,
    layout: Layout,
    time: usize,
    rows: Vec<Row>,
}

/// One row of `mapping.tsv`.
struct Row {
    when: Vec<Condition>,
    target: Target,
    op: Op,
    sources: Vec<Source>,
}

#[cfg_attr(test, derive(PartialEq))]
enum Target {
    Slot {
        path: String,
        slot: usize,
        /// For `address`: the place of a host's name.
        aside: Option<usize>,
    },
    /// The source's own id of the event.
    Identity,
    /// Nothing: the fields are used up.
    Nowhere,
}

impl Mapping {
    /// # Errors
    /// What is wrong in the tables, with the line.
    pub(crate) fn compile(tables: Tables) -> Result<Self, String> {
        compile::mapping(tables)
    }

    /// The event of a record. `None` when the tables refuse it.
    pub(crate) fn seal(
        &self,
        text: &str,
        received_at: Timestamp,
        uid: &dyn Fn(Option<&str>) -> aurora_model::EventUid,
        buffer: &mut Vec<u8>,
    ) -> Option<Sealed> {
        let tape = Tape::read(text).ok().filter(Tape::is_exact)?;
        let root = tape.root();
        let fields = self.paths.fields(root)?;
        let kind = self
            .kinds
            .iter()
            .find(|kind| kind.when.iter().all(|when| when.holds(&fields)))?;
        let mut event = Event::new(kind, &self.paths);
        for row in &kind.rows {
            event.row(row, &fields).ok()?;
        }
        let millis = match event.slots.get(kind.time) {
            Slot::Int(millis) => *millis,
            _ => received_at.as_millis(),
        };
        event.slots.put(kind.time, Slot::Int(millis));
        let uid = uid(event.identity.as_deref());
        let seal = Seal {
            uid,
            logged_time: received_at.as_millis(),
            raw_data: Raw::Json(&tape),
        };
        let (taken, left) = (event.taken, event.left);
        let mut pen = Pen::new(buffer, event.slots, Some(seal));
        let whole = pen.event(&kind.layout, |_, unmapped| {
            let members = root.children();
            self.paths.rest(members, &fields, (&taken, &left), unmapped);
        });
        // A place that is not written would be a field that is lost.
        if !whole || !pen.dropped.is_empty() {
            return None;
        }
        let spans = pen.spans;
        Some(Sealed {
            uid,
            class_uid: kind.layout.class.uid,
            time: Timestamp::from_millis(millis),
            json: Bytes::copy_from_slice(buffer),
            spans,
        })
    }

    /// What is sealed of a whole record, for a parser.
    pub(crate) fn sealed(
        &self,
        texts: &[&str],
        received_at: Timestamp,
        sealing: &Sealing<'_>,
        buffer: &mut Vec<u8>,
    ) -> Option<Vec<Sealed>> {
        let mut events = Vec::with_capacity(texts.len());
        for (index, text) in (0..).zip(texts) {
            let uid = |identity: Option<&str>| sealing.uid(identity, index);
            events.push(self.seal(text, received_at, &uid, buffer)?);
        }
        Some(events)
    }
}

/// An event under construction.
struct Event<'e, 'r> {
    slots: Slots<'r>,
    identity: Option<String>,
    /// By field: it found its place.
    taken: Vec<bool>,
    /// By field: what is left of it.
    left: Vec<(usize, String)>,
    kind: &'e Kind,
}

impl<'e, 'r> Event<'e, 'r> {
    fn new(kind: &'e Kind, paths: &Paths) -> Self {
        Self {
            slots: Slots::new(&kind.layout),
            identity: None,
            taken: vec![false; paths.len()],
            left: Vec::new(),
            kind,
        }
    }

    fn row(&mut self, row: &'e Row, fields: &Fields<'r>) -> Result<(), Refused>
    where
        'e: 'r,
    {
        if !row.when.iter().all(|when| when.holds(fields)) {
            return Ok(());
        }
        // Every third row or so: nothing of it depends on the record.
        if let (Op::Const(constant), Target::Slot { slot, .. }) = (&row.op, &row.target) {
            self.slots.put(*slot, constant.slot());
            return Ok(());
        }
        for source in &row.sources {
            if let Some(field) = source.taken(fields) {
                self.taken[field] |= row.op.takes(fields.get(field));
            }
        }
        let number = |slot: usize| match self.slots.get(slot) {
            Slot::Int(number) => Some(*number),
            _ => None,
        };
        let values = op::Values {
            sources: &row.sources,
            fields,
            time: number(self.kind.time),
            activity: number(self.kind.layout.activity),
        };
        match &row.target {
            Target::Nowhere => drop(row.op.make(&values)?),
            Target::Identity => {
                self.identity = values.words(0)?.map(|words| words.decoded().into_owned());
            }
            Target::Slot { slot, aside, .. } => {
                if let Some(made) = row.op.make(&values)? {
                    let slot = if made.aside { *aside } else { Some(*slot) };
                    self.slots.put(slot.ok_or(Refused)?, made.slot);
                    self.left.extend(made.left.map(|left| *left));
                }
            }
        }
        Ok(())
    }
}

/// Null, an empty text, an empty list or object: nothing that an event would say.
fn is_nothing(node: Node<'_>) -> bool {
    match node.kind() {
        Json::Null => true,
        Json::Text => node.inner().is_empty(),
        Json::List | Json::Object => node.children().next().is_none(),
        Json::Bool | Json::Int | Json::Number => false,
    }
}
