use aurora_clock::Timestamp;
use aurora_model::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// This site and those it is federated with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sites {
    /// Whether federation is switched on; without it the only site is this one.
    pub federated: bool,
    /// This site first, the others by name.
    pub sites: Vec<SiteNode>,
}

/// The mesh as this site sees it, and how it was in the last 24 hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Topology {
    #[serde(flatten)]
    pub now: MeshStatus,
    /// When the answer was made.
    #[schema(value_type = i64)]
    pub at: Timestamp,
    /// Oldest first: an entry whenever a link's state or carrier changed, and at least every five
    /// minutes. Since the site started, at most 24 hours.
    pub history: Vec<LinkMoment>,
}

/// What a federated site knows of the mesh at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeshStatus {
    #[schema(value_type = String)]
    pub here: SiteId,
    /// Whether links may be cut for a drill.
    pub drills: bool,
    /// This site among them.
    pub nodes: Vec<SiteNode>,
    /// From this site to each other one: a site knows its own links and no others.
    pub links: Vec<SiteLink>,
    /// Sites that were in the mesh and are not any more; their alerts stay.
    pub left: Vec<DepartedSite>,
}

/// A site that left the mesh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DepartedSite {
    #[schema(value_type = String)]
    pub id: SiteId,
    pub label: String,
    pub name: String,
    /// When this site heard of it.
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

/// A site, as it says of itself and as it is heard here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SiteNode {
    #[schema(value_type = String)]
    pub id: SiteId,
    /// The operators' short name: `site-b`. What an origin badge shows.
    pub label: String,
    /// `Branch SOC - Cairo`.
    pub name: String,
    pub tier: SiteTier,
    pub reach: Reach,
    /// Sites that this one hears and that may hear it, while this one does not.
    #[schema(value_type = Vec<String>)]
    pub via: Vec<SiteId>,
    /// Age of its last heartbeat in milliseconds, on this site's steady clock; absent for this site
    /// and for one that was never heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_ms: Option<u64>,
    /// When that was, by this site's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub heard_at: Option<Timestamp>,
    /// What the last heartbeat promised until the next, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_ms: Option<u64>,
    /// How far its clock is ahead of this site's, in milliseconds, half the round trip allowed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
    /// Hosts that are enrolled there.
    pub agents: u32,
    /// Version of the policies in force there.
    pub policy: String,
    pub software: String,
    /// The head of its audit log, as it said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditHead>,
    /// How far its own outbox reaches.
    pub outbox: Vec<OutboxHead>,
    /// Its alerts that this site holds and that were made in the last hour.
    pub alerts_last_hour: u64,
}

impl SiteNode {
    /// The site that is asked: it hears itself, so there is nothing of heartbeats to tell.
    pub fn here(id: SiteId, name: String, software: String) -> Self {
        Self {
            id,
            label: String::new(),
            name,
            tier: SiteTier::Primary,
            reach: Reach::Here,
            via: Vec::new(),
            heard_ms: None,
            heard_at: None,
            interval_ms: None,
            skew_ms: None,
            agents: 0,
            policy: String::new(),
            software,
            audit: None,
            outbox: Vec::new(),
            alerts_last_hour: 0,
        }
    }
}

/// The head of a site's audit log, and whether others vouch for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditHead {
    /// Entries.
    pub size: u64,
    /// Of the tree over them, in base64.
    pub root: String,
    /// Entries of the newest head that this site has cosigned; of this site's own log, the newest that
    /// another site has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<u64>,
    /// It does not continue what was seen of it before.
    pub forked: bool,
}

/// The newest record of one stream of a site's outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutboxHead {
    /// `alerts`, `cases` or `policy`.
    pub channel: String,
    /// Rises when an outbox is restored from a backup.
    pub epoch: u32,
    /// Number of its newest record.
    pub high: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteTier {
    Primary,
    #[default]
    Secondary,
}

/// Whether a site can be reached; a link that is down does not mean that its site is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nothing can be said yet, or this site slept.
    #[default]
    Unknown,
    Here,
    /// It is heard.
    Up,
    /// The link is down, and others hear the site.
    Indirect,
    /// Nobody hears it.
    Down,
}

/// The way to another site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SiteLink {
    #[schema(value_type = String)]
    pub from: SiteId,
    #[schema(value_type = String)]
    pub to: SiteId,
    pub state: LinkState,
    /// Since when it is in that state, by this site's clock.
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// 95th percentile of the last round trips, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// Share of the last 30 heartbeats that did not come, 0 to 1.
    pub loss: f64,
    /// Records held here that the other site has not said it has read.
    pub backlog_out: u64,
    /// Records that the other site holds and this one misses.
    pub backlog_in: u64,
    /// When nothing was missing on either side last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub last_sync: Option<Timestamp>,
    /// Name of the carrier that is used now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    pub carriers: Vec<LinkCarrier>,
    /// Cut by an operator's drill.
    pub cut: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    #[default]
    Unknown,
    Healthy,
    Degraded,
    Down,
}

impl LinkState {
    /// Whether what is sent arrives.
    pub const fn carries(self) -> bool {
        matches!(self, Self::Healthy | Self::Degraded)
    }
}

/// One of the ways that carry a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkCarrier {
    /// `nats` or `direct`.
    pub name: String,
    pub connected: bool,
    /// Why not, or where to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How often it was connected, since the start.
    pub connects: u64,
    pub frames_sent: u64,
    pub bytes_sent: u64,
    pub frames_received: u64,
    pub bytes_received: u64,
    /// Frames that found no room; what they held is asked for again.
    pub frames_lost: u64,
}

/// How a link was at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkMoment {
    #[schema(value_type = i64)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub from: SiteId,
    #[schema(value_type = String)]
    pub to: SiteId,
    pub state: LinkState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    pub backlog_out: u64,
    pub backlog_in: u64,
}
