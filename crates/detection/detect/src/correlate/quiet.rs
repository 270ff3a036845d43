//! Which sources nobody waits for any more.

use std::collections::BTreeMap;
use std::time::Duration;

use aurora_bus::Message;
use aurora_clock::Timestamp;
use aurora_ids::Derive;
use aurora_model::{BatchId, MatchBatch, MatchEntry, Scope, SourceName, Subject};

use super::handoff::message;

/// When each source was last heard of, in time since some start. Those that are quiet are not in it.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    heard: BTreeMap<SourceName, Duration>,
    /// The set has changed since it was kept.
    changed: bool,
}

impl Sources {
    /// As they were kept; all are heard of at `now`.
    pub(crate) fn restore(bytes: Option<Vec<u8>>, now: Duration) -> Self {
        let names: Vec<SourceName> = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self {
            heard: names.into_iter().map(|name| (name, now)).collect(),
            changed: false,
        }
    }

    /// What a round was told.
    pub(crate) fn told(&mut self, sources: BTreeMap<SourceName, bool>, now: Duration) {
        for (source, is_quiet) in sources {
            let before = if is_quiet {
                self.heard.remove(&source).is_some()
            } else {
                self.heard.insert(source, now).is_none()
            };
            self.changed |= before;
        }
    }

    /// What is to be kept, when it has changed.
    pub(crate) fn changed(&mut self) -> Option<Vec<u8>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let names: Vec<&SourceName> = self.heard.keys().collect();
        Some(serde_json::to_vec(&names).expect("names are plain data"))
    }

    /// Messages that say of sources that they are quiet; each source is said once.
    pub(crate) fn quiet(
        &mut self,
        scope: &Scope,
        after: Duration,
        now: Duration,
        at: Timestamp,
    ) -> Vec<Message> {
        let is_due = |heard: &Duration| now.saturating_sub(*heard) >= after;
        let due: Vec<SourceName> = self
            .heard
            .iter()
            .filter(|(_, heard)| is_due(heard))
            .map(|(source, _)| source.clone())
            .collect();
        let say = |source: SourceName| {
            self.heard.remove(&source);
            self.changed = true;
            let id = Derive::new("aurora.matches.quiet.v1")
                .part(source.as_str())
                .part(at.as_millis().to_le_bytes())
                .finish();
            let batch = MatchBatch {
                entries: vec![MatchEntry::Quiet { source, at }],
            };
            let body = batch.encode();
            message(
                scope,
                Subject::matches_progress(),
                BatchId(id),
                &batch,
                body,
            )
        };
        due.into_iter().map(say).collect()
    }
}
