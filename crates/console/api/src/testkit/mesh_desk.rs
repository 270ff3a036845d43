//! A mesh of four sites, one of which cannot be heard.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_messages::{
    AuditHead, LinkCarrier, LinkMoment, LinkState, MeshStatus, OutboxHead, Reach, SiteLink,
    SiteNode, SiteTier, Topology,
};
use aurora_model::{Context, Origin, Scope, SiteId};

use super::FakeSite;
use crate::MeshDesk;
use crate::site::{Error, Result};

/// Links that a drill cut; `None` while the site is not federated.
#[derive(Debug, Default)]
pub(super) struct Mesh(Mutex<Option<BTreeSet<SiteId>>>);

struct Place {
    label: &'static str,
    name: &'static str,
    tier: SiteTier,
    state: LinkState,
    rtt_ms: f64,
    backlog_out: u64,
    agents: u32,
}

const PLACES: [Place; 3] = [
    Place {
        label: "cairo",
        name: "Branch SOC - Cairo",
        tier: SiteTier::Secondary,
        state: LinkState::Healthy,
        rtt_ms: 41.6,
        backlog_out: 0,
        agents: 6,
    },
    Place {
        label: "riyadh",
        name: "فرع الرياض",
        tier: SiteTier::Secondary,
        state: LinkState::Degraded,
        rtt_ms: 2_310.0,
        backlog_out: 3,
        agents: 4,
    },
    Place {
        label: "nairobi",
        name: "Branch SOC - Nairobi",
        tier: SiteTier::Secondary,
        state: LinkState::Down,
        rtt_ms: 96.2,
        backlog_out: 17,
        agents: 5,
    },
];

const HOUR: Duration = Duration::from_secs(3600);

fn id(label: &str) -> SiteId {
    SiteId(
        Derive::new("aurora.testkit.place")
            .part(label.as_bytes())
            .finish(),
    )
}

/// Where three of seven sample alerts come from in a federated site.
pub fn origin(index: u64, now: Timestamp) -> Option<Origin> {
    let place = match index % 7 {
        3 => &PLACES[0],
        5 => &PLACES[1],
        0 => &PLACES[2],
        _ => return None,
    };
    Some(Origin {
        site: id(place.label),
        label: place.label.to_owned(),
        received_at: now.minus(Duration::from_secs(index * 40)),
        late: index.is_multiple_of(2),
        changed_at: now.minus(Duration::from_secs(index * 40)),
    })
}

impl FakeSite {
    /// From now on the site is federated with three others.
    pub fn federate(&self) {
        *self.mesh.cuts() = Some(BTreeSet::new());
    }

    fn turn(&self, context: &Context, site: SiteId, cut: bool) -> Result<()> {
        let action = if cut {
            "federation.cut"
        } else {
            "federation.heal"
        };
        {
            let mut cuts = self.mesh.cuts();
            let Some(cuts) = cuts.as_mut() else {
                return Err(Error::conflict("this site is not federated"));
            };
            if !PLACES.iter().any(|place| id(place.label) == site) {
                return Err(Error::not_found("site", site));
            }
            if cut {
                cuts.insert(site);
            } else {
                cuts.remove(&site);
            }
        }
        let now = self.clock.now();
        self.state().record(context, now, action, site);
        Ok(())
    }
}

impl Mesh {
    fn cuts(&self) -> std::sync::MutexGuard<'_, Option<BTreeSet<SiteId>>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl MeshDesk for FakeSite {
    async fn topology(&self, scope: &Scope) -> Result<Option<Topology>> {
        let Some(cuts) = self.mesh.cuts().clone() else {
            return Ok(None);
        };
        let now = self.clock.now();
        let mut nodes = vec![here(scope.site)];
        nodes.extend(PLACES.iter().map(|place| node(place, &cuts, now)));
        let links = PLACES
            .iter()
            .map(|place| link(scope.site, place, &cuts, now));
        Ok(Some(Topology {
            now: MeshStatus {
                here: scope.site,
                drills: true,
                nodes,
                links: links.collect(),
                left: Vec::new(),
            },
            at: now,
            history: history(scope.site, now),
        }))
    }

    async fn cut_link(&self, context: &Context, site: SiteId) -> Result<()> {
        self.turn(context, site, true)
    }

