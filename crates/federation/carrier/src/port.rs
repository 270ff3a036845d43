use std::collections::BTreeMap;
use std::net::SocketAddr;

use async_trait::async_trait;
use aurora_model::SiteId;
use aurora_secrets::Secret;
use bytes::Bytes;

use crate::Figures;

/// Every carrier takes frames up to that long.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;

/// A site that may be reached: a line of the signed site directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub site: SiteId,
    /// The site's name, such as `site-b`; carriers that name subjects or accounts use it.
    pub name: String,
    /// `host:port` of its direct listener, for carriers that dial. `None`: it dials us.
    pub address: Option<String>,
    /// Its Ed25519 public keys that hold now; more than one while keys are rotated.
    pub keys: Vec<[u8; 32]>,
    /// Whether the two have to do with each other: a carrier makes the way. Another site is let in when it comes,
    /// as it may know another directory.
    pub near: bool,
}

/// Whether others can dial this site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listening {
    /// They are not to.
    #[default]
    Nowhere,
    At(SocketAddr),
    /// Why not, and what to do; it is tried again.
    Failing(String),
}

/// What a carrier tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Frames may be sent to the site from now on. It comes again when the way was made anew or was silent
    /// meanwhile: what was on it may be lost.
    Connected(SiteId),
    /// They may not any more.
    Disconnected(SiteId),
    /// `from` is what the carrier itself knows, from a certificate or a subject, never from the bytes.
    Frame { from: SiteId, bytes: Bytes },
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way; whether it arrives is not known.
    Away,
    /// There was no room, and it is lost.
    Full,
    /// The site is not connected.
    NoWay,
    /// It is longer than [`MAX_FRAME_BYTES`].
    TooLong,
}

/// A way to other sites. Starting one is the adapter's own; it runs until [`Carrier::close`].
#[async_trait]
pub trait Carrier: Send + Sync + std::fmt::Debug {
    /// As operators know it: `direct`, `nats`.
    fn name(&self) -> &'static str;

    /// The sites that may be reached, all of them, whenever that changes. Whoever is not among them
    /// is disconnected and not heard; who was near and is not any more is disconnected.
    fn set_peers(&self, peers: &[Peer]);

    /// From now on this site shows the key of that seed (RFC 8032, section 5.1.5) to whoever it meets;
    /// links that are there stay. A carrier that shows no key does nothing.
    fn renew(&self, _seed: &Secret<[u8; 32]>) {}

    /// Sends a frame, without waiting.
    fn send(&self, to: SiteId, frame: Bytes) -> Sent;

    /// What happened next; `None` when the carrier is closed. One caller at a time.
    async fn next(&self) -> Option<Event>;

    /// Closes the way to a site and opens it again, because nothing came over it. The site is told of
    /// as disconnected and, when it is reached again, as connected.
    fn reopen(&self, peer: SiteId);

    /// Of each site since the start. They are counted before the event is told.
    fn figures(&self) -> BTreeMap<SiteId, Figures>;

    /// Why it does not work as it should, and what to do; it is tried again.
    fn problem(&self) -> Option<String> {
        None
    }

    /// Ends it; what is queued is lost.
    async fn close(&self);
}
