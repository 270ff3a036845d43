use async_trait::async_trait;
use aurora_api::MeshDesk;
use aurora_api::site::Result;
use aurora_federation::{Channel, Head};
use aurora_federation_service::{AuditStatus, Handle, Here, Left, Moment, PeerStatus, Status};
use aurora_messages::{
    AuditHead, DepartedSite, LinkCarrier, LinkMoment, LinkState, MeshStatus, OutboxHead, Reach,
    SiteLink, SiteNode, Topology,
};
use aurora_model::{Context, Scope, SiteId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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
            left: left(status),
        },
        at: status.at,
        history: history.iter().map(|moment| past(here, moment)).collect(),
    }
}

fn left(status: &Status) -> Vec<DepartedSite> {
    let departed = |(site, left): (&SiteId, &Left)| DepartedSite {
        id: *site,
        label: left.label.clone(),
        name: left.name.clone(),
        at: left.at,
    };
    status.left.iter().map(departed).collect()
}

fn audit(status: AuditStatus) -> AuditHead {
    AuditHead {
        size: status.head.size,
        root: STANDARD.encode(status.head.root.0),
        witnessed: status.witnessed,
        forked: status.forked,
    }
}

fn outbox(heads: &[Head]) -> Vec<OutboxHead> {
    let head = |head: &Head| OutboxHead {
        channel: match head.stream.channel {
            Channel::Alerts => "alerts",
            Channel::Cases => "cases",
            Channel::Policy => "policy",
        }
        .to_owned(),
        epoch: head.stream.epoch,
        high: head.high,
    };
    heads.iter().map(head).collect()
}

fn own(here: &Here) -> SiteNode {
    SiteNode {
        label: here.label.clone(),
        tier: tier(here.tier),
        agents: here.agents,
        policy: here.policy.clone(),
        audit: here.audit.map(audit),
        outbox: outbox(&here.outbox),
        ..SiteNode::here(here.site, here.name.clone(), here.software.clone())
    }
}

pub(super) fn node(peer: &PeerStatus, status: &Status) -> SiteNode {
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
        policy: peer.policy.clone(),
        software: peer.software.clone(),
        audit: peer.audit.map(audit),
        outbox: outbox(&peer.outbox),
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

pub(super) fn link(here: SiteId, peer: &PeerStatus) -> SiteLink {
    let carriers = peer.carriers.iter().map(|carrier| LinkCarrier {
        name: carrier.name.to_owned(),
        connected: carrier.figures.connected,
        detail: carrier.problem.clone(),
        connects: carrier.figures.connects,
        frames_sent: carrier.figures.frames_sent,
        bytes_sent: carrier.figures.bytes_sent,
        frames_received: carrier.figures.frames_received,
        bytes_received: carrier.figures.bytes_received,
        frames_lost: carrier.figures.frames_lost,
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
