//! Work in shards, shared by the processes that are there: each shard has one owner at a time, by
//! lease, and every worker owns as many as its share is.
//!
//! A worker is a member while it holds one of as many member leases as there are shards. At each
//! [`Shares::look`] it renews what it holds, sees who the members are and who owns what, and does its
//! part of [`plan`]: it gives up what is beyond its share, and takes what is free up to it. Nobody
//! decides for all; the leases see to it that a shard never has two owners.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};

use crate::{BusHandle, Error, Lease};

/// What one worker is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub take: Vec<usize>,
    pub give: Vec<usize>,
    /// What is missing to the share, and not free.
    pub short: usize,
}

/// The part of `me` when `owners` own the shards and `members` are there, `me` among them. Shares
/// differ by one at most, and no shard changes its owner without need.
pub fn plan(me: &str, members: &BTreeSet<String>, owners: &[Option<String>]) -> Plan {
    let rank = members
        .iter()
        .position(|member| member == me)
        .unwrap_or_default();
    let count = members.len().max(1);
    let share = owners.len() / count + usize::from(rank < owners.len() % count);
    let of = |owner: Option<&str>| {
        let shards = owners.iter().enumerate();
        let owned = shards.filter(move |(_, it)| it.as_deref() == owner);
        owned.map(|(shard, _)| shard).collect::<Vec<_>>()
    };
    let (mine, mut free) = (of(Some(me)), of(None));
    if mine.len() > share {
        let give = mine[share..].to_vec();
        return Plan {
            give,
            ..Plan::default()
        };
    }
    // Each begins at a place of its own, so that two seldom want the same.
    let begin = rank * free.len() / count;
    free.rotate_left(begin);
    free.truncate(share - mine.len());
    Plan {
        short: share - mine.len() - free.len(),
        take: free,
        ..Plan::default()
    }
}

/// What a look has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Owned from now on.
    pub taken: Vec<usize>,
    /// To be given back with [`Shares::give`] as soon as the work on it has ended.
    pub give: Vec<usize>,
    /// Not owned any more: another process took it over while this one was silent.
    pub lost: Vec<usize>,
    /// How many are missing to this worker's share: others hold them, and are about to give them up or
    /// are gone; or there is no room to note who owns them.
    pub short: usize,
    /// The bus had no room to note a lease. What is owned stays so, as nobody else is noted either.
    pub no_room: bool,
}

/// What became of a request for a lease.
enum Asked {
    Ours(Lease),
    Theirs,
    NoRoom,
}

/// One worker's view.
#[derive(Debug)]
pub struct Shares {
    bus: BusHandle,
    name: &'static str,
    count: usize,
    worker: String,
    ttl: Duration,
    member: Option<Lease>,
    owned: BTreeMap<usize, Lease>,
}

impl Shares {
    /// `count` shards called `name`, of which `worker` owns none yet. A worker's name is its own. After
    /// `ttl` without a look, what it owns is free.
    pub fn new(
        bus: BusHandle,
        name: &'static str,
        count: usize,
        worker: String,
        ttl: Duration,
    ) -> Self {
        Self {
            bus,
            name,
            count,
            worker,
            ttl,
            member: None,
            owned: BTreeMap::new(),
        }
    }

    /// When to look again after a look, so that the next one may fail: soon, while shards are missing.
    pub fn next(&self, changed: &Changed) -> Duration {
        if changed.short > 0 {
            self.ttl / 30
        } else {
            self.ttl / 5
        }
    }

    /// What the shards are called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The lease on a shard that this worker owns.
    pub fn lease(&self, shard: usize) -> Option<&Lease> {
        self.owned.get(&shard)
    }

    /// Renews, and does this worker's part.
    ///
    /// # Errors
    /// When the bus fails.
    pub async fn look(&mut self) -> Result<Changed, Error> {
        let mut changed = Changed::default();
        self.renew(&mut changed).await?;
        let Some(members) = self.join().await? else {
            changed.no_room = true;
            changed.short = self.count - self.owned.len();
            return Ok(changed);
        };
        if self.member.is_none() {
            // As many workers as shards are there already.
            changed.give = self.owned.keys().copied().collect();
            return Ok(changed);
        }
        let owners = self.holders(|shard| self.shard(shard)).await?;
        let plan = plan(&self.worker, &members, &owners);
        let wanted = plan
            .take
            .iter()
            .map(|shard| self.acquire(self.shard(*shard)));
        let leases = try_join_all(wanted).await?;
        changed.short = plan.short;
        for (shard, asked) in plan.take.into_iter().zip(leases) {
            if let Asked::Ours(lease) = asked {
                self.owned.insert(shard, lease);
                changed.taken.push(shard);
            } else {
                changed.no_room |= matches!(asked, Asked::NoRoom);
                changed.short += 1;
            }
        }
        changed.give = plan.give;
        Ok(changed)
    }

    /// Gives a shard back; one that is not owned any more is none to give.
    ///
    /// # Errors
    /// When the bus fails.
    pub async fn give(&mut self, shard: usize) -> Result<(), Error> {
        match self.owned.remove(&shard) {
            Some(lease) => self.release(&lease).await,
            None => Ok(()),
        }
    }

