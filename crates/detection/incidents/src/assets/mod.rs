//! Hosts, users, addresses, devices and accounts: which there are, since when, and what people
//! know of them.
//!
//! [`Census`] is the pure part: it hears of sightings and says what must be written. The service
//! around it reads event batches, and of each event only the few texts that name somebody
//! (`extract.rs`).

mod census;
mod desk;
mod extract;
mod service;

pub use census::Census;
pub use desk::{AssetDesk, Set};
pub use extract::{Sighting, sightings};
pub use service::EntityService;

use aurora_model::EntityKind;

/// Whether entities of this kind are kept. Programs, files and hashes are known by their alerts.
pub const fn is_asset(kind: EntityKind) -> bool {
    matches!(
        kind,
        EntityKind::Host
            | EntityKind::User
            | EntityKind::Address
            | EntityKind::Device
            | EntityKind::Account
    )
}
