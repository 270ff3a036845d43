//! The window core of Sigma correlations: a pure, deterministic state machine.
//!
//! What it is: [`Spec`]s compiled to a [`Plan`]; a [`Shard`] of window state to which [`Input`]s are
//! applied and from which [`Action`]s come; the state as keys and values in bytes
//! ([`Shard::touched`], [`Shard::restore`]); and [`reevaluate`], which judges a window anew from
//! stored events. What it is not: it reads no clock, no disk, no event and no rule file. Whatever
//! depends on wall time is an input, so that a snapshot and the inputs after it give the same
//! actions, byte for byte.
//!
//! What a window is and when it fires is written at [`Kind`] and [`Condition`]; why alerts are
//! prompt and still final is `docs/adr/0012-eager-correlation.md`. Start reading at
//! [`Shard::apply`], then `sweep.rs`.

mod action;
mod bounds;
mod chunks;
mod closing;
mod codec;
mod entry;
mod error;
mod figure;
mod group;
mod input;
mod key;
mod lower;
mod measure;
mod nearest;
mod plan;
mod progress;
mod reevaluate;
mod restore;
mod rule;
mod sent;
mod settle;
mod shard;
mod sketch;
mod spec;
mod sweep;
mod timeline;
mod timers;

pub use action::{Action, Alert, AlertKey, BoundKind, BoundReached, MAX_EVIDENCE, Withdrawn};
pub use bounds::Bounds;
pub use error::Error;
pub use input::{Input, LateWindow, Match, MatchRef, Value};
pub use key::{GroupKey, Namespace};
pub use nearest::{Window, nearest};
pub use plan::{Correlation, Feed, Plan};
pub use reevaluate::reevaluate;
pub use restore::Restore;
pub use shard::{Shard, Stats, Touched};
pub use spec::{Base, Comparison, Condition, Kind, RuleExpr, Spec};
pub use timeline::{Timeline, Told};
