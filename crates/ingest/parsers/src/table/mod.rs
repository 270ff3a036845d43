//! Mapping tables, executed natively: from a record's bytes to the text of a valid event, with no value in between.
//!
//! [`json`] reads the record where it stands, [`plan`] is one kind of event with all that can be known before a record
//! comes, [`write`] writes its text. What the tables of a source say, and which fields go where, is the source's.

pub(crate) mod json;
pub(crate) mod names;
pub(crate) mod plan;
pub(crate) mod scan;
pub(crate) mod time;
pub(crate) mod tsv;
pub(crate) mod words;
pub(crate) mod write;

#[cfg(test)]
pub(crate) mod tests;