    async fn heal_link(&self, context: &Context, site: SiteId) -> Result<()> {
        self.turn(context, site, false)
    }
}

fn here(site: SiteId) -> SiteNode {
    SiteNode {
        label: "hq".to_owned(),
        agents: 8,
        policy: "5f1d2c3b4a596877".to_owned(),
        alerts_last_hour: 12,
        ..SiteNode::here(site, "Headquarters".to_owned(), "0.0.0".to_owned())
    }
}

fn node(place: &Place, cuts: &BTreeSet<SiteId>, now: Timestamp) -> SiteNode {
    let site = id(place.label);
    let (reach, heard) = match (cuts.contains(&site), place.state) {
        (true, _) => (Reach::Indirect, Duration::from_secs(44)),
        (false, LinkState::Down) => (Reach::Down, HOUR * 3),
        _ => (Reach::Up, Duration::from_millis(3_200)),
    };
    SiteNode {
        id: site,
        label: place.label.to_owned(),
        name: place.name.to_owned(),
        tier: place.tier,
        reach,
        via: match reach {
            Reach::Indirect => vec![id(PLACES[1].label)],
            _ => Vec::new(),
        },
        heard_ms: Some(u64::try_from(heard.as_millis()).unwrap_or(u64::MAX)),
        heard_at: Some(now.minus(heard)),
        interval_ms: Some(10_000),
        skew_ms: Some(-12),
        agents: place.agents,
        policy: "5f1d2c3b4a596877".to_owned(),
        software: "0.0.0".to_owned(),
        audit: Some(AuditHead {
            size: 4_096,
            root: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".to_owned(),
            witnessed: Some(4_096),
            forked: false,
        }),
        outbox: vec![OutboxHead {
            channel: "alerts".to_owned(),
            epoch: 1,
            high: u64::from(place.agents) * 10,
        }],
        alerts_last_hour: u64::from(place.agents),
    }
}

fn link(here: SiteId, place: &Place, cuts: &BTreeSet<SiteId>, now: Timestamp) -> SiteLink {
    let site = id(place.label);
    let cut = cuts.contains(&site);
    let state = if cut { LinkState::Down } else { place.state };
    let down = state == LinkState::Down;
    SiteLink {
        from: here,
        to: site,
        state,
        since: now.minus(if cut {
            Duration::from_secs(40)
        } else {
            HOUR * 3
        }),
        rtt_ms: Some(place.rtt_ms),
        loss: if down { 1.0 } else { 0.0 },
        backlog_out: place.backlog_out,
        backlog_in: 0,
        last_sync: Some(now.minus(if down {
            HOUR * 3
        } else {
            Duration::from_secs(4)
        })),
        carrier: (!down).then(|| "nats".to_owned()),
        carriers: vec![
            LinkCarrier {
                name: "nats".to_owned(),
                connected: !down,
                ..LinkCarrier::default()
            },
            LinkCarrier {
                name: "direct".to_owned(),
                connected: state == LinkState::Healthy,
                ..LinkCarrier::default()
            },
        ],
        cut,
    }
}

/// A day in which one link fell once an hour ago, and another three hours ago for good.
fn history(here: SiteId, now: Timestamp) -> Vec<LinkMoment> {
    let mut moments = Vec::new();
    let mut at = |place: &Place, ago: Duration, state: LinkState| {
        let up = matches!(state, LinkState::Healthy | LinkState::Degraded);
        moments.push(LinkMoment {
            at: now.minus(ago),
            from: here,
            to: id(place.label),
            state,
            carrier: up.then(|| "nats".to_owned()),
            rtt_ms: up.then_some(place.rtt_ms),
            backlog_out: if up { 0 } else { place.backlog_out },
            backlog_in: 0,
        });
    };
    let [cairo, riyadh, nairobi] = &PLACES;
    for place in &PLACES {
        at(place, HOUR * 23, LinkState::Healthy);
    }
    at(cairo, HOUR * 9, LinkState::Degraded);
    at(cairo, HOUR * 8, LinkState::Healthy);
    at(riyadh, HOUR * 2, LinkState::Degraded);
    at(nairobi, HOUR * 4, LinkState::Degraded);
    at(nairobi, HOUR * 3, LinkState::Down);
    moments.sort_by_key(|moment| moment.at);
    moments
}
