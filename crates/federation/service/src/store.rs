//! Where everything of the mesh stands in the records store: slots under `federation/`.
//!
//! Records stand under their number in hexadecimal, so that a range of them is read by prefix.

use std::collections::BTreeMap;

use aurora_federation::{Hlc, Mark, Sealed, Stored, StreamId};
use aurora_ids::Id128;
use aurora_model::{Context, Scope, SiteId};
use aurora_records::{Change, Records};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::departed::Left;
use crate::directory::SignedListing;
use crate::invitation::{Asked, Kept};
use crate::witness::Seen;

/// The service's name in contexts and decisions.
pub(crate) const ROLE: &str = "federation";

pub(crate) const LIFE: &str = "federation/life";
pub(crate) const CLOCK: &str = "federation/clock";
/// How far the decision log was read for what is to be shared.
pub(crate) const SHARED: &str = "federation/shared";
pub(crate) const DIRECTORY: &str = "federation/directory";
/// This site's own keys.
pub(crate) const KEYS: &str = "federation/keys";
pub(crate) const ASKED: &str = "federation/asked";
const MARKS: &str = "federation/mark/";
const RECORDS: &str = "federation/record/";
const SAID: &str = "federation/said/";
pub(crate) const QUARANTINE: &str = "federation/quarantine/";
pub(crate) const EVIDENCE: &str = "federation/evidence/";
/// Sites that were in the mesh and left it.
const LEFT: &str = "federation/left/";
/// Alerts that came late, to be told of if they are still open once nothing of their site is missing.
pub(crate) const OPEN: &str = "federation/open/";
/// What this site has seen of others' audit logs.
const SEEN: &str = "federation/audit/";
const INVITATIONS: &str = "federation/invitation/";

/// Records that stand under one prefix.
const CHUNK: u64 = 256;

fn stream(stream: &StreamId) -> String {
    let channel = u8::from(stream.channel);
    format!("{}/{channel:02x}/{:08x}", stream.origin, stream.epoch)
}

pub(crate) fn mark_key(of: &StreamId) -> String {
    format!("{MARKS}{}", stream(of))
}

pub(crate) fn record_key(of: &StreamId, seq: u64) -> String {
    format!("{RECORDS}{}/{seq:016x}", stream(of))
}

/// What was told of an alert last.
pub(crate) fn said_key(alert: &str) -> String {
    format!("{SAID}{alert}")
}

pub(crate) fn quarantine_key(of: &StreamId, seq: u64) -> String {
    format!("{QUARANTINE}{}/{seq:016x}", stream(of))
}

pub(crate) fn evidence_key(of: &StreamId, seq: u64, which: &str) -> String {
    format!("{EVIDENCE}{}/{seq:016x}/{which}", stream(of))
}

pub(crate) fn left_key(site: SiteId) -> String {
    format!("{LEFT}{site}")
}

pub(crate) fn open_key(site: SiteId, alert: &str) -> String {
    format!("{OPEN}{site}/{alert}")
}

pub(crate) fn seen_key(site: SiteId) -> String {
    format!("{SEEN}{site}")
}

/// Both heads of a log that was forked, each under its own name.
pub(crate) fn audit_evidence_key(site: SiteId, size: u64, which: &str) -> String {
    format!("{EVIDENCE}{site}/audit/{size:016x}/{which}")
}

pub(crate) fn invitation_key(hash: &str) -> String {
    format!("{INVITATIONS}{hash}")
}

/// The stream that a mark's key names.
fn named(key: &str) -> Option<StreamId> {
    let mut parts = key.strip_prefix(MARKS)?.split('/');
    let origin = SiteId(parts.next()?.parse::<Id128>().ok()?);
    let channel = u8::from_str_radix(parts.next()?, 16).ok()?;
    let epoch = u32::from_str_radix(parts.next()?, 16).ok()?;
    Some(StreamId {
        origin,
        channel: channel.try_into().ok()?,
        epoch,
    })
}

fn damaged(key: &str) -> Error {
    Error::Damaged {
        key: key.to_owned(),
    }
}

/// What stands in a slot as JSON.
pub(crate) async fn json<T: DeserializeOwned>(
    records: &dyn Records,
    scope: &Scope,
    key: &str,
) -> Result<Option<T>, Error> {
    let Some(bytes) = records.slot(scope, key).await? else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&bytes).map_err(|_| damaged(key))?;
    Ok(Some(read))
}

pub(crate) fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it is plain data")
}

/// What is stored of the mesh, for a new life, which is on record before it is returned.
pub(crate) async fn wake(records: &dyn Records, scope: &Scope) -> Result<Stored, Error> {
    let before = aurora_records::place::read(records, scope, LIFE).await?;
    let life = before + 1;
    let change = Change::progress().move_place(LIFE, before, life);
    let context = Context::service(scope.clone(), ROLE, "the federation starts");
    records.commit(&context, change).await?;
    let clock: Option<Hlc> = json(records, scope, CLOCK).await?;
    Ok(Stored {
        marks: marks(records, scope).await?,
        clock: clock.unwrap_or_default(),
        life,
    })
}

