//! Direct links between sites over mutual TLS.
//!
//! What it is: [`Direct`], the carrier that listens, dials the sites of the directory and keeps one link
//! with each; [`Courier`], which asks at another site's door before the two are in one mesh. What it is
//! not: an authority; each end is known by its key, which the site directory lists.
//!
//! A frame waits in a queue with a bound and is lost when there is no room. Both ends ping every second: beside
//! a link that brings nothing for two and a half another one is dialled, and after five it is over. Both ends
//! dial, again and again without waiting for the attempt before, so that the age of an attempt never counts;
//! of two links that cross, the one that the site with the lower identity dialled stays.
//!
//! Start reading at `links.rs`.

mod carrier;
mod connection;
mod courier;
mod dial;
mod error;
mod links;
mod listen;
mod sites;
mod wire;

pub use carrier::{Direct, Options};
pub use courier::Courier;
pub use error::Error;

/// Names of protocols (RFC 7301): a link between two sites of a mesh, and a question at a door.
const LINK: &[u8] = b"aurora-link/1";
const DOOR: &[u8] = b"aurora-door/1";
/// A connection must be there by then, and the other end have said who it is: three round trips, and a first packet
/// that was lost.
const ATTEMPT: std::time::Duration = std::time::Duration::from_secs(8);
