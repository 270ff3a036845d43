//! What comes of a frame.

use aurora_model::SiteId;
use bytes::Bytes;

use super::{AHEAD, Action, Arrival, Carrier, Mesh, Now, Reason, send};
use crate::{Frame, Refusal, Sealed, Step, StreamId};

/// A record is late when it is pulled after that long.
const LATE: std::time::Duration = std::time::Duration::from_secs(60);

impl Mesh {
    pub(super) fn receive(
        &mut self,
        from: SiteId,
        carrier: Carrier,
        frame: &Bytes,
        now: Now,
        actions: &mut Vec<Action>,
    ) {
        if let Err(reason) = self.take_frame(from, carrier, frame, now, actions) {
            actions.push(Action::Reject { from, reason });
        }
    }

    fn take_frame(
        &mut self,
        from: SiteId,
        carrier: Carrier,
        frame: &Bytes,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Reason> {
        if !self.directory.knows(from) || from == self.options.site {
            return Err(Reason::Stranger);
        }
        match Frame::decode(frame)? {
            Frame::Beat(beat) => {
                self.beaten((from, carrier), &beat, now, actions)?;
                self.pull(now, actions);
            }
            Frame::Echo { number, held } => self.echoed(from, number, held, now),
            Frame::Announce(bytes) => {
                self.take_record(from, bytes, true, now, actions)?;
            }
            Frame::Records(records) => self.take_records(from, records, now, actions)?,
            Frame::Pull {
                stream,
                from: first,
                to,
            } => {
                let kept = self.marks.get(&stream).map_or(0, crate::Mark::high);
                let until = to.min(kept);
                if first >= 1 && first <= until {
                    actions.push(Action::Serve {
                        to: from,
                        carrier,
                        stream,
                        from: first,
                        until,
                    });
                }
            }
            Frame::Notice(bytes) => actions.push(Action::Notice { from, bytes }),
            Frame::Since { life, version } => {
                let answer = self.asked_since(from, (life, version), now);
                actions.push(send(from, carrier, answer.encode().into()));
            }
            Frame::Digest {
                life,
                version,
                more,
                heads,
                heard,
            } => self.told(from, (life, version, more), &heads, &heard, now, actions),
            Frame::Probe(site) => {
                let age = self
                    .peers
                    .get(&site)
                    .and_then(|peer| peer.link.age(now.steady));
                let age = age.map(|age| u32::try_from(age.as_millis()).unwrap_or(u32::MAX));
                let answer = Frame::Heard { site, age };
                actions.push(send(from, carrier, answer.encode().into()));
            }
            Frame::Heard { site, age } => {
                let lately = age.is_some_and(|age| age < 15_000);
                if let Some(peer) = self.peers.get_mut(&site).filter(|_| lately) {
                    peer.link.heard_by_another(now.steady);
                }
            }
        }
        Ok(())
    }

    fn take_records(
        &mut self,
        from: SiteId,
        records: Vec<Bytes>,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), Reason> {
        let mut streams = std::collections::BTreeSet::new();
        let mut taken = Ok(());
        for bytes in records {
            match self.take_record(from, bytes, false, now, actions) {
                Ok(stream) => _ = streams.insert(stream),
                Err(reason) => {
                    taken = Err(reason);
                    break;
                }
            }
        }
        for stream in streams {
            self.pulls.answered(&stream);
            self.pull_stream(stream, now, actions);
        }
        taken
    }

    fn take_record(
        &mut self,
        from: SiteId,
        bytes: Bytes,
        live: bool,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<StreamId, Reason> {
        let limit = self.options.records_per_second;
        if !self
            .peers
            .entry(from)
            .or_default()
            .admits(limit, now.steady)
        {
            return Err(Reason::TooMany);
        }
        let record = Sealed::decode(bytes)?;
        let stream = record.record().stream;
        if self.directory.has_left(stream.origin) {
            return Err(Reason::Departed);
        }
        match record.verify(&self.directory) {
            Ok(()) => {}
            Err(Refusal::UnknownKey) => {
                self.pulls.block(stream, from, None);
                let reason = Reason::Refused(Refusal::UnknownKey);
                actions.push(Action::Quarantine {
                    from,
                    record,
                    reason,
                });
                return Ok(stream);
            }
            Err(refusal) => return Err(refusal.into()),
        }
        if stream.origin == self.options.site {
            return self.own(from, &record);
        }
        let time = record.record().hlc.time();
        if time > now.wall.plus(AHEAD) {
            self.pulls.block(stream, from, Some(time.minus(AHEAD)));
            let reason = Reason::AheadOfTime;
            actions.push(Action::Quarantine {
                from,
                record,
                reason,
            });
            return Ok(stream);
        }
        self.keep(record, live, now, actions);
        Ok(stream)
    }

    /// A record of this site that a peer sends back is one it made, or somebody has its key.
    fn own(&self, _from: SiteId, record: &Sealed) -> Result<StreamId, Reason> {
        let (stream, seq) = (record.record().stream, record.record().seq);
        let made = self
            .marks
            .get(&stream)
            .is_some_and(|mark| mark.high() >= seq);
        match made {
            true => Ok(stream),
            false => Err(Reason::InOurName),
        }
    }

    fn keep(&mut self, record: Sealed, live: bool, now: Now, actions: &mut Vec<Action>) {
        let stream = record.record().stream;
        if self.forked.contains(&stream) {
            return;
        }
        let mark = self.marks.entry(stream).or_default();
        match mark.take(record.record(), record.hash()) {
            Step::New => {
                let hlc = record.record().hlc;
                self.clock = self.clock.max(hlc);
                let old = now.wall.since(hlc.time()) > LATE;
                let arrival = match !live && old {
                    true => Arrival::Late,
                    false => Arrival::Live,
                };
                let mark = mark.clone();
                self.gossip.moved(stream);
                if !mark.is_complete() {
                    self.pulls.told([stream]);
                }
                let bytes = record.bytes().clone();
                actions.push(Action::Keep {
                    record,
                    mark,
                    arrival,
                });
                if live {
                    self.relay(stream.origin, &bytes, now, actions);
                }
            }
            Step::Known => actions.push(Action::Compare(record)),
            Step::TooFar => {}
            Step::Forked { beside } => {
                self.forked.insert(stream);
                let held = None;
                actions.push(Action::Evidence {
                    held,
                    came: record,
                    beside,
                });
            }
        }
    }
}
