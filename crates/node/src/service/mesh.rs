use async_trait::async_trait;
use aurora_api::MeshDesk;
use aurora_api::site::Result;
use aurora_federation_service::{Handle, Here, Moment, PeerStatus, Status};
use aurora_messages::{
    LinkCarrier, LinkMoment, LinkState, MeshStatus, Reach, SiteLink, SiteNode, Topology,
};
use aurora_model::{Context, Scope, SiteId};

use super::SiteService;
use super::federation::{link_state, tier, told};

#[async_trait]
impl MeshDesk for SiteService {
    async fn topology(&self, _: &Scope) -> Result<Option<Topology>> {
        let Some(handle) = &self.parts.federation else {
            return Ok(None);
        };
        let status = handle.status();
        Ok(status.map(|status| drawn(&status, handle)))
    }

    async fn cut_link(&self, context: &Context, site: SiteId) -> Result<()> {
        let cut = self.mesh()?.cut(context.clone(), Some(site.to_string()));
        cut.await.map(drop).map_err(told)
    }

    async fn heal_link(&self, context: &Context, site: SiteId) -> Result<()> {
        let healed = self.mesh()?.heal(context.clone(), Some(site.to_string()));
        healed.await.map(drop).map_err(told)
    }
}

fn drawn(status: &Status, handle: &Handle) -> Topology {
    let here = status.here.site;
    let others = status.peers.iter().map(|peer| node(peer, status));
    let history = handle.history();
    Topology {
        now: MeshStatus {
            here,
            drills: status.here.drills,
            nodes: std::iter::once(own(&status.here)).chain(others).collect(),
            links: status.peers.iter().map(|peer| link(here, peer)).collect(),
        },
        at: status.at,
        history: history.iter().map(|moment| past(here, moment)).collect(),
    }
}

fn own(here: &Here) -> SiteNode {
    SiteNode {
        label: here.label.clone(),
        tier: tier(here.tier),
        ..SiteNode::here(here.site, here.name.clone(), here.software.clone())
    }
}

fn node(peer: &PeerStatus, status: &Status) -> SiteNode {
    let reach = reach(peer);
    // Which of the sites that are heard hears it is not told; any of them may.
    let heard = status
        .peers
        .iter()
        .filter(|it| link_state(it.state).carries());
    let via = heard.map(|it| it.site).filter(|site| *site != peer.site);
    SiteNode {
        id: peer.site,
        label: peer.label.clone(),
        name: peer.name.clone(),
        tier: tier(peer.tier),
        reach,
        via: match reach {
            Reach::Indirect => via.collect(),
            _ => Vec::new(),
        },
        heard_ms: peer.heard_ms,
        heard_at: peer.heard_at,
        interval_ms: peer.interval_ms,
        skew_ms: peer.skew_ms,
        agents: peer.agents,
        policy: peer.policy,
        software: peer.software.clone(),
        alerts_last_hour: peer.alerts_last_hour,
    }
}

/// A link that is cut for a drill, or that a site was silent on for long, says nothing of the site where
/// others hear it.
fn reach(peer: &PeerStatus) -> Reach {
    let quiet = peer.heard_ms.is_none_or(|age| age > LONG);
    match link_state(peer.state) {
        LinkState::Down if peer.via_others => Reach::Indirect,
        LinkState::Degraded if peer.via_others && quiet => Reach::Indirect,
        LinkState::Down => Reach::Down,
        LinkState::Unknown => Reach::Unknown,
        LinkState::Healthy | LinkState::Degraded => Reach::Up,
    }
}

/// Milliseconds without a beat, after which others are asked.
const LONG: u64 = 30_000;

fn link(here: SiteId, peer: &PeerStatus) -> SiteLink {
    let carriers = peer.carriers.iter().map(|carrier| LinkCarrier {
        name: carrier.name.to_owned(),
        connected: carrier.figures.connected,
        detail: None,
    });
    SiteLink {
        from: here,
        to: peer.site,
        state: link_state(peer.state),
        since: peer.since,
        rtt_ms: peer.rtt_ms,
        loss: peer.loss,
        backlog_out: peer.backlog_out,
        backlog_in: peer.backlog_in,
        last_sync: peer.last_sync,
        carrier: peer.carrier.map(str::to_owned),
        carriers: carriers.collect(),
        cut: peer.cut,
    }
}

fn past(here: SiteId, moment: &Moment) -> LinkMoment {
    LinkMoment {
        at: moment.at,
        from: here,
        to: moment.peer,
        state: link_state(moment.state),
        carrier: moment.carrier.map(str::to_owned),
        rtt_ms: moment.rtt_ms,
        backlog_out: moment.backlog_out,
        backlog_in: moment.backlog_in,
    }
}
