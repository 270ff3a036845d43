use std::time::Duration;

use async_trait::async_trait;
use aurora_api::FederationDesk;
use aurora_api::site::{Error, Result};
use aurora_federation::{Tier, link};
use aurora_federation_service::{Error as Refused, Handle, Joining, KeyStatus, PeerStatus, Status};
use aurora_messages::{
    FederatedHere, FederatedKey, FederatedPeer, FederationCounts, FederationStatus,
    InvitationCreated, InvitationRequest, JoinAsked, JoinMesh, JoiningSite, KeyRotated, LinkState,
    RotateKey, SiteTier, SiteVerified, VerifySite,
};
use aurora_model::{Context, Scope};
use aurora_telemetry::Metric;

use super::SiteService;
use super::mesh::{link as link_to, node};

impl SiteService {
    /// The part of the site that federates.
    pub(super) fn mesh(&self) -> Result<&Handle> {
        self.parts.federation.as_ref().ok_or_else(|| {
            Error::conflict("this site does not federate")
                .fix("set FEDERATION_ENABLED=true and FEDERATION_SITE_ID, and start it again")
        })
    }
}

#[async_trait]
impl FederationDesk for SiteService {
    async fn federation(&self, _: &Scope) -> Result<FederationStatus> {
        let handle = self.parts.federation.as_ref();
        let status = handle.and_then(Handle::status);
        Ok(status.map_or_else(FederationStatus::default, |it| shown(&it)))
    }

    async fn invite_site(
        &self,
        context: &Context,
        request: &InvitationRequest,
    ) -> Result<InvitationCreated> {
        let (label, minutes) = (request.label.clone(), request.minutes);
        let invited = self.mesh()?.invite(context.clone(), label, minutes).await;
        let invited = invited.map_err(told)?;
        Ok(InvitationCreated {
            code: invited.code.expose().clone(),
            fingerprint: invited.fingerprint,
            expires_at: invited.expires_at,
        })
    }

    async fn join_mesh(&self, context: &Context, request: &JoinMesh) -> Result<JoinAsked> {
        let code = aurora_secrets::Secret::new(request.code.clone());
        let asked = self.mesh()?.join(context.clone(), code).await;
        let compare = asked.map_err(told)?;
        Ok(JoinAsked { compare })
    }

    async fn verify_site(&self, context: &Context, request: &VerifySite) -> Result<SiteVerified> {
        let verified = self.mesh()?.verify(context.clone(), request.code.clone());
        let label = verified.await.map_err(told)?;
        Ok(SiteVerified { label })
    }

    async fn rotate_key(&self, context: &Context, request: &RotateKey) -> Result<KeyRotated> {
        let overlap = Duration::from_secs(request.overlap_minutes.saturating_mul(60));
        let rotated = self.mesh()?.rotate(context.clone(), overlap).await;
        let rotated = rotated.map_err(told)?;
        Ok(KeyRotated {
            former: rotated.former,
            fingerprint: rotated.fingerprint,
            listed: rotated.listed,
        })
    }

    async fn leave_mesh(&self, context: &Context, site: Option<&str>) -> Result<()> {
        let left = self.mesh()?.leave(context.clone(), site.map(str::to_owned));
        left.await.map_err(told)
    }
}

/// What an operator is told when the mesh does not do it.
pub(super) fn told(refused: Refused) -> Error {
    let text = refused.to_string();
    match refused {
        Refused::NoSuchCode(_) | Refused::NoSuchSite(_) => Error::conflict(text)
            .fix("`aurorasoc federation status` lists sites and who asks to join"),
        Refused::Invitation(_)
        | Refused::Minutes { .. }
        | Refused::Overlap { .. }
        | Refused::Option(_) => Error::invalid(text),
        Refused::NotPrimary
        | Refused::IsPrimary
        | Refused::Joined
        | Refused::NotJoined
        | Refused::NotInvited
        | Refused::Rotating
        | Refused::LabelTaken(_)
        | Refused::NoDrills
        | Refused::NoDoor
        | Refused::NoAddress
        | Refused::Refused(_) => Error::conflict(text),
        Refused::Unreachable(_) | Refused::Stopping => Error::unavailable(text),
        other => Error::internal(other),
    }
}

