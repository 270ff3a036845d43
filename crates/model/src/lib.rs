//! Vocabulary and messages that every plane shares. Values only: no clock, disk, socket or task.
//!
//! What it is: who and where ([`Scope`], [`Actor`], [`Context`]), what travels ([`RawBatch`],
//! [`EventBatch`], [`DeadLetter`], [`Alert`]) and on which subject ([`subjects`]). What it is not:
//! a place for behaviour; a plane's heart lives in the plane. Start reading at [`Context`], then
//! [`envelope`].

pub mod alert;
pub mod asset;
pub mod context;
pub mod deadletter;
pub mod effect;
pub mod engineering;
pub mod enrol;
pub mod envelope;
pub mod events;
pub mod finding;
pub mod ids;
pub mod incident;
pub mod ledger;
mod match_view;
pub mod matches;
pub mod raw;
pub mod relay;
pub mod scope;
pub mod severity;
pub mod subjects;
pub mod suppression;
pub mod trace;
mod wire;

pub use alert::{
    Alert, AlertStatus, Correlated, Disposition, Entity, EntityKind, GroupValue, MatchedField,
    Origin,
};
pub use asset::{Asset, Binding};
pub use context::{Action, Actor, AuthStrength, Context, Decision};
pub use deadletter::{DeadLetter, DeadLetterReason};
pub use envelope::{Envelope, Header, MAX_BODY_BYTES};
pub use events::{EventBatch, EventItem};
pub use finding::Finding;
pub use ids::{AlertId, BatchId, EntityId, EventUid, IncidentId, MatchId, OriginId, RuleId};
pub use incident::{
    Criticality, Incident, IncidentEntity, IncidentState, Member, Note, Reason, Score, Stage, Story,
};
pub use match_view::{ContributionView, EntryView, LaneView, MatchReader, MatchView};
pub use matches::{Contribution, Lane, MatchBatch, MatchEntry, Measured};
pub use raw::{MAX_RECORD_BYTES, Part, RawBatch, RawRecord, SourceName};
pub use scope::{Scope, SiteId, TenantId};
pub use severity::Severity;
pub use subjects::{SHARDS, Shard, Stream, Subject};
pub use suppression::Suppression;
pub use trace::TraceContext;
pub use wire::Error;
