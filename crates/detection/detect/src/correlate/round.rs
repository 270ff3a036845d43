//! A round: messages applied in their order to all shards they are for. Shards know nothing of one
//! another, so that a long round is worked on by several threads, each with some of the shards.

use std::collections::BTreeMap;
use std::sync::Arc;

use aurora_bus::Delivery;
use aurora_correlation::{Input, MatchRef, Namespace};
use aurora_ids::Derive;
use aurora_model::{
    ContributionView, EntryView, Header, LaneView, MatchReader, MatchView, Shard, SourceName,
    Subject,
};
use aurora_rules::Program;
use aurora_window_state::{Batch, WindowStore};
use tracing::error;

use super::lane::{Lane, Lanes};
use super::outgoing::{Outgoing, value};
use crate::Error;

/// Bodies of fewer bytes are not worth a second thread.
const SHARED_BYTES: usize = 128 << 10;

/// Bytes that are committed at a time, about: more would only be memory.
const COMMIT_BYTES: usize = 32 << 20;

/// What a round came to, beside what the lanes hold.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// In the order in which they left; the number is the shard's own.
    pub(crate) outgoing: Vec<(Shard, u64, Outgoing)>,
    /// Sources that were heard of, and whether they are quiet.
    pub(crate) sources: BTreeMap<SourceName, bool>,
    /// Matches that were counted.
    pub(crate) matches: u64,
}

/// What a round works with.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) program: Arc<Program>,
    pub(crate) store: Arc<dyn WindowStore>,
    pub(crate) messages: Arc<Vec<Delivery>>,
    /// Windows of correlations that are gone are given up first.
    pub(crate) has_new_rules: bool,
}

/// The round of some of the shards.
#[derive(Debug, Default)]
struct Part {
    left: Vec<(Place, Shard, u64, Outgoing)>,
    sources: BTreeMap<SourceName, bool>,
    matches: u64,
}

/// Which message, by its sequence, and which of its entries.
type Place = (u64, usize);

impl Job {
    /// Applies the messages and commits what they change, durably; `threads` at most take part.
    pub(crate) async fn run(self, lanes: Lanes, threads: usize) -> Result<(Round, Lanes), Error> {
        let bytes: usize = self.messages.iter().map(|it| it.body.len()).sum();
        let threads = threads.clamp(1, 1 + bytes / SHARED_BYTES);
        let parts = split(lanes, threads).into_iter().map(|mut lanes| {
            let job = self.clone();
            tokio::task::spawn_blocking(move || job.work(&mut lanes).map(|part| (part, lanes)))
        });
        let parts: Vec<_> = parts.collect();
        let mut done = Vec::with_capacity(threads);
        for part in parts {
            done.push(part.await.map_err(Error::Evaluation)?);
        }
        let (mut round, mut lanes, mut left) = (Round::default(), Lanes::new(), Vec::new());
        for part in done {
            let (part, some) = part?;
            lanes.extend(some);
            left.extend(part.left);
            round.sources.extend(part.sources);
            round.matches += part.matches;
        }
        // As one thread would have given them.
        left.sort_by_key(|(place, shard, ..)| (*place, *shard));
        let left = left.into_iter();
        round.outgoing = left.map(|(_, shard, seq, out)| (shard, seq, out)).collect();
        Ok((round, lanes))
    }

    fn work(&self, lanes: &mut Lanes) -> Result<Part, aurora_window_state::Error> {
        if self.has_new_rules {
            lanes
                .values_mut()
                .for_each(|lane| lane.retain(&self.program));
        }
        let mut part = Part::default();
        part.take(&self.program, lanes, &self.messages);
        let (mut batches, mut bytes) = (Vec::new(), 0);
        for batch in lanes.values_mut().filter_map(Lane::batch) {
            bytes += size(&batch);
            batches.push(batch);
            // A shard's effect is whole in its own batch.
            if bytes >= COMMIT_BYTES {
                self.store.commit(&std::mem::take(&mut batches))?;
                bytes = 0;
            }
        }
        if !batches.is_empty() {
            self.store.commit(&batches)?;
        }
        Ok(part)
    }
}

/// Bytes of a shard's keys and values.
fn size(batch: &Batch) -> usize {
    let keys = batch.keys.iter();
    keys.map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len))
        .sum()
}

/// The shards in so many parts.
fn split(lanes: Lanes, parts: usize) -> Vec<Lanes> {
    let mut split: Vec<Lanes> = (0..parts).map(|_| Lanes::new()).collect();
    for (shard, lane) in lanes {
        split[usize::from(shard.number()) % parts].insert(shard, lane);
    }
    split
}

