use std::collections::BTreeMap;
use std::time::Duration;

use aurora_model::SiteId;

use super::Carrier;
use crate::link::Link;
use crate::{Beat, Channel, Head, StreamId};

/// What is known of another site.
#[derive(Debug, Default)]
pub(super) struct Peer {
    pub link: Link,
    /// When each connected carrier brought something last.
    pub carriers: BTreeMap<Carrier, Duration>,
    /// What it said that it has read.
    pub heads: BTreeMap<StreamId, Head>,
    /// Its life, and its last beat's number.
    pub beat: (u64, u64),
    /// When this site beats to it next, and how often it has.
    pub next: Duration,
    pub sent_beats: u64,
    /// When recent beats went there, by number.
    pub sent: BTreeMap<u64, Duration>,
    /// What it said of itself last, and how far its clock was ahead then, in milliseconds.
    pub last: Option<Beat>,
    pub skew: Option<i64>,
    /// Records of the current second.
    pub second: u64,
    pub records: u32,
}

impl Peer {
    /// What it said of the streams of a site.
    pub fn heads_of(&self, origin: SiteId) -> impl Iterator<Item = &Head> {
        let first = StreamId {
            origin,
            channel: Channel::Alerts,
            epoch: 0,
        };
        let heads = self.heads.range(first..);
        let heads = heads.take_while(move |(stream, _)| stream.origin == origin);
        heads.map(|(_, head)| head)
    }

    /// The one that brought something last.
    pub fn carrier(&self) -> Option<Carrier> {
        let last = self.carriers.iter().max_by_key(|(_, heard)| **heard);
        last.map(|(carrier, _)| *carrier)
    }

    /// Whether one more record may come in this second.
    pub fn admits(&mut self, limit: u32, now: Duration) -> bool {
        if self.second != now.as_secs() {
            (self.second, self.records) = (now.as_secs(), 0);
        }
        self.records += 1;
        self.records <= limit
    }
}
