//! The status that operators read.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_clock::Timestamp;
use aurora_federation::link::State;
use aurora_federation::{AuditHead, View};
use aurora_federation_carrier::{Figures, Listening};
use aurora_model::SiteId;

use crate::directory::{Listed, ListedKey};
use crate::host::Host;
use crate::keys::fingerprint;
use crate::status::{
    AuditStatus, CarrierStatus, Here, Joining, KeyStatus, Moment, PeerStatus, Status,
};

/// As operators see them.
fn keys(listed: &Listed) -> Vec<KeyStatus> {
    let shown = |key: &ListedKey| KeyStatus {
        fingerprint: fingerprint(&key.public),
        from: (key.from.as_millis() > 0).then_some(key.from),
        until: key.ends().then_some(key.until),
    };
    listed.keys.iter().map(shown).collect()
}

impl Host {
    fn views(&self) -> BTreeMap<SiteId, View> {
        let views = self.mesh.views(self.parts.clock.elapsed());
        views.into_iter().map(|view| (view.site, view)).collect()
    }

    fn carrier_name(&self, number: u8) -> Option<&'static str> {
        let carrier = self.parts.carriers.get(usize::from(number));
        carrier.map(|carrier| carrier.name())
    }

    /// Adds to the links' history, and notes which of them miss nothing.
    pub(crate) fn note_links(&mut self) {
        let now = self.now();
        for (site, view) in self.views() {
            let is_synced = view.backlog.out == 0 && view.backlog.into == 0;
            if is_synced && view.beat.is_some() && view.state == State::Healthy {
                self.synced.insert(site, now.wall);
            }
            let moment = Moment {
                at: now.wall,
                peer: site,
                state: view.state,
                carrier: view.carrier.and_then(|it| self.carrier_name(it.0)),
                rtt_ms: view.echo.map(|echo| echo.as_secs_f64() * 1e3),
                backlog_out: view.backlog.out,
                backlog_in: view.backlog.into,
            };
            self.history().note(moment, now.steady);
        }
    }

    pub(crate) fn show(&self) {
        let status = Arc::new(self.status());
        self.status.send_replace(Some(status));
    }

    fn status(&self) -> Status {
        let listing = self.directory.as_ref().map(|it| it.listing());
        let mut counts = self.counts.clone();
        counts.quarantined = self.aside() as u64;
        Status {
            at: self.parts.clock.now(),
            here: self.here(),
            peers: self.peers(),
            left: self.left.clone(),
            joining: self.joining(),
            counts,
        }
        .with_directory(listing.map(|it| (it.version, it.primary)))
    }

    fn here(&self) -> Here {
        let options = &self.parts.options;
        let listens = self.parts.listens.borrow().clone();
        let about = self.mesh.about().clone();
        Here {
            site: self.parts.scope.site,
            label: options.site_id.clone(),
            name: self.parts.name.clone(),
            tier: options.site_tier.into(),
            software: self.parts.software.clone(),
            floor: options.min_severity,
            fingerprint: fingerprint(&self.key.public()),
            keys: self.own_listed().map_or_else(Vec::new, keys),
            rotating: self.own.is_changing(&self.key.public()),
            directory: None,
            primary: None,
            drills: options.drills,
            listens: match &listens {
                Listening::At(at) => Some(*at),
                _ => None,
            },
            problem: match listens {
                Listening::Failing(problem) => Some(problem),
                _ => None,
            },
            problems: self.problems(),
            agents: about.agents,
            policy: about.policy,
            audit: about.audit.map(|head| AuditStatus {
                head,
                witnessed: self.witnessing.cosigned.values().copied().max(),
                forked: false,
            }),
            outbox: self.mesh.outbox(),
        }
    }

    /// Carriers that do not work as they should.
    fn problems(&self) -> BTreeMap<String, String> {
        let carriers = self.parts.carriers.iter();
        let failing = carriers.filter_map(|it| Some((it.name().to_owned(), it.problem()?)));
        failing.collect()
    }

    fn peers(&self) -> Vec<PeerStatus> {
        let Some(directory) = &self.directory else {
            return Vec::new();
        };
        let (views, here) = (self.views(), self.parts.scope.site);
        let problems = self.problems();
        let carriers: Vec<(&'static str, BTreeMap<SiteId, Figures>)> = self
            .parts
            .carriers
            .iter()
            .map(|carrier| (carrier.name(), carrier.figures()))
            .collect();
        let others = directory.listing().sites.iter();
        let others = others.filter(|listed| listed.site != here);
        let mut peers: Vec<PeerStatus> = others
            .map(|listed| {
                let of =
                    |(name, figures): &(&'static str, BTreeMap<SiteId, Figures>)| CarrierStatus {
                        name,
                        problem: problems.get(*name).cloned(),
                        figures: figures.get(&listed.site).copied().unwrap_or_default(),
                    };
                let carriers = carriers.iter().map(of).collect();
                self.peer(listed, views.get(&listed.site), carriers)
            })
            .collect();
        peers.sort_by(|a, b| a.label.cmp(&b.label));
        peers
    }

    fn peer(
        &self,
        listed: &Listed,
        view: Option<&View>,
        carriers: Vec<CarrierStatus>,
    ) -> PeerStatus {
        let now = self.parts.clock.now();
        let millis =
            |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let beat = view.and_then(|view| view.beat.as_ref());
        let age = view.and_then(|view| view.age);
        let used = view.and_then(|view| view.carrier);
        PeerStatus {
            site: listed.site,
            label: listed.label.clone(),
            name: listed.name.clone(),
            tier: listed.tier.into(),
            address: listed.address.clone(),
            fingerprint: fingerprint(&listed.key()),
            keys: keys(listed),
            state: view.map_or(State::Unknown, |view| view.state),
            since: self
                .history()
                .since(listed.site)
                .unwrap_or(listed.joined_at),
            heard_ms: age.map(millis),
            heard_at: age.map(|age| now.minus(age)),
            interval_ms: view.and_then(|view| view.interval).map(millis),
            rtt_ms: view
                .and_then(|view| view.echo)
                .map(|echo| echo.as_secs_f64() * 1e3),
            skew_ms: view.and_then(|view| view.skew),
            loss: view.map_or(0.0, |view| view.loss),
            agents: beat.map_or(0, |beat| beat.agents),
            policy: beat.map_or_else(String::new, |beat| beat.policy.clone()),
            software: beat.map_or_else(String::new, |beat| beat.software.clone()),
            audit: beat
                .and_then(|beat| beat.audit)
                .map(|head| self.witnessed(listed.site, head)),
            outbox: beat.map_or_else(Vec::new, |beat| {
                let own = beat
                    .heads
                    .iter()
                    .filter(|it| it.stream.origin == listed.site);
                own.copied().collect()
            }),
            backlog_out: view.map_or(0, |view| view.backlog.out),
            backlog_in: view.map_or(0, |view| view.backlog.into),
            last_sync: self.synced.get(&listed.site).copied(),
            via_others: view.is_some_and(|view| view.heard_by_others),
            carrier: used.and_then(|it| self.carrier_name(it.0)),
            carriers,
            cut: self.cut.contains(&listed.site),
            alerts_last_hour: self.recent.count(listed.site, now),
        }
    }

    fn witnessed(&self, site: SiteId, head: AuditHead) -> AuditStatus {
        let seen = self.witnessing.seen.get(&site);
        AuditStatus {
            head,
            witnessed: seen.map(|seen| seen.size),
            forked: seen.is_some_and(|seen| seen.forked),
        }
    }

    fn joining(&self) -> Vec<Joining> {
        let now = self.parts.clock.now();
        let good = self
            .invitations
            .iter()
            .filter(|(_, kept)| kept.is_good(now));
        let guests = good.filter_map(|(_, kept)| kept.guest.as_ref());
        let guests = guests.filter(|guest| !guest.admitted);
        let mut joining: Vec<Joining> = guests
            .map(|guest| Joining {
                site: guest.site,
                label: guest.label.clone(),
                name: guest.name.clone(),
                code: guest.code.clone(),
                verified: false,
                outgoing: false,
                since: guest.at,
                problem: None,
            })
            .collect();
        joining.extend(self.asked.as_ref().map(|asked| Joining {
            site: asked.invitation.primary,
            label: asked.invitation.address.clone(),
            name: String::new(),
            code: asked.invitation.comparison(&self.key.public()),
            verified: asked.verified,
            outgoing: true,
            since: asked.at,
            problem: self.problem.clone(),
        }));
        joining
    }
}

impl Status {
    fn with_directory(mut self, directory: Option<(u64, SiteId)>) -> Self {
        self.here.directory = directory.map(|(version, _)| version);
        self.here.primary = directory.map(|(_, primary)| primary);
        self
    }
}

/// Alerts that came in the last hour, by origin and minute.
#[derive(Debug, Default)]
pub(crate) struct Recent(BTreeMap<(SiteId, i64), u64>);

const MINUTE: i64 = 60_000;

impl Recent {
    /// An alert that its site made then.
    pub fn note(&mut self, site: SiteId, made: Timestamp, now: Timestamp) {
        let (made, now) = (made.as_millis() / MINUTE, now.as_millis() / MINUTE);
        self.0.retain(|(_, minute), _| *minute > now - 60);
        if made > now - 60 {
            *self.0.entry((site, made)).or_default() += 1;
        }
    }

    fn count(&self, site: SiteId, now: Timestamp) -> u64 {
        let now = now.as_millis() / MINUTE;
        let of = self
            .0
            .iter()
            .filter(|((of, minute), _)| *of == site && *minute > now - 60);
        of.map(|(_, count)| count).sum()
    }
}