impl Part {
    /// Applies messages in their order. One that cannot be read is left out, loudly.
    fn take(&mut self, program: &Program, lanes: &mut Lanes, messages: &[Delivery]) {
        let mut reader = MatchReader::default();
        for message in messages {
            let shard = shard_of(message);
            // Another thread's, or delivered again after its effect was stored.
            let concerns = |shard| lanes.get(&shard).is_some_and(|lane| !lane.has(message.seq));
            if !shard.is_none_or(concerns) {
                continue;
            }
            let read = Header::from_bytes(&message.header)
                .and_then(|header| reader.read(&header, &message.body));
            match read {
                Ok(view) => self.take_batch(program, lanes, (message.seq, shard), &view),
                Err(error) => {
                    error!(seq = message.seq, %error, "matches cannot be correlated");
                }
            }
        }
    }

    fn take_batch(
        &mut self,
        program: &Program,
        lanes: &mut Lanes,
        (seq, shard): (u64, Option<Shard>),
        view: &MatchView<'_>,
    ) {
        let behind: Vec<Shard> = match shard {
            Some(_) => Vec::new(),
            None => lanes
                .values()
                .filter(|lane| !lane.has(seq))
                .map(|lane| lane.shard)
                .collect(),
        };
        for (place, entry) in view.entries.iter().enumerate() {
            let place = (seq, place);
            match entry {
                EntryView::Match(it) | EntryView::Withdraw(it) => {
                    let lane = shard.and_then(|shard| lanes.get_mut(&shard));
                    if let Some(lane) = lane {
                        let is_gone = matches!(entry, EntryView::Withdraw(_));
                        self.matches += u64::from(!is_gone);
                        self.one(program, lane, place, (&view.lanes[it.lane], it), is_gone);
                    }
                }
                EntryView::Progress { source, time } => {
                    let input = Input::Watermark {
                        source: number_of(source),
                        time: *time,
                    };
                    self.sources.insert(SourceName::new(source), false);
                    self.all(program, lanes, &behind, (place, source), &input);
                }
                EntryView::Quiet { source, .. } => {
                    let input = Input::Idle {
                        source: number_of(source),
                    };
                    self.sources.insert(SourceName::new(source), true);
                    self.all(program, lanes, &behind, (place, source), &input);
                }
            }
        }
    }

    fn one(
        &mut self,
        program: &Program,
        lane: &mut Lane,
        place: Place,
        (of, it): (&LaneView<'_>, &ContributionView<'_>),
        is_gone: bool,
    ) {
        lane.reach(place.0);
        let matched = MatchRef {
            correlation: Namespace(of.namespace),
            base: of.base,
            group: it.group,
            uid: it.event,
            time: it.time,
            claimed: it.claimed,
            value: value(it.value),
        };
        let actions = if is_gone {
            lane.windows.withdraw(program.plan(), &matched)
        } else {
            lane.windows.add(program.plan(), &matched)
        };
        if !actions.is_empty() {
            let left = lane.leave(program, &actions, &SourceName::new(of.source));
            self.left(place, lane.shard, left);
        }
    }

    fn all(
        &mut self,
        program: &Program,
        lanes: &mut Lanes,
        behind: &[Shard],
        (place, source): (Place, &str),
        input: &Input,
    ) {
        for shard in behind {
            let Some(lane) = lanes.get_mut(shard) else {
                continue;
            };
            lane.reach(place.0);
            let actions = lane.windows.apply(program.plan(), input);
            if !actions.is_empty() {
                let left = lane.leave(program, &actions, &SourceName::new(source));
                self.left(place, *shard, left);
            }
        }
    }

    fn left(&mut self, place: Place, shard: Shard, left: Vec<(u64, Outgoing)>) {
        let left = left.into_iter();
        self.left
            .extend(left.map(|(number, out)| (place, shard, number, out)));
    }
}

/// The shard that a message is for; none when it is for all of them.
pub(crate) fn shard_of(message: &Delivery) -> Option<Shard> {
    shard_of_subject(&message.subject)
}

pub(crate) fn shard_of_subject(subject: &Subject) -> Option<Shard> {
    let (_, number) = subject.as_str().rsplit_once('.')?;
    number.parse().ok().map(Shard::numbered)
}

