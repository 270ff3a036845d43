//! Health gossip: when beats go out, and what comes of those that come in.

use std::time::Duration;

use aurora_model::SiteId;
use bytes::Bytes;

use super::{Action, Carrier, Mesh, Now, Reason, head, send};
use crate::link::State;
use crate::{Beat, Frame, Head, SignedBeat, StreamId};

/// Between beats on a link that is well; spread by a tenth so that a mesh does not beat in step.
const CALM: Duration = Duration::from_secs(10);
/// Between beats on any other link.
const EAGER: Duration = Duration::from_secs(2);
/// Between beats on a link that is well here while the other site's beats say that it is not there: it has to hear
/// many of them in a row before it is. Not the same as [`EAGER`], so that two links that are well do not keep each other
/// eager.
const OBLIGING: Duration = Duration::from_millis(1_750);
/// So many beats without a word make a connected carrier suspicious.
const QUIET: u32 = 3;
/// Beats whose echo is waited for.
const SENT: usize = 32;

impl Mesh {
    pub(super) fn connected(
        &mut self,
        site: SiteId,
        carrier: Carrier,
        now: Now,
        actions: &mut Vec<Action>,
    ) {
        if !self.directory.knows(site) {
            let reason = Reason::Stranger;
            return actions.push(Action::Reject { from: site, reason });
        }
        let is_first = self
            .peers
            .get(&site)
            .is_none_or(|it| it.carriers.is_empty());
        if is_first {
            self.offer(site, carrier, actions);
        }
        let peer = self.peers.entry(site).or_default();
        peer.carriers.insert(carrier, now.steady);
        // Heads on every connect.
        peer.next = now.steady;
        self.beat(now, actions);
        self.pulls.forget(site, carrier);
        self.pull(now, actions);
    }

    /// The other hears soon how far this site is: what it announced may be lost, and nobody knows.
    pub(super) fn beat_soon(&mut self, to: SiteId, now: Now) {
        if let Some(peer) = self.peers.get_mut(&to) {
            peer.next = peer.next.min(now.steady + EAGER);
        }
    }

