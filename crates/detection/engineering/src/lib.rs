//! What detection engineers ask about rules: what would it have found, why does it fire, what does it
//! cover, what changed, how is it.
//!
//! What it is: the questions as functions of rules, events and past alerts. [`backtest`] reads the
//! events port in bounded pages; everything else is pure. What it is not: an engine; rules are
//! evaluated by `aurora-rules`. It parses no records either: whoever has the parsers hands in events.
//!
//! Start reading at [`backtest::run`], then [`golden`].

pub mod attack;
pub mod backtest;
pub mod coverage;
pub mod diff;
mod error;
pub mod golden;
pub mod health;
mod ordered;
mod stateful;
mod subset;
pub mod versions;
mod windows;

pub use error::Error;
pub use stateful::{Correlator, Firing};
pub use subset::subset;
pub use windows::explain_correlation;
