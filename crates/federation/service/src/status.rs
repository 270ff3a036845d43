//! What operators see of the mesh from here.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_federation::link::State;
use aurora_federation::{AuditHead, Head, Tier};
use aurora_federation_carrier::Figures;
use aurora_model::{Severity, SiteId};

use crate::Left;

/// The mesh at one moment, as this site sees it.
#[derive(Clone, Debug)]
pub struct Status {
    pub at: Timestamp,
    pub here: Here,
    /// By label.
    pub peers: Vec<PeerStatus>,
    /// Sites that were in the mesh once.
    pub left: BTreeMap<SiteId, Left>,
    /// Sites that ask to join this primary, or the primary that this site asks.
    pub joining: Vec<Joining>,
    pub counts: Counts,
}

/// This site.
#[derive(Clone, Debug)]
pub struct Here {
    pub site: SiteId,
    pub label: String,
    pub name: String,
    pub tier: Tier,
    pub software: String,
    /// Alerts from it on are shared.
    pub floor: Severity,
    /// Of this site's key, as people compare it.
    pub fingerprint: String,
    /// All of them, as the directory lists them.
    pub keys: Vec<KeyStatus>,
    /// Whether a new key waits for the primary to list it.
    pub rotating: bool,
    /// Version of the site directory in force; `None` before this site has joined anybody.
    pub directory: Option<u64>,
    pub primary: Option<SiteId>,
    /// Whether links may be cut for a drill.
    pub drills: bool,
    /// Where other sites dial, when somebody listens.
    pub listens: Option<std::net::SocketAddr>,
    /// Why nobody does.
    pub problem: Option<String>,
    /// Carriers that do not work as they should, and why.
    pub problems: BTreeMap<String, String>,
    pub agents: u32,
    pub policy: String,
    pub audit: Option<AuditStatus>,
    pub outbox: Vec<Head>,
}

/// Another site of the directory, and the link to it.
#[derive(Clone, Debug)]
pub struct PeerStatus {
    pub site: SiteId,
    pub label: String,
    pub name: String,
    pub tier: Tier,
    pub address: Option<String>,
    pub fingerprint: String,
    pub keys: Vec<KeyStatus>,
    pub state: State,
    /// When the state began, by this site's wall clock.
    pub since: Timestamp,
    /// Age of the last beat on this site's steady clock; `None` when it was never heard.
    pub heard_ms: Option<u64>,
    /// When that was, by this site's wall clock.
    pub heard_at: Option<Timestamp>,
    /// Until its next beat, as the last one promised.
    pub interval_ms: Option<u64>,
    /// 95th percentile of round trips.
    pub rtt_ms: Option<f64>,
    /// How far its clock is ahead.
    pub skew_ms: Option<i64>,
    /// Share of the last beats that did not come, 0 to 1.
    pub loss: f64,
    pub agents: u32,
    pub policy: String,
    pub software: String,
    pub audit: Option<AuditStatus>,
    /// Of its own streams.
    pub outbox: Vec<Head>,
    /// Records held here that it has not said it has read.
    pub backlog_out: u64,
    /// Records that it holds and this site misses.
    pub backlog_in: u64,
    /// When nothing was missing on either side last.
    pub last_sync: Option<Timestamp>,
    /// The link is down and others hear the site.
    pub via_others: bool,
    /// Carrier that is used now.
    pub carrier: Option<&'static str>,
    pub carriers: Vec<CarrierStatus>,
    /// By an operator's drill.
    pub cut: bool,
    pub alerts_last_hour: u64,
}

/// The head of a site's audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditStatus {
    pub head: AuditHead,
    /// Entries that this site has cosigned; of its own log, those that some other has.
    pub witnessed: Option<u64>,
    pub forked: bool,
}

/// A key of a site and when it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    pub fingerprint: String,
    /// `None` for a site's first.
    pub from: Option<Timestamp>,
    /// `None` for one that nothing replaces yet.
    pub until: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierStatus {
    pub name: &'static str,
    /// Why it does not work as it should.
    pub problem: Option<String>,
    pub figures: Figures,
}

/// Somebody on the way into the mesh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    pub site: SiteId,
    pub label: String,
    pub name: String,
    /// What both operators compare.
    pub code: String,
    /// Whether the operator here has.
    pub verified: bool,
    /// Whether it is this site that wants to join.
    pub outgoing: bool,
    pub since: Timestamp,
    /// Why it does not go on, as far as it does not.
    pub problem: Option<String>,
}

/// Since the start of the process, but for what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub published: u64,
    pub received: u64,
    /// Of these, after a partition.
    pub late: u64,
    /// Kept aside now.
    pub quarantined: u64,
    /// Pairs of records that prove that an origin said two things; kept.
    pub evidence: u64,
    /// Frames and records that were refused, by reason.
    pub rejected: BTreeMap<String, u64>,
}

/// How a link was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub at: Timestamp,
    pub peer: SiteId,
    pub state: State,
    pub carrier: Option<&'static str>,
    pub rtt_ms: Option<f64>,
    pub backlog_out: u64,
    pub backlog_in: u64,
}