async fn marks(records: &dyn Records, scope: &Scope) -> Result<BTreeMap<StreamId, Mark>, Error> {
    let slots = records.slots(scope, MARKS).await?;
    let read = |(key, bytes): (String, Vec<u8>)| {
        let stream = named(&key).ok_or_else(|| damaged(&key))?;
        let mark = Mark::from_bytes(&bytes).map_err(|_| damaged(&key))?;
        Ok((stream, mark))
    };
    slots.into_iter().map(read).collect()
}

/// The record of that number, as it is kept.
pub(crate) async fn record(
    records: &dyn Records,
    scope: &Scope,
    of: &StreamId,
    seq: u64,
) -> Result<Option<Sealed>, Error> {
    let key = record_key(of, seq);
    let found = records.slot(scope, &key).await?;
    let read = found.map(|bytes| Sealed::decode(bytes.into()).map_err(|_| damaged(&key)));
    read.transpose()
}

/// Kept records, both ends included, as many as fit into so many bytes; at least one when there is one.
pub(crate) async fn range(
    records: &dyn Records,
    scope: &Scope,
    of: &StreamId,
    (from, until): (u64, u64),
    room: usize,
) -> Result<Vec<Bytes>, Error> {
    let mut found = Vec::new();
    let mut taken = 0;
    for chunk in from / CHUNK..=until / CHUNK {
        let whole = record_key(of, chunk * CHUNK);
        // The last two digits count within a chunk.
        let prefix = &whole[..whole.len() - 2];
        for (key, bytes) in records.slots(scope, prefix).await? {
            let seq = u64::from_str_radix(&key[key.len() - 16..], 16).map_err(|_| damaged(&key))?;
            if seq < from || seq > until {
                continue;
            }
            taken += bytes.len();
            if taken > room && !found.is_empty() {
                return Ok(found);
            }
            found.push(Bytes::from(bytes));
        }
    }
    Ok(found)
}

pub(crate) async fn directory(
    records: &dyn Records,
    scope: &Scope,
) -> Result<Option<SignedListing>, Error> {
    let found = records.slot(scope, DIRECTORY).await?;
    let read = found.map(|bytes| SignedListing::kept(&bytes));
    Ok(read.transpose()?)
}

pub(crate) async fn invitations(
    records: &dyn Records,
    scope: &Scope,
) -> Result<Vec<(String, Kept)>, Error> {
    let slots = records.slots(scope, INVITATIONS).await?;
    let read = |(key, bytes): (String, Vec<u8>)| {
        let kept = serde_json::from_slice(&bytes).map_err(|_| damaged(&key))?;
        Ok((key, kept))
    };
    slots.into_iter().map(read).collect()
}

/// What stands under each site's name, by a prefix.
async fn by_site<T: DeserializeOwned>(
    records: &dyn Records,
    scope: &Scope,
    prefix: &str,
) -> Result<BTreeMap<SiteId, T>, Error> {
    let slots = records.slots(scope, prefix).await?;
    let read = |(key, bytes): (String, Vec<u8>)| {
        let site = key[prefix.len()..].parse::<Id128>();
        let site = SiteId(site.map_err(|_| damaged(&key))?);
        let read = serde_json::from_slice(&bytes).map_err(|_| damaged(&key))?;
        Ok((site, read))
    };
    slots.into_iter().map(read).collect()
}

pub(crate) async fn left(
    records: &dyn Records,
    scope: &Scope,
) -> Result<BTreeMap<SiteId, Left>, Error> {
    by_site(records, scope, LEFT).await
}

pub(crate) async fn seen(
    records: &dyn Records,
    scope: &Scope,
) -> Result<BTreeMap<SiteId, Seen>, Error> {
    by_site(records, scope, SEEN).await
}

/// Late alerts that wait, and whose they are.
pub(crate) async fn open(
    records: &dyn Records,
    scope: &Scope,
) -> Result<Vec<(SiteId, String)>, Error> {
    let slots = records.slots(scope, OPEN).await?;
    let read = |(key, _): (String, Vec<u8>)| {
        let (site, alert) = key[OPEN.len()..].split_once('/')?;
        Some((SiteId(site.parse().ok()?), alert.to_owned()))
    };
    Ok(slots.into_iter().filter_map(read).collect())
}

pub(crate) async fn asked(records: &dyn Records, scope: &Scope) -> Result<Option<Asked>, Error> {
    json(records, scope, ASKED).await
}

#[cfg(test)]
mod tests {
    use aurora_federation::Channel;

    use super::*;

    #[test]
    fn a_mark_is_found_under_its_streams_name() {
        let stream = StreamId {
            origin: SiteId(Id128::from_bytes([0xab; 16])),
            channel: Channel::Policy,
            epoch: 0x1f,
        };
        assert_eq!(named(&mark_key(&stream)), Some(stream));
        assert_eq!(named("federation/mark/x/01/00000001"), None);
        let key = record_key(&stream, 0x1234);
        assert!(key.ends_with("/0000000000001234"), "{key}");
    }
}
