//! Records of a shard that wait for others of their event, in later messages.
//!
//! They are kept in slots of the records store, written in the commit that moves the shard's offset: each event under
//! `waiting/<shard>/<number>`, and under [`Holding::slot`] what the ledger wants to know of them.

use aurora_clock::Timestamp;
use aurora_model::ledger::Holding;
use aurora_model::{Header, RawBatch, Scope, Shard};
use aurora_parsers::{Ended, Held, Joiner, Opened, Registry};
use aurora_records::{Records, SlotWrite};

use crate::Error;

/// The open events of one shard.
pub(crate) struct Waiting {
    shard: Shard,
    joiner: Joiner,
    /// As it is on record.
    holding: Holding,
}

/// Events that are over.
#[derive(Debug, Default)]
pub(crate) struct Over {
    /// Of the feed that the message is of.
    pub(crate) own: Vec<Held>,
    /// Of other feeds, each with its own.
    pub(crate) others: Vec<Vec<Held>>,
}

/// What became of events that are over, and the header of the feed that they came by.
pub(crate) struct Closed {
    pub(crate) header: Header,
    pub(crate) ended: Vec<Ended>,
    /// When the last of their records came.
    pub(crate) at: Timestamp,
}

impl Waiting {
    pub(crate) async fn restore(
        shard: Shard,
        records: &dyn Records,
        scope: &Scope,
    ) -> Result<Self, Error> {
        let prefix = prefix(shard);
        let kept = records.slots(scope, &prefix).await?.into_iter();
        let numbered =
            |(key, value): (String, Vec<u8>)| Some((key[prefix.len()..].parse().ok()?, value));
        let joiner = Joiner::restore(kept.filter_map(numbered))?;
        let holding = records.slot(scope, &Holding::slot(shard)).await?;
        let holding = holding.map(|holding| serde_json::from_slice(&holding));
        Ok(Self {
            shard,
            joiner,
            holding: holding
                .transpose()
                .map_err(Error::Holding)?
                .unwrap_or_default(),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.joiner.is_empty()
    }

    /// A wait was over when its worker died.
    pub(crate) fn is_over(&self) -> bool {
        self.holding.over
    }

    /// Adds a message's records that share their events with others. `at` is when its last record came.
    pub(crate) fn join(&mut self, feed: &RawBatch, opened: &mut Opened, at: i64) -> Over {
        let mut ended = Vec::new();
        self.joiner.begin();
        for joining in std::mem::take(&mut opened.joining) {
            self.joiner.add(feed, joining, &mut ended);
        }
        self.joiner.pass(at, &mut ended);
        let mut others = ended;
        let of_feed = |held: &mut Held| {
            let batch = held.batch();
            batch.source == feed.source && batch.origin == feed.origin
        };
        Over {
            own: others.extract_if(.., of_feed).collect(),
            others: by_feed(others),
        }
    }

    /// The wait for everything is over, and what it became is to be on record before it is on the bus.
    pub(crate) fn end(&self) -> SlotWrite {
        self.slot(&Holding {
            over: true,
            ..self.holding.clone()
        })
    }

    /// Everything that waited, and which end of a wait this is.
    pub(crate) fn take(&mut self) -> (Vec<Vec<Held>>, u64) {
        (by_feed(self.joiner.drain()), self.holding.turns + 1)
    }

    fn now(&self, turns: u64) -> Holding {
        Holding {
            records: self.joiner.records(),
            turns,
            over: false,
        }
    }

    /// What to write with the commit; `turns` are the waits that are over by it.
    pub(crate) fn slots(&self, turns: u64) -> Vec<SlotWrite> {
        let held = self.joiner.delta().into_iter();
        let mut slots: Vec<_> = held
            .map(|(number, value)| SlotWrite {
                key: format!("{}{number}", prefix(self.shard)),
                expected: None,
                value,
            })
            .collect();
        let now = self.now(turns);
        if now != self.holding {
            slots.push(self.slot(&now));
        }
        slots
    }

    pub(crate) fn turns(&self) -> u64 {
        self.holding.turns
    }

    /// [`Waiting::slots`] are on record.
    pub(crate) fn committed(&mut self, turns: u64) {
        self.joiner.committed();
        self.holding = self.now(turns);
    }

    fn slot(&self, holding: &Holding) -> SlotWrite {
        SlotWrite {
            key: Holding::slot(self.shard),
            expected: None,
            value: Some(serde_json::to_vec(holding).expect("it is plain data")),
        }
    }
}

fn prefix(shard: Shard) -> String {
    format!("waiting/{}/", shard.number())
}

fn by_feed(held: Vec<Held>) -> Vec<Vec<Held>> {
    let mut feeds: Vec<Vec<Held>> = Vec::new();
    for held in held {
        let batch = held.batch();
        let same = |feed: &&mut Vec<Held>| {
            let first = feed[0].batch();
            first.source == batch.source && first.origin == batch.origin
        };
        match feeds.iter_mut().find(same) {
            Some(feed) => feed.push(held),
            None => feeds.push(vec![held]),
        }
    }
    feeds
}

impl Closed {
    /// Parses the records of events of one feed.
    pub(crate) fn of(registry: &Registry, feed: &[Held]) -> Self {
        let batches = || feed.iter().map(Held::batch);
        let arrivals = batches().flat_map(|batch| batch.records.iter().map(|r| r.received_at));
        Self {
            header: feed[0].batch().header("normalise"),
            at: arrivals.max().unwrap_or_default(),
            ended: feed
                .iter()
                .map(|held| registry.close(&held.batch().scope, held))
                .collect(),
        }
    }
}
