//! Frames between sites over NATS leafnodes: one `nats-server` a site, attached to one or more hubs.
//!
//! What it is: [`Leafnodes`], a [`Carrier`](aurora_federation_carrier::Carrier) with a supervised server
//! of its own, whose configuration is generated from the site directory: whom it lets in, by which keys,
//! and which subjects cross. What it is not: the site's bus. That is another server, which nothing from
//! outside reaches; no JetStream runs here, so none crosses a link. Start reading at [`Leafnodes::start`],
//! then [`config`].
//!
//! **Invariant:** a site can speak only on subjects that name it as the sender, and hears only those that
//! name it as the receiver; its hub sees to that, whatever runs at the site.

mod anchor;
mod carrier;
mod config;
mod error;
mod keeper;
mod options;
mod roll;
mod seen;
mod subjects;
mod way;

pub use carrier::{Leafnodes, Start};
pub use config::{Config, Hub, Member, Remote, config};
pub use error::Error;
pub use options::{BadHub, HubAddress, Options};
pub use subjects::{Rights, rights};

use aurora_nats_server::Version;

/// Older servers are refused: their leafnodes have known holes.
pub const FLOOR: Version = Version(2, 14, 0);
