//! The hunt language: text to a query tree. Pure: no clock, no store, no task.
//!
//! What it is: [`parse`], the tree ([`Query`]), the text form of the tree (`Display`, which parses
//! back to the same tree), the naming of fields ([`Names`], [`OcsfNames`]), the plain meaning of a
//! filter ([`Values`]) and predicates on ECS fields turned into such on OCSF ([`Pushed`]). What it
//! is not: a store; every adapter of the events port compiles or walks the tree. Start at [`Query`].
//!
//! ```text
//! process.cmd_line:*mimikatz* AND NOT user.name:(alice OR bob) | count by device.hostname | limit 5
//! ```
//!
//! | written | means |
//! | --- | --- |
//! | `field:value`, `field:"two words"` | equal, without regard to case; `*` any run, `?` any one character |
//! | `field:*`, `field:""` | holds something; holds nothing |
//! | `field:10.0.0.0/8` | an address within the network |
//! | `field:>=10`, `field:[1 TO 5]`, `field:{1 TO *}` | a number or an RFC 3339 time within bounds |
//! | `field:(a OR b)`, `field:(a, b)` | any of them; AND, OR and NOT work inside too |
//! | `word`, `"two words"` | the original record contains the text |
//! | `a b`, `a AND b`, `a OR b`, `NOT a`, `-a`, `( )` | NOT binds tightest, then AND, then OR |
//! | `\| count by a, b`, `\| top 10 a`, `\| rare 10 a` | how often each combination occurs |
//! | `\| sort a desc`, `\| limit 5`, `\| fields a, b` | order, number and columns of the answer |
//!
//! A backslash stands for itself except before `*`, `?`, `"` and another backslash, so that paths
//! of Windows are written as they are; a backslash before a wildcard is written `\\*`, as in Sigma.

mod display;
mod ecs;
mod error;
mod evaluate;
mod names;
mod parse;
mod pattern;
mod tree;

pub use ecs::{EcsField, Inputs, Pushed};
pub use error::Error;
pub use evaluate::{Values, number, text};
pub use names::{Field, Names, OcsfNames, Target, UnknownName};
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_TERMS, parse_with};
pub use pattern::{Pattern, Piece};
pub use tree::{Filter, Output, Query, Range, Sort, SortKey, Test};

/// Reads a hunt whose fields are OCSF 1.3 names, the short names people expect, or ECS names.
///
/// # Errors
/// See [`Error`]; each one carries its place in the text.
pub fn parse(text: &str) -> Result<Query, Error> {
    parse_with(text, &OcsfNames)
}