/// The mesh as it is now; nothing of it at a site that does not federate.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn measure(site: &SiteService) {
    let status = site.parts.federation.as_ref().and_then(Handle::status);
    let (Some(status), metrics) = (status, &site.parts.metrics) else {
        return;
    };
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    for (name, state) in STATES {
        let links = status.peers.iter().filter(|peer| peer.state == state);
        metrics.set(
            Metric::FederationLinks,
            &[name],
            whole(links.count() as u64),
        );
    }
    let backlog = |site: &str, out: u64, into: u64| {
        metrics.set(Metric::FederationBacklog, &[site, "out"], whole(out));
        metrics.set(Metric::FederationBacklog, &[site, "in"], whole(into));
    };
    for peer in &status.peers {
        let rtt = peer.rtt_ms.map_or(0, |rtt| rtt.round() as i64);
        metrics.set(Metric::FederationRtt, &[&peer.label], rtt);
        backlog(&peer.label, peer.backlog_out, peer.backlog_in);
    }
    // A registry keeps what was set once.
    let is_back = |label: &String| status.peers.iter().any(|peer| peer.label == *label);
    for left in status.left.values().filter(|left| !is_back(&left.label)) {
        metrics.set(Metric::FederationRtt, &[&left.label], 0);
        backlog(&left.label, 0, 0);
    }
    let counts = &status.counts;
    for (kind, count) in [
        ("sent", counts.published),
        ("received", counts.received),
        ("late", counts.late),
    ] {
        metrics.set(Metric::FederationRecords, &[kind], whole(count));
    }
    metrics.set(
        Metric::FederationQuarantined,
        &[],
        whole(counts.quarantined),
    );
    metrics.set(Metric::FederationEvidence, &[], whole(counts.evidence));
    let refused = counts.rejected.values().sum();
    metrics.set(Metric::FederationRefused, &[], whole(refused));
}

const STATES: [(&str, link::State); 4] = [
    ("unknown", link::State::Unknown),
    ("healthy", link::State::Healthy),
    ("degraded", link::State::Degraded),
    ("down", link::State::Down),
];

pub(super) fn tier(tier: Tier) -> SiteTier {
    match tier {
        Tier::Primary => SiteTier::Primary,
        Tier::Secondary => SiteTier::Secondary,
    }
}

pub(super) fn link_state(state: link::State) -> LinkState {
    match state {
        link::State::Unknown => LinkState::Unknown,
        link::State::Healthy => LinkState::Healthy,
        link::State::Degraded => LinkState::Degraded,
        link::State::Down => LinkState::Down,
    }
}

fn shown(status: &Status) -> FederationStatus {
    let here = &status.here;
    let counts = status.counts.clone();
    FederationStatus {
        here: Some(FederatedHere {
            site: here.site,
            label: here.label.clone(),
            name: here.name.clone(),
            tier: tier(here.tier),
            floor: here.floor,
            fingerprint: here.fingerprint.clone(),
            keys: keys(&here.keys),
            rotating: here.rotating,
            directory: here.directory,
            primary: here.primary,
            listens: here.listens.map(|address| address.to_string()),
            problem: here.problem.clone(),
            problems: here.problems.clone(),
            drills: here.drills,
        }),
        peers: status.peers.iter().map(|it| peer(it, status)).collect(),
        joining: status.joining.iter().map(joining).collect(),
        counts: FederationCounts {
            published: counts.published,
            received: counts.received,
            late: counts.late,
            quarantined: counts.quarantined,
            evidence: counts.evidence,
            rejected: counts.rejected,
        },
    }
}

fn peer(peer: &PeerStatus, status: &Status) -> FederatedPeer {
    FederatedPeer {
        node: node(peer, status),
        link: link_to(status.here.site, peer),
        address: peer.address.clone(),
        fingerprint: peer.fingerprint.clone(),
        keys: keys(&peer.keys),
    }
}

fn keys(keys: &[KeyStatus]) -> Vec<FederatedKey> {
    let key = |key: &KeyStatus| FederatedKey {
        fingerprint: key.fingerprint.clone(),
        from: key.from,
        until: key.until,
    };
    keys.iter().map(key).collect()
}

fn joining(joining: &Joining) -> JoiningSite {
    JoiningSite {
        site: joining.site,
        label: joining.label.clone(),
        name: joining.name.clone(),
        code: joining.code.clone(),
        verified: joining.verified,
        outgoing: joining.outgoing,
        since: joining.since,
        problem: joining.problem.clone(),
    }
}
