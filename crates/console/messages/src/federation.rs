use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_model::{Severity, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{SiteLink, SiteNode, SiteTier};

/// How this site federates, with whom, and who is on the way in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FederationStatus {
    /// Absent while this site does not federate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<FederatedHere>,
    /// By label.
    pub peers: Vec<FederatedPeer>,
    pub joining: Vec<JoiningSite>,
    pub counts: FederationCounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederatedHere {
    #[schema(value_type = String)]
    pub site: SiteId,
    /// The operators' short name: `site-b`.
    pub label: String,
    pub name: String,
    pub tier: SiteTier,
    /// Alerts of this severity and above are shared.
    pub floor: Severity,
    /// Of this site's key, as people compare it.
    pub fingerprint: String,
    /// All of them as the directory lists them, oldest first.
    pub keys: Vec<FederatedKey>,
    /// Whether a new key waits for the primary to list it.
    pub rotating: bool,
    /// Version of the site directory; absent before this site is in a mesh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub primary: Option<SiteId>,
    /// Where other sites dial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listens: Option<String>,
    /// Why they cannot, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Carriers that do not work as they should, why, and what to do; each tries again by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub problems: BTreeMap<String, String>,
    /// Whether links may be cut for a drill.
    pub drills: bool,
}

/// Another site of the directory and the link to it: what the map has of both, and how it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FederatedPeer {
    #[serde(flatten)]
    pub node: SiteNode,
    #[serde(flatten)]
    pub link: SiteLink,
    /// Where it is dialled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Of the key that it signs by now.
    pub fingerprint: String,
    /// Oldest first, former ones among them.
    pub keys: Vec<FederatedKey>,
}

/// A key of a site, and when it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederatedKey {
    /// As people compare it.
    pub fingerprint: String,
    /// Absent for a site's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub from: Option<Timestamp>,
    /// Absent for one that nothing replaces yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub until: Option<Timestamp>,
}

/// A site on the way into the mesh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoiningSite {
    /// The site that asks; when `outgoing`, the primary that is asked.
    #[schema(value_type = String)]
    pub site: SiteId,
    pub label: String,
    pub name: String,
    /// What both operators compare.
    pub code: String,
    /// Whether the operator here has.
    pub verified: bool,
    /// Whether it is this site that wants to join.
    pub outgoing: bool,
    #[schema(value_type = i64)]
    pub since: Timestamp,
    /// Why it does not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FederationCounts {
    /// Alerts told to others, and changes of alerts, since the start.
    pub published: u64,
    /// Those that others told, since the start.
    pub received: u64,
    /// Of these, after the sites could not hear each other.
    pub late: u64,
    /// Records that are kept aside now.
    pub quarantined: u64,
    /// Proofs that a site said two things.
    pub evidence: u64,
    /// What was refused since the start, by reason.
    pub rejected: BTreeMap<String, u64>,
}

/// Asks for an invitation for one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    /// The short name that the site must have; empty for any.
    #[serde(default)]
    pub label: String,
    /// Minutes for which it is good.
    #[serde(default = "quarter_of_an_hour")]
    pub minutes: u64,
}

const fn quarter_of_an_hour() -> u64 {
    15
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvitationCreated {
    /// Shown this once.
    pub code: String,
    /// Of the primary's key.
    pub fingerprint: String,
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
}

/// Asks the primary to let this site in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinMesh {
    /// The invitation.
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinAsked {
    /// What both operators compare.
    pub compare: String,
}

/// Says that the operator has compared a code with the operator of the other site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifySite {
    /// As it was read out; spaces and dashes are of no meaning.
    pub code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SiteVerified {
    pub label: String,
}

/// Leaves the mesh, or takes a site out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveMesh {
    /// At the primary, the site to take out, by its short name; absent for this site.
    #[serde(default)]
    pub site: Option<String>,
}

/// Replaces the site's key among sites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// Minutes for which the former key still counts; 0 when somebody else may have it.
    #[serde(default = "day")]
    pub overlap_minutes: u64,
}

const fn day() -> u64 {
    24 * 60
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRotated {
    /// Of the key that is replaced, as people compare it.
    pub former: String,
    /// Of the new one.
    pub fingerprint: String,
    /// Whether the site directory lists it already. At any other site than the primary it does once
    /// the primary has heard of it; until then the former one signs.
    pub listed: bool,
}