    /// Sends the beats that are due, over every carrier there is.
    pub(super) fn beat(&mut self, now: Now, actions: &mut Vec<Action>) {
        let due: Vec<SiteId> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.next <= now.steady && !peer.carriers.is_empty())
            .filter(|(site, _)| self.overlay.is_near(**site))
            .map(|(site, _)| *site)
            .collect();
        if due.is_empty() {
            return;
        }
        let mut beat = Beat {
            site: self.options.site,
            life: self.life,
            number: 0,
            interval: 0,
            clock: self.clock.next(now.wall),
            name: self.options.name.clone(),
            tier: self.options.tier,
            agents: self.about.agents,
            policy: self.about.policy.clone(),
            software: self.options.software.clone(),
            audit: self.about.audit,
            heads: match self.overlay.is_whole() {
                true => self.heads(),
                // Of the others digests tell.
                false => self.outbox(),
            },
        };
        for site in due {
            let Some(peer) = self.peers.get_mut(&site) else {
                continue;
            };
            peer.sent_beats += 1;
            let interval = match (peer.link.state(), peer.link.interval()) {
                (State::Healthy, Some(EAGER)) => OBLIGING,
                (State::Healthy, _) => spread(beat.site, peer.sent_beats),
                _ => EAGER,
            };
            peer.next = now.steady + interval;
            peer.sent.insert(peer.sent_beats, now.steady);
            while peer.sent.len() > SENT {
                peer.sent.pop_first();
            }
            beat.number = peer.sent_beats;
            beat.interval = u32::try_from(interval.as_millis()).unwrap_or(u32::MAX);
            let frame = Bytes::from(Frame::Beat(beat.sign(&self.signer)).encode());
            let carriers = peer.carriers.keys();
            actions.extend(carriers.map(|carrier| send(site, *carrier, frame.clone())));
        }
    }

    /// Of streams whose origin is in the mesh: what is missing of others nobody asks for.
    pub(super) fn heads(&self) -> Vec<Head> {
        let one = |(stream, mark): (&StreamId, &crate::Mark)| Head {
            stream: *stream,
            high: mark.high(),
            hash: mark.head(),
            complete: mark.is_complete(),
        };
        let marks = self.marks.iter();
        let marks = marks.filter(|(stream, _)| self.directory.knows(stream.origin));
        marks.map(one).collect()
    }

    pub(super) fn beaten(
        &mut self,
        (from, carrier): (SiteId, Carrier),
        signed: &SignedBeat,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Reason> {
        let beat = signed.beat()?;
        if beat.site != from {
            return Err(Reason::WrongSender);
        }
        signed.verify(&beat, &self.directory)?;
        let peer = self.peers.entry(from).or_default();
        if (beat.life, beat.number) < peer.beat {
            return Err(Reason::OldBeat);
        }
        peer.carriers.insert(carrier, now.steady);
        if (beat.life, beat.number) == peer.beat {
            // The same over another carrier.
            return Ok(());
        }
        peer.beat = (beat.life, beat.number);
        let interval = Duration::from_millis(beat.interval.into());
        peer.link.beat(beat.number, interval, now.steady);
        if interval == EAGER {
            peer.next = peer.next.min(now.steady + OBLIGING);
        }
        let echo = Frame::Echo {
            number: beat.number,
            held: 0,
        };
        actions.push(send(from, carrier, echo.encode().into()));
        let heads = beat.heads.iter().map(|head| (head.stream, *head));
        match self.overlay.is_whole() {
            true => peer.heads = heads.collect(),
            // It speaks of its own streams alone; what a digest told of others stays.
            false => peer.heads.extend(heads),
        }
        peer.skew = Some(beat.clock.time().as_millis() - now.wall.as_millis());
        peer.last = Some(beat.clone());
        self.pulls.told(beat.heads.iter().map(|head| head.stream));
        self.look_for_lost(&beat.heads, actions);
        Ok(())
    }

    /// Others may hold records of this site that it has not: then its outbox is an older one.
    pub(super) fn look_for_lost(&mut self, heads: &[Head], actions: &mut Vec<Action>) {
        for theirs in heads
            .iter()
            .filter(|head| head.stream.origin == self.options.site)
        {
            let lost = theirs.stream;
            let (high, hash) = head(self.marks.get(&lost));
            let epoch = self.epochs.entry(lost.channel).or_insert(1);
            let is_ahead = theirs.high > high || (theirs.high == high && theirs.hash != hash);
            if lost.epoch >= *epoch && is_ahead {
                *epoch = lost.epoch + 1;
                let until = theirs.high;
                actions.push(Action::Restored { lost, until });
            }
        }
    }

    pub(super) fn echoed(&mut self, from: SiteId, number: u64, held: u32, now: Now) {
        let Some(peer) = self.peers.get_mut(&from) else {
            return;
        };
        if let Some(sent) = peer.sent.get(&number) {
            let held = Duration::from_millis(held.into());
            let took = now.steady.saturating_sub(*sent).saturating_sub(held);
            peer.link.echoed(took);
        }
    }

    /// Carriers that say they are connected but bring nothing.
    pub(super) fn reopen_quiet(&mut self, now: Now, actions: &mut Vec<Action>) {
        let near = |site: &SiteId| self.overlay.is_near(*site);
        for (site, peer) in self.peers.iter_mut().filter(|(site, _)| near(site)) {
            for (carrier, heard) in &mut peer.carriers {
                if now.steady.saturating_sub(*heard) >= CALM * QUIET {
                    *heard = now.steady;
                    let (peer, carrier) = (*site, *carrier);
                    actions.push(Action::Reopen { peer, carrier });
                }
            }
        }
    }
}

/// Between 90 and 110 % of the calm interval, another for each site and beat.
fn spread(site: SiteId, number: u64) -> Duration {
    let seed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(site.0.as_bytes()[0]) << 40;
    let part = u32::try_from((seed >> 33) % 201).unwrap_or(0);
    CALM * 9 / 10 + CALM * part / 1000
}
