//! Incidents: alerts that share entities, close in time; and the entities themselves.
//!
//! What it is: [`correlate`], the pure heart that joins alerts, the same whatever the order in
//! which they come; [`IncidentService`], which keeps its results as documents; [`Desk`] and
//! [`AssetDesk`], where people decide; and the entity store ([`assets`]). What it is not: a rule
//! engine, or a place for the life of alerts; it reads alerts and never writes one. Start reading
//! at [`correlate`].
//!
//! Invariant: what people decided of an incident survives every recalculation and every merge.

pub mod assets;
pub mod correlate;
mod desk;
mod document;
mod error;
mod life;
mod options;
mod reader;
mod service;
mod settle;

pub use assets::{AssetDesk, EntityService, Set};
pub use desk::Desk;
pub use error::Error;
pub use life::{Command, MAX_NOTES, NOTE_CHARS, apply};
pub use options::Options;
pub use service::IncidentService;
