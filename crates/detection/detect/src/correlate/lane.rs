//! One shard of windows, and a round of it: a pure step from messages to what is committed.

use std::collections::BTreeMap;

use aurora_bus::{Delivery, Lease};
use aurora_correlation::{Input, Shard as Windows};
use aurora_ids::Derive;
use aurora_model::{Header, MatchBatch, MatchEntry, Shard, SourceName};
use aurora_window_state::{Batch, Head};
use tracing::error;

use super::outgoing::{Outgoing, matched, outgoing};
use aurora_rules::Program;

/// A shard that this worker owns.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) shard: Shard,
    pub(crate) lease: Lease,
    pub(crate) windows: Windows,
    /// As the store will have it when the round is committed.
    pub(crate) head: Head,
    /// Outgoing messages up to this number were handed on.
    pub(crate) handed: u64,
    /// It has changed since the last commit.
    is_touched: bool,
    outgoing: Vec<Vec<u8>>,
}

/// All shards of one worker.
pub(crate) type Lanes = BTreeMap<Shard, Lane>;

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

impl Lane {
    pub(crate) fn new(lease: Lease, shard: Shard, head: Head, windows: Windows) -> Self {
        Self {
            shard,
            lease,
            windows,
            head,
            handed: head.handed,
            is_touched: false,
            outgoing: Vec::new(),
        }
    }

    /// Takes one input; `seq` is its message's.
    fn apply(
        &mut self,
        program: &Program,
        seq: u64,
        input: &Input,
        source: &SourceName,
        round: &mut Round,
    ) {
        self.is_touched = true;
        self.head.offset = seq;
        for action in self.windows.apply(program.plan(), input) {
            for out in outgoing(program, &action, source) {
                self.head.last_out += 1;
                self.outgoing.push(out.to_bytes());
                let number = self.head.last_out;
                round.outgoing.push((self.shard, number, out));
            }
        }
    }

    /// The rules have changed: windows of correlations that are gone are given up.
    pub(crate) fn retain(&mut self, program: &Program) {
        self.windows.retain(program.plan());
        self.is_touched = true;
    }

    /// What is to be committed since the last call, if anything is.
    pub(crate) fn batch(&mut self) -> Option<Batch> {
        if !std::mem::take(&mut self.is_touched) {
            return None;
        }
        Some(Batch {
            keys: self.windows.touched(),
            outgoing: std::mem::take(&mut self.outgoing),
            handed: self.handed,
            ..Batch::new(self.shard, self.lease.epoch, self.head.offset)
        })
    }
}

impl Round {
    /// Applies messages in their order. One that cannot be read is left out, loudly.
    pub(crate) fn take(&mut self, program: &Program, lanes: &mut Lanes, messages: &[Delivery]) {
        for message in messages {
            let read = Header::from_bytes(&message.header)
                .and_then(|header| MatchBatch::decode(&header, &message.body));
            match read {
                Ok(batch) => self.take_batch(program, lanes, message, batch),
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
        message: &Delivery,
        batch: MatchBatch,
    ) {
        let shard = shard_of(message);
        // Delivered again after its effect was stored.
        let is_known = |lane: &Lane| lane.head.offset >= message.seq;
        if shard.is_some_and(|shard| lanes.get(&shard).is_none_or(is_known)) {
            return;
        }
        let behind: Vec<Shard> = lanes
            .values()
            .filter(|lane| !is_known(lane))
            .map(|lane| lane.shard)
            .collect();
        for entry in batch.entries {
            match entry {
                MatchEntry::Match(it) => {
                    let input = matched(&it).map(Input::Match);
                    self.matches += 1;
                    self.one(program, lanes, shard, message.seq, input, &it.lane.source);
                }
                MatchEntry::Withdraw(it) => {
                    let input = matched(&it).map(Input::Withdraw);
                    self.one(program, lanes, shard, message.seq, input, &it.lane.source);
                }
                MatchEntry::Progress { source, time } => {
                    self.sources.insert(source.clone(), false);
                    let number = number_of(&source);
                    let input = Input::Watermark {
                        source: number,
                        time,
                    };
                    self.all(program, lanes, &behind, message.seq, &input, &source);
                }
                MatchEntry::Quiet { source, .. } => {
                    self.sources.insert(source.clone(), true);
                    let number = number_of(&source);
                    let input = Input::Idle { source: number };
                    self.all(program, lanes, &behind, message.seq, &input, &source);
                }
            }
        }
    }

    fn one(
        &mut self,
        program: &Program,
        lanes: &mut Lanes,
        shard: Option<Shard>,
        seq: u64,
        input: Option<Input>,
        source: &SourceName,
    ) {
        let lane = shard.and_then(|shard| lanes.get_mut(&shard));
        if let (Some(lane), Some(input)) = (lane, input) {
            lane.apply(program, seq, &input, source, self);
        }
    }

    fn all(
        &mut self,
        program: &Program,
        lanes: &mut Lanes,
        behind: &[Shard],
        seq: u64,
        input: &Input,
        source: &SourceName,
    ) {
        for shard in behind {
            if let Some(lane) = lanes.get_mut(shard) {
                lane.apply(program, seq, input, source, self);
            }
        }
    }
}

/// The shard that a message is for; none when it is for all of them.
pub(crate) fn shard_of(message: &Delivery) -> Option<Shard> {
    let (_, number) = message.subject.as_str().rsplit_once('.')?;
    number.parse().ok().map(Shard::numbered)
}

/// Sources are numbers to windows.
fn number_of(source: &SourceName) -> u32 {
    let id = Derive::new("aurora.correlation.source.v1")
        .part(source.as_str())
        .finish();
    let [a, b, c, d, ..] = *id.as_bytes();
    u32::from_le_bytes([a, b, c, d])
}
