//! One shard of windows: what is in memory, and what of it is to be committed.

use std::collections::BTreeMap;

use aurora_correlation::{Action, Shard as Windows};
use aurora_model::{Shard, SourceName};
use aurora_window_state::{Batch, Head};

use super::outgoing::{Outgoing, outgoing};
use aurora_rules::Program;

/// A shard that this worker owns.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) shard: Shard,
    /// Under which it is written.
    epoch: u64,
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

impl Lane {
    pub(crate) fn new(shard: Shard, head: Head, windows: Windows) -> Self {
        Self {
            shard,
            epoch: head.epoch,
            windows,
            head,
            handed: head.handed,
            is_touched: false,
            outgoing: Vec::new(),
        }
    }

    /// Whether the effect of the message with this sequence is in already.
    pub(crate) fn has(&self, seq: u64) -> bool {
        self.head.offset >= seq
    }

    /// An input of the message with this sequence is about to be applied.
    pub(crate) fn reach(&mut self, seq: u64) {
        self.is_touched = true;
        self.head.offset = seq;
    }

    /// What actions ask for goes to the outbox; comes back with its numbers. An input from `source`
    /// brought them about.
    pub(crate) fn leave(
        &mut self,
        program: &Program,
        actions: &[Action],
        source: &SourceName,
    ) -> Vec<(u64, Outgoing)> {
        let mut left = Vec::new();
        for out in actions.iter().flat_map(|it| outgoing(program, it, source)) {
            self.head.last_out += 1;
            self.outgoing.push(out.to_bytes());
            left.push((self.head.last_out, out));
        }
        left
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
            ..Batch::new(self.shard, self.epoch, self.head.offset)
        })
    }
}
