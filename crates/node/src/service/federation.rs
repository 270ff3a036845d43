use async_trait::async_trait;
use aurora_api::FederationDesk;
use aurora_api::site::{Error, Result};
use aurora_federation::{Tier, link};
use aurora_federation_service::{Error as Refused, Handle, Joining, PeerStatus, Status};
use aurora_messages::{
    FederatedHere, FederatedPeer, FederationCounts, FederationStatus, InvitationCreated,
    InvitationRequest, JoinAsked, JoinMesh, JoiningSite, LinkState, PeerCarrier, SiteTier,
    SiteVerified, VerifySite,
};
use aurora_model::{Context, Scope};

use super::SiteService;

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
        Refused::Invitation(_) | Refused::Minutes { .. } | Refused::Option(_) => {
            Error::invalid(text)
        }
        Refused::NotPrimary
        | Refused::IsPrimary
        | Refused::Joined
        | Refused::NotJoined
        | Refused::NotInvited
        | Refused::LabelTaken(_)
        | Refused::NoDrills
        | Refused::NoDoor
        | Refused::NoAddress
        | Refused::Refused(_) => Error::conflict(text),
        Refused::Unreachable(_) | Refused::Stopping => Error::unavailable(text),
        other => Error::internal(other),
    }
}

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
            directory: here.directory,
            primary: here.primary,
            listens: here.listens.map(|address| address.to_string()),
            drills: here.drills,
        }),
        peers: status.peers.iter().map(peer).collect(),
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

fn peer(peer: &PeerStatus) -> FederatedPeer {
    FederatedPeer {
        site: peer.site,
        label: peer.label.clone(),
        name: peer.name.clone(),
        tier: tier(peer.tier),
        address: peer.address.clone(),
        fingerprint: peer.fingerprint.clone(),
        state: link_state(peer.state),
        since: peer.since,
        cut: peer.cut,
        heard_ms: peer.heard_ms,
        rtt_ms: peer.rtt_ms,
        skew_ms: peer.skew_ms,
        loss: peer.loss,
        backlog_out: peer.backlog_out,
        backlog_in: peer.backlog_in,
        last_sync: peer.last_sync,
        carrier: peer.carrier.map(str::to_owned),
        carriers: peer
            .carriers
            .iter()
            .map(|it| PeerCarrier {
                name: it.name.to_owned(),
                connected: it.figures.connected,
                connects: it.figures.connects,
                frames_sent: it.figures.frames_sent,
                bytes_sent: it.figures.bytes_sent,
                frames_received: it.figures.frames_received,
                bytes_received: it.figures.bytes_received,
                frames_lost: it.figures.frames_lost,
            })
            .collect(),
        software: peer.software.clone(),
    }
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
