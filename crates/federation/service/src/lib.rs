//! A site that federates: the mesh on records, carriers and clocks.
//!
//! What it is: [`Service`], which has the one [`aurora_federation::Mesh`] of a site, keeps what it wants
//! kept, puts other sites' alerts into the queue and tells them of this site's; [`Handle`], what the
//! site and its operators ask of it; [`directory`], who is in the mesh, signed by its primary. What it is
//! not: a network; that is a [`aurora_federation_carrier::Carrier`]. A site that does not federate makes
//! none of it.
//!
//! Invariants: a record, the mark of its stream and the alert that it is become durable together. What
//! another site told is never told on as this site's own. Nothing of a store that fails is believed: the
//! mesh is then made again from what is kept.
//!
//! Start reading at `host.rs`.

mod alarm;
mod audit;
mod departed;
pub mod directory;
mod error;
mod handle;
mod history;
mod host;
mod intake;
pub mod invitation;
mod keys;
mod membership;
mod options;
mod orders;
mod outlet;
mod pages;
mod rotation;
mod service;
mod shared;
mod show;
mod status;
mod store;
mod strays;
mod witness;

pub use alarm::{Alarm, Alarms};
pub use audit::{AuditLog, Checked, Failed, Judged};
pub use departed::Left;
pub use error::Error;
pub use handle::{Handle, Inbox, Invited, Rotated, handle};
pub use keys::{SiteKey, SiteKeys, fingerprint};
pub use options::{BadOption, Direct, Leafnodes, Options, SiteTier};
pub use service::{Parts, Service};
pub use status::{
    AuditStatus, CarrierStatus, Counts, Here, Joining, KeyStatus, Moment, PeerStatus, Status,
};

// A frame that the mesh makes fits into every carrier.
const _: () =
    assert!(aurora_federation::MAX_FRAME_BYTES <= aurora_federation_carrier::MAX_FRAME_BYTES);