    /// Gives everything back: others need not wait.
    ///
    /// # Errors
    /// The first failure of the bus; everything is tried.
    pub async fn leave(mut self) -> Result<(), Error> {
        let owned = std::mem::take(&mut self.owned);
        let leases: Vec<Lease> = owned.into_values().chain(self.member.take()).collect();
        let released = join_all(leases.iter().map(|lease| self.release(lease))).await;
        released.into_iter().collect()
    }

    /// Renews every lease, and finds the shards that somebody else has taken.
    async fn renew(&mut self, changed: &mut Changed) -> Result<(), Error> {
        let shards: Vec<usize> = self.owned.keys().copied().collect();
        let renewing = shards.iter().map(|shard| self.acquire(self.shard(*shard)));
        let renewed = try_join_all(renewing).await?;
        for (shard, asked) in shards.into_iter().zip(renewed) {
            let lease = match asked {
                // Whether it is still ours is seen when there is room; its fence holds anyway.
                Asked::NoRoom => {
                    changed.no_room = true;
                    continue;
                }
                Asked::Ours(lease) => Some(lease),
                Asked::Theirs => None,
            };
            // A new epoch says that somebody had it in between.
            let same = self.owned.get(&shard) == lease.as_ref();
            if same {
                continue;
            }
            self.owned.remove(&shard);
            changed.lost.push(shard);
            if let Some(lease) = lease {
                self.release(&lease).await?;
            }
        }
        Ok(())
    }

    /// Becomes a member, or stays one; returns all, or nothing when there is no room to note it.
    async fn join(&mut self) -> Result<Option<BTreeSet<String>>, Error> {
        let name = |number: usize| format!("{}/member-{number}", self.name);
        let known = self.holders(name).await?;
        let mut members: BTreeSet<String> = known.iter().flatten().cloned().collect();
        let mine = known
            .iter()
            .position(|it| it.as_ref() == Some(&self.worker));
        let free = || (0..known.len()).filter(|number| known[*number].is_none());
        let before = self.member.take();
        for number in mine.into_iter().chain(free()) {
            match self.acquire(name(number)).await? {
                Asked::Ours(lease) => {
                    self.member = Some(lease);
                    members.insert(self.worker.clone());
                    break;
                }
                Asked::Theirs => {}
                Asked::NoRoom => {
                    self.member = before;
                    return Ok(None);
                }
            }
        }
        Ok(Some(members))
    }

    async fn holders(&self, name: impl Fn(usize) -> String) -> Result<Vec<Option<String>>, Error> {
        let names: Vec<String> = (0..self.count).map(name).collect();
        self.bus.holders(&names).await
    }

    fn shard(&self, number: usize) -> String {
        format!("{}/{number}", self.name)
    }

    async fn acquire(&self, name: String) -> Result<Asked, Error> {
        match self.bus.acquire(&name, &self.worker, self.ttl).await {
            Ok(Some(lease)) => Ok(Asked::Ours(lease)),
            Ok(None) => Ok(Asked::Theirs),
            Err(Error::NoRoom(_)) => Ok(Asked::NoRoom),
            Err(error) => Err(error),
        }
    }

    async fn release(&self, lease: &Lease) -> Result<(), Error> {
        match self.bus.release(lease).await {
            Err(Error::Fenced { .. }) => Ok(()),
            released => released,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: &[&str]) -> BTreeSet<String> {
        members.iter().map(|member| (*member).to_owned()).collect()
    }

    /// Lets everybody look in turn until nothing changes; returns how often a shard was taken.
    fn settle(members: &BTreeSet<String>, owners: &mut [Option<String>]) -> usize {
        let mut taken = 0;
        loop {
            let before = taken;
            for me in members {
                let plan = plan(me, members, owners);
                for shard in &plan.give {
                    assert_eq!(
                        owners[*shard].as_ref(),
                        Some(me),
                        "one gives what is its own"
                    );
                    owners[*shard] = None;
                }
                for shard in plan.take {
                    assert_eq!(owners[shard], None, "one takes what is free");
                    owners[shard] = Some(me.clone());
                    taken += 1;
                }
            }
            if taken == before && owners.iter().all(Option::is_some) {
                return taken;
            }
        }
    }

    fn counts(members: &BTreeSet<String>, owners: &[Option<String>]) -> Vec<usize> {
        let count = |me: &String| owners.iter().filter(|it| it.as_ref() == Some(me)).count();
        members.iter().map(count).collect()
    }

    #[test]
    fn shares_are_even_and_little_moves() {
        let mut owners = vec![None; 64];
        let mut check = |members: &[&str], moved: usize, shares: &[usize]| {
            let members = set(members);
            for owner in &mut owners {
                if owner.as_ref().is_some_and(|it| !members.contains(it)) {
                    *owner = None;
                }
            }
            assert_eq!(settle(&members, &mut owners), moved, "{members:?}");
            assert_eq!(counts(&members, &owners), shares);
        };
        check(&["b"], 64, &[64]);
        check(&["b", "c"], 32, &[32, 32]);
        check(&["a", "b", "c"], 22, &[22, 21, 21]);
        check(&["a", "c"], 21, &[32, 32]);
        check(&["a"], 32, &[64]);
    }

    #[test]
    fn there_may_be_more_workers_than_shards() {
        let members = set(&["a", "b", "c"]);
        let mut owners = vec![None; 2];
        settle(&members, &mut owners);
        assert_eq!(counts(&members, &owners), [1, 1, 0]);
    }
}
