//! All rules compiled into one pass over an event.
//!
//! What it is: a [`Plan`] made once from Sigma rules and shared by all threads; for an event it says
//! which rules hold, exactly as `aurora_sigma::Rule::matches` would, without putting each rule to
//! it. Every rule waits for predicates of which one must hold whenever the rule does; what waiting
//! rules look for in one field is found in one pass over its value, and only the rules thus woken
//! are evaluated. [`json`] reads a line of JSON so that values are searched where they stand. What it
//! is not: it knows no logsource (the caller says which section an event is put to), explains no
//! match and keeps no state.
//!
//! Start reading at [`Plan`], then `trigger.rs` (what rules wait for) and `index/mod.rs` (how it is
//! found).

mod canon;
mod commonness;
mod event;
mod index;
pub mod json;
mod literal;
mod narrow;
mod node;
mod plan;
mod predicate;
mod scratch;
mod trigger;
mod values;

pub use event::{Event, Field, Sourced, load};
pub use narrow::Narrow;
pub use plan::{Plan, Section};
pub use scratch::Scratch;
pub use values::Loaded;