/// Sources are numbers to windows.
fn number_of(source: &str) -> u32 {
    let id = Derive::new("aurora.correlation.source.v1")
        .part(source)
        .finish();
    let [a, b, c, d, ..] = *id.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aurora_clock::Timestamp;
    use aurora_correlation::{GroupKey, Shard as Windows};
    use aurora_ids::Id128;
    use aurora_model::envelope::{Format, Range, VERSION};
    use aurora_model::{
        BatchId, Contribution, EventUid, MatchBatch, MatchEntry, Measured, OriginId, RuleId,
        SHARDS, Scope, SiteId, TraceContext,
    };
    use aurora_rules::{Limits, RuleSet};
    use aurora_window_state_memory::MemoryWindows;
    use bytes::Bytes;

    const RULES: &str = r"title: Failed logon
id: logon
logsource:
    product: windows
detection:
    selection:
        EventID: 4625
    condition: selection
---
title: Brute force
id: many
correlation:
    type: event_count
    rules: [logon]
    group-by: [User]
    timespan: 10m
    condition:
        gte: 3
";

    fn delivery(seq: u64, subject: Subject, entries: Vec<MatchEntry>) -> Delivery {
        let id = Id128::from_bytes([7; 16]);
        let header = Header {
            format: Format::MatchBatch,
            version: VERSION,
            scope: Scope::of(SiteId(id)),
            producer: "test".to_owned(),
            trace: TraceContext::new(),
            source: SourceName::new("windows"),
            range: Range {
                origin: OriginId(id),
                first: 0,
                last: 0,
            },
            count: entries.len().try_into().unwrap(),
            records: 0,
            raw: None,
        };
        Delivery {
            seq,
            subject,
            id: BatchId(id),
            header: Bytes::from(header.to_bytes()),
            body: Bytes::from(MatchBatch { entries }.encode()),
            attempt: 1,
        }
    }

    /// Matches of a thousand users, and the source's progress now and then.
    fn messages(program: &Program) -> Vec<Delivery> {
        let correlation = &program.plan().correlations()[0];
        let source = SourceName::new("windows");
        let lane = Arc::new(aurora_model::Lane {
            correlation: RuleId("many".to_owned()),
            namespace: correlation.namespace().0,
            base: 0,
            rule: RuleId("logon".to_owned()),
            source: source.clone(),
        });
        let mut messages = Vec::new();
        for batch in 0..20_u64 {
            let mut shards: BTreeMap<Shard, Vec<MatchEntry>> = BTreeMap::new();
            for n in batch * 1000..(batch + 1) * 1000 {
                let user = format!("user{}", n.wrapping_mul(0x9e37_79b9) % 1_000);
                let group = GroupKey::new([user.as_str()]).bytes().to_vec();
                let time = Timestamp::from_millis(i64::try_from(n).unwrap() * 40);
                let shard = Shard::of_group("many", &group);
                shards
                    .entry(shard)
                    .or_default()
                    .push(MatchEntry::Match(Contribution {
                        lane: lane.clone(),
                        event: EventUid(Derive::new("test").number(n).finish()),
                        time,
                        claimed: time,
                        group,
                        value: Measured::Nothing,
                    }));
            }
            for (shard, entries) in shards {
                let seq = messages.len() as u64 + 1;
                messages.push(delivery(seq, Subject::matches_of(shard), entries));
            }
            let time = Timestamp::from_millis(i64::try_from(batch).unwrap() * 40_000);
            let entry = MatchEntry::Progress {
                source: source.clone(),
                time,
            };
            let seq = messages.len() as u64 + 1;
            messages.push(delivery(seq, Subject::matches_progress(), vec![entry]));
        }
        messages
    }

    async fn round(threads: usize) -> (Round, Vec<(Vec<u8>, Vec<u8>)>) {
        let rules = RuleSet::from_texts([("rules.yml", RULES)], aurora_rules::Options::default());
        let program = Arc::new(Program::of(&rules, Limits::default()));
        let store = Arc::new(MemoryWindows::new());
        let mut lanes = Lanes::new();
        for shard in (0..SHARDS).map(Shard::numbered) {
            let head = store.open(shard, 1).unwrap();
            lanes.insert(shard, Lane::new(shard, head, Windows::new()));
        }
        let job = Job {
            messages: Arc::new(messages(&program)),
            program,
            store: store.clone(),
            has_new_rules: false,
        };
        let (round, _) = job.run(lanes, threads).await.unwrap();
        let mut keys = Vec::new();
        for shard in (0..SHARDS).map(Shard::numbered) {
            store
                .load(shard, &mut |key, value| {
                    keys.push((key.to_vec(), value.to_vec()))
                })
                .unwrap();
        }
        (round, keys)
    }

    #[tokio::test]
    async fn many_threads_do_what_one_does() {
        let (one, kept) = round(1).await;
        let (many, also_kept) = round(5).await;
        assert!(one.outgoing.len() >= 1_000, "{}", one.outgoing.len());
        assert_eq!(one.outgoing, many.outgoing);
        assert_eq!((one.matches, one.sources), (many.matches, many.sources));
        assert_eq!(kept, also_kept);
    }
}
