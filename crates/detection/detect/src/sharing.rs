//! How processes share detection. Events, and the windows of correlations, come in parts: some of the
//! shards each. A part has one owner at a time, by lease; its epoch stands on all that the owner
//! publishes and in all that it commits.

use std::time::Duration;

use aurora_bus::{BusHandle, End, Fence, Lease, Shares};
use aurora_ids::Id128;
use aurora_model::{Context, SHARDS, Scope, Shard};
use aurora_records::{Change, Claim, Records};

use crate::Error;

/// Some of the shards: every `of`th one, from `number` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    number: u16,
    of: u16,
}

impl Part {
    /// All shards, where one process works alone.
    pub const WHOLE: Self = Self { number: 0, of: 1 };

    /// All shards in so many parts.
    pub fn all(of: u16) -> impl Iterator<Item = Self> + Clone {
        (0..of).map(move |number| Self { number, of })
    }

    pub(crate) fn numbered(number: usize, of: u16) -> Self {
        let number = u16::try_from(number).unwrap_or_default();
        Self { number, of }
    }

    pub const fn number(self) -> u16 {
        self.number
    }

    pub fn shards(self) -> impl Iterator<Item = Shard> {
        let numbers = (self.number..SHARDS).step_by(usize::from(self.of.max(1)));
        numbers.map(Shard::numbered)
    }

    pub(crate) fn has(self, shard: Shard) -> bool {
        shard.number() % self.of.max(1) == self.number
    }

    /// Whether its owner does what is done once for all parts.
    pub(crate) const fn is_first(self) -> bool {
        self.number == 0
    }

    pub(crate) fn is_whole(self) -> bool {
        self == Self::WHOLE
    }

    /// A slot of this part. The whole has no number: so its slots were called before there were parts.
    pub(crate) fn slot(self, name: &str) -> String {
        self.named(name, '/')
    }

    pub(crate) fn consumer(self, name: &str) -> String {
        self.named(name, '-')
    }

    fn named(self, name: &str, before: char) -> String {
        if self.is_whole() {
            name.to_owned()
        } else {
            format!("{name}{before}{}", self.number)
        }
    }
}

/// With whom a service shares its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The process's name, which no other has.
    pub worker: String,
    /// Parts that there are: as many processes have some of the work at most. It is a site's for ever.
    pub parts: u16,
    /// How long the parts of a process that says nothing stay its own.
    pub lease: Duration,
}

impl Sharing {
    /// With nobody.
    pub fn alone() -> Self {
        Self::among(Id128::random().to_string(), 1)
    }

    pub fn among(worker: String, parts: u16) -> Self {
        Self {
            worker,
            parts,
            lease: Duration::from_secs(15),
        }
    }

    pub(crate) fn shares(&self, bus: &BusHandle, name: &'static str) -> Shares {
        let (count, worker) = (usize::from(self.parts), self.worker.clone());
        Shares::new(bus.clone(), name, count, worker, self.lease)
    }
}

/// The right to work on a part.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    fence: Fence,
    claim: Claim,
}

impl Hold {
    /// The claim on a part that is on record.
    pub(crate) async fn last(
        records: &dyn Records,
        scope: &Scope,
        slot: &str,
    ) -> Result<Option<Claim>, Error> {
        Ok(Claim::read(records, scope, slot).await?)
    }

    /// Takes a part over under a lease, from whoever `last` was: he commits nothing more.
    pub(crate) async fn take(
        records: &dyn Records,
        context: &Context,
        slot: &str,
        last: Option<&Claim>,
        lease: &Lease,
        note: Vec<u8>,
    ) -> Result<Self, Error> {
        let claim = Claim::take(records, context, slot, last, lease.epoch, note).await?;
        let fence = lease.fence();
        Ok(Self { fence, claim })
    }

    pub(crate) fn fence(&self) -> Fence {
        self.fence.clone()
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.claim.epoch()
    }

    /// The change is refused when somebody else has taken over.
    pub(crate) fn on(&self, change: Change) -> Change {
        change.under(&self.claim)
    }
}

/// Work that somebody else's made void is no failure.
pub(crate) fn ended(worked: Result<(), Error>) -> Result<End, Error> {
    match worked {
        Ok(()) => Ok(End::Stopped),
        Err(error) if error.is_moved() => Ok(End::Moved),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shard_is_in_one_part() {
        for of in [1, 8, 16, 64] {
            let mut shards: Vec<Shard> = Part::all(of).flat_map(Part::shards).collect();
            for part in Part::all(of) {
                assert!(part.shards().all(|shard| part.has(shard)), "{part:?}");
            }
            shards.sort_unstable();
            let all: Vec<Shard> = (0..SHARDS).map(Shard::numbered).collect();
            assert_eq!(shards, all, "{of}");
        }
    }

    #[test]
    fn the_whole_is_called_as_it_always_was() {
        let third = Part::numbered(3, 8);
        assert_eq!(third.slot("correlate/snapshot"), "correlate/snapshot/3");
        assert_eq!(third.consumer("correlate"), "correlate-3");
        assert_eq!(Part::WHOLE.slot("correlate/snapshot"), "correlate/snapshot");
        assert_eq!(Part::WHOLE.consumer("detect"), "detect");
    }
}
