//! The seam between a record and the parser that reads it.

use aurora_clock::Timestamp;
use aurora_model::{EventUid, OriginId, SourceName};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::description::Description;
use crate::joiner::Member;

/// One raw record with what the transport knows about it. None of it is trusted.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The bytes as they came, without the line end; at most 1 MiB.
    pub body: &'a [u8],
    pub received_at: Timestamp,
    /// The sender as the listener saw it: a peer address, or a file's name.
    pub host: &'a str,
    pub source: &'a SourceName,
    pub origin: OriginId,
    /// Place in the origin's own sequence.
    pub seq: u64,
}

/// One OCSF event before [`aurora_ocsf::complete`].
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub event: Map<String, Value>,
    /// The source's own identity of this event, for dedupe; `None` when the source has none.
    pub identity: Option<String>,
}

/// One event as it is published: complete, valid and named.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    pub uid: EventUid,
    pub class_uid: u32,
    pub time: Timestamp,
    /// The event's JSON.
    pub json: Bytes,
    /// Where the name, the value and the end of each top-level member stand in it.
    pub spans: Vec<[u32; 3]>,
}

/// What an event's id is derived from beside its own identity.
pub struct Sealing<'a>(&'a dyn Fn(Option<&str>, u64) -> EventUid);

impl<'a> Sealing<'a> {
    pub(crate) fn new(uid: &'a dyn Fn(Option<&str>, u64) -> EventUid) -> Self {
        Self(uid)
    }

    /// The id of a record's event, from the source's own identity of it and its place among the record's events.
    pub fn uid(&self, identity: Option<&str>, index: u64) -> EventUid {
        (self.0)(identity, index)
    }
}

/// Why a record gave no event. Each maps to one dead-letter reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("no parser knows this format; name the source with --source")]
    UnknownFormat,
    /// The text says what was wrong and where.
    #[error("cannot parse the record: {0}")]
    Unparsable(String),
    #[error("the record is nested deeper than the limit")]
    TooDeep,
}

/// Reads the records of one source. Pure: the same input gives the same events.
pub trait Parser: Send + Sync {
    /// The source's name, as users and configuration write it.
    fn name(&self) -> &'static str;

    /// Rises with every change that alters an event.
    fn version(&self) -> u32;

    /// What the source's folder says of it.
    fn description(&self) -> Option<&Description> {
        None
    }

    /// Whether the record looks like this source's, when its description has no marks. Cheap: it runs on unnamed input.
    fn detects(&self, body: &[u8]) -> bool;

    /// Whether its events lack nothing that [`crate::fit`] would do, so that they need not be walked again.
    fn is_fitted(&self) -> bool {
        false
    }

    /// Whether its events tell what the operator calls the feed, which only the site knows.
    fn tells_feed(&self) -> bool {
        false
    }

    /// The records within a record as its mapping finds them, by the source's own names; `None` when the mapping
    /// reads the record itself.
    fn fields(&self, _input: &Input<'_>) -> Option<Vec<Value>> {
        None
    }

    /// As [`Parser::parse`], from one of [`Parser::fields`].
    ///
    /// # Errors
    /// As [`Parser::parse`].
    fn parse_fields(&self, _input: &Input<'_>, _fields: Value) -> Result<Vec<Parsed>, Failure> {
        Err(Failure::UnknownFormat)
    }

    /// Does now what the first record would otherwise wait for.
    ///
    /// # Errors
    /// Why the parser cannot work at all, for the operator.
    fn prepare(&self) -> Result<(), String> {
        Ok(())
    }

    /// The events of one record; most sources give exactly one.
    ///
    /// # Errors
    /// [`Failure`] says why the record cannot become an event.
    fn parse(&self, input: &Input<'_>) -> Result<Vec<Parsed>, Failure>;

    /// The events of a record for which the parser's tables suffice, at least one, written at once; `buffer` is working
    /// memory. `None`: see [`Parser::parse`], which gives the same events.
    fn seal(
        &self,
        _input: &Input<'_>,
        _sealing: &Sealing<'_>,
        _buffer: &mut Vec<u8>,
    ) -> Option<Vec<Sealed>> {
        None
    }

    /// Which event a record is of, when others may be of it too.
    fn member(&self, _input: &Input<'_>) -> Option<Member> {
        None
    }

    /// The events of the records of one [`Member::event`], in their order. The default parses each alone.
    ///
    /// # Errors
    /// As [`Parser::parse`]; all of them fail together.
    fn parse_group(&self, inputs: &[Input<'_>]) -> Result<Vec<Parsed>, Failure> {
        let mut events = Vec::with_capacity(inputs.len());
        for input in inputs {
            events.append(&mut self.parse(input)?);
        }
        Ok(events)
    }
}
