//! Leases in a key-value bucket. Every change names the revision that it was made from, so of two
//! that take a lease at once one is refused; how old a holder's last word is, is judged by the
//! server's clock alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::kv::{CreateErrorKind, Operation, Store, UpdateErrorKind};
use aurora_bus::{Error, Fence, Lease, Message};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::bus::Inner;
use crate::error::{is_full, request};
use crate::streams::LEASES;
use crate::wire;

/// A lease as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    holder: String,
    /// Two processes may call themselves the same.
    instance: String,
    /// The only one of this name, see [`crate::Options::owner`].
    #[serde(default)]
    owner: Option<String>,
    epoch: u64,
    ttl_ms: u64,
    held: bool,
}

/// What the bucket says of a lease.
struct Found {
    kept: Kept,
    revision: u64,
    /// When the holder last said that it holds it, in nanoseconds of the server's clock.
    said_at: i128,
}

#[derive(Deserialize)]
struct Time {
    ts: String,
}

impl Inner {
    pub(crate) async fn acquire(
        &self,
        name: &str,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<Lease>, Error> {
        let store = self.store().await?;
        let found = find(&store, name).await?;
        if let Some(found) = &found
            && !self.is_mine(&found.kept, holder)
            && found.is_held(&self.instance, &self.options.owner, self.now().await?)
        {
            return Ok(None);
        }
        let epoch = found.as_ref().map_or(1, |found| {
            let renewed = found.kept.held && self.is_mine(&found.kept, holder);
            found.kept.epoch + u64::from(!renewed)
        });
        let kept = Kept {
            holder: holder.to_owned(),
            instance: self.instance.clone(),
            owner: self.options.owner.clone(),
            epoch,
            ttl_ms: u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX),
            held: true,
        };
        if !keep(&store, name, &kept, found.map(|found| found.revision)).await? {
            return Ok(None);
        }
        let lease = Lease {
            name: name.to_owned(),
            holder: holder.to_owned(),
            epoch,
        };
        self.held_leases().insert(name.to_owned(), lease.clone());
        Ok(Some(lease))
    }

    pub(crate) async fn holders(&self, names: &[String]) -> Result<Vec<Option<String>>, Error> {
        let store = self.store().await?;
        let found = try_join_all(names.iter().map(|name| find(&store, name))).await?;
        let now = self.now().await?;
        let (instance, owner) = (&self.instance, &self.options.owner);
        let held = |found: Found| {
            let held = found.is_held(instance, owner, now);
            held.then_some(found.kept.holder)
        };
        Ok(found
            .into_iter()
            .map(|found| found.and_then(held))
            .collect())
    }

    pub(crate) async fn release(&self, lease: &Lease) -> Result<(), Error> {
        self.held_leases().remove(&lease.name);
        self.end_lease(lease).await
    }

    pub(crate) async fn end_lease(&self, lease: &Lease) -> Result<(), Error> {
        let store = self.store().await?;
        let found = find(&store, &lease.name).await?;
        let current = found.as_ref().map_or(0, |found| found.kept.epoch);
        let Some(found) = found.filter(|found| found.kept.epoch == lease.epoch) else {
            return Err(fenced(&lease.fence(), current));
        };
        if !found.kept.held {
            return Ok(());
        }
        let ended = Kept {
            held: false,
            ..found.kept
        };
        if keep(&store, &lease.name, &ended, Some(found.revision)).await? {
            return Ok(());
        }
        Err(fenced(&lease.fence(), current + 1))
    }

    /// Whether every fence of a batch still stands. Between this look and the server's write another
    /// may take the lease; what is then published twice has the same ids.
    pub(crate) async fn check_fences(&self, messages: &[Message]) -> Result<(), Error> {
        let fences = messages.iter().filter_map(|message| message.fence.as_ref());
        let fences: BTreeSet<_> = fences.map(|f| (f.lease.as_str(), f.epoch)).collect();
        if fences.is_empty() {
            return Ok(());
        }
        let store = self.store().await?;
        for (lease, epoch) in fences {
            let found = find(&store, lease).await?;
            let current = found.as_ref().map_or(0, |found| found.kept.epoch);
            if !found.is_some_and(|f| f.kept.epoch == epoch && f.kept.held) {
                let lease = lease.to_owned();
                return Err(fenced(&Fence { lease, epoch }, current));
            }
        }
        Ok(())
    }

    pub(crate) fn held_leases(&self) -> MutexGuard<'_, BTreeMap<String, Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_mine(&self, kept: &Kept, holder: &str) -> bool {
        kept.holder == holder && kept.instance == self.instance
    }

    async fn store(&self) -> Result<Store, Error> {
        let store = self.jetstream.get_key_value(LEASES).await;
        store.map_err(|error| request(&error))
    }

    /// By the server's clock, in nanoseconds.
    async fn now(&self) -> Result<i128, Error> {
        let subject = format!("STREAM.INFO.KV_{LEASES}");
        let asked = self.jetstream.request(subject, &()).await;
        let Time { ts } = asked.map_err(|error| request(&error))?;
        let now: jiff::Timestamp = ts.parse().map_err(Error::storage)?;
        Ok(now.as_nanosecond())
    }
}

impl Found {
    /// Whether somebody holds it, seen from one instance of an owner. What an earlier instance of the
    /// same owner held is free.
    fn is_held(&self, instance: &str, owner: &Option<String>, now: i128) -> bool {
        let kept = &self.kept;
        let earlier = owner.is_some() && kept.owner == *owner && kept.instance != instance;
        let age = u64::try_from(now - self.said_at).unwrap_or(0);
        let young = Duration::from_nanos(age) < Duration::from_millis(kept.ttl_ms);
        kept.held && young && !earlier
    }
}

/// The role's part of the name is a token of its own, so that its user may be given that alone.
fn key(lease: &str) -> String {
    let (role, rest) = lease.split_once('/').unwrap_or(("site", lease));
    format!("{}.{}", wire::name(role), wire::name(rest))
}

async fn find(store: &Store, lease: &str) -> Result<Option<Found>, Error> {
    let entry = store.entry(key(lease)).await;
    let entry = entry.map_err(|error| request(&error))?;
    let Some(entry) = entry.filter(|entry| entry.operation == Operation::Put) else {
        return Ok(None);
    };
    let kept = serde_json::from_slice(&entry.value).map_err(Error::storage)?;
    Ok(Some(Found {
        kept,
        revision: entry.revision,
        said_at: entry.created.unix_timestamp_nanos(),
    }))
}

/// Writes a lease over the revision it was decided from; `false` when another was quicker.
async fn keep(
    store: &Store,
    lease: &str,
    kept: &Kept,
    revision: Option<u64>,
) -> Result<bool, Error> {
    let value = serde_json::to_vec(kept)
        .expect("plain data becomes JSON")
        .into();
    match revision {
        None => match store.create(key(lease), value).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(not_kept(&error)),
        },
        Some(revision) => match store.update(key(lease), value, revision).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(error) => Err(not_kept(&error)),
        },
    }
}

fn not_kept(error: &(dyn std::error::Error + 'static)) -> Error {
    match request(error) {
        Error::Storage(source) if is_full(error) => Error::NoRoom(source),
        other => other,
    }
}

fn fenced(fence: &Fence, current: u64) -> Error {
    Error::Fenced {
        name: fence.lease.clone(),
        epoch: fence.epoch,
        current,
    }
}
