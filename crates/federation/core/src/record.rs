use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::SiteId;
use serde::{Deserialize, Serialize};

use crate::{Hash, Malformed};

/// What a stream carries; each has numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Channel {
    Alerts,
    /// Case handoff, of the federation controller.
    Cases,
    /// Policy bundles, of the federation controller.
    Policy,
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Kind {
    /// An alert that its origin opened.
    Alert,
    /// A change of an alert by its origin.
    AlertChange,
    /// What another site asks an alert's origin to do.
    Intent,
    /// A comment, a tag or evidence, which are only ever added.
    Addition,
}

/// Wall time and a counter that keep the order of causes whatever clocks say (a hybrid logical
/// clock).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hlc {
    /// Milliseconds since 1970.
    pub wall: i64,
    pub count: u32,
}

/// The records of one site, one channel and one life of its outbox, numbered from 1 without holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    pub origin: SiteId,
    pub channel: Channel,
    /// Rises when an outbox is restored from a backup.
    pub epoch: u32,
}

/// One entry of an outbox. Its body travels beside it and may be erased while the chain stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub stream: StreamId,
    pub seq: u64,
    /// Of the record before; [`Hash::NONE`] before the first.
    pub prev: Hash,
    pub kind: Kind,
    pub hlc: Hlc,
    pub body: Hash,
}

impl Hlc {
    pub fn time(self) -> Timestamp {
        Timestamp::from_millis(self.wall)
    }

    /// For what happens now, after everything seen so far.
    #[must_use]
    pub fn next(self, now: Timestamp) -> Self {
        let wall = now.as_millis();
        if wall > self.wall {
            return Self { wall, count: 0 };
        }
        Self {
            wall: self.wall,
            count: self.count.saturating_add(1),
        }
    }
}

impl From<Channel> for u8 {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Alerts => 1,
            Channel::Cases => 2,
            Channel::Policy => 3,
        }
    }
}

impl TryFrom<u8> for Channel {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::Alerts),
            2 => Ok(Self::Cases),
            3 => Ok(Self::Policy),
            _ => Err("an unknown channel"),
        }
    }
}

impl From<Kind> for u8 {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Alert => 1,
            Kind::AlertChange => 2,
            Kind::Intent => 3,
            Kind::Addition => 4,
        }
    }
}

impl TryFrom<u8> for Kind {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::Alert),
            2 => Ok(Self::AlertChange),
            3 => Ok(Self::Intent),
            4 => Ok(Self::Addition),
            _ => Err("an unknown kind of record"),
        }
    }
}

/// A stream as it is written: site, channel, epoch.
type WrittenStream = (serde_bytes::ByteArray<16>, Channel, u32);

impl From<StreamId> for WrittenStream {
    fn from(stream: StreamId) -> Self {
        (site_bytes(stream.origin), stream.channel, stream.epoch)
    }
}

impl From<WrittenStream> for StreamId {
    fn from((origin, channel, epoch): WrittenStream) -> Self {
        Self {
            origin: site(origin),
            channel,
            epoch,
        }
    }
}

impl Serialize for StreamId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WrittenStream::from(*self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WrittenStream::deserialize(deserializer).map(Self::from)
    }
}

pub(crate) fn site_bytes(site: SiteId) -> serde_bytes::ByteArray<16> {
    serde_bytes::ByteArray::new(*site.0.as_bytes())
}

pub(crate) fn site(bytes: serde_bytes::ByteArray<16>) -> SiteId {
    SiteId(Id128::from_bytes(bytes.into_array()))
}

/// Writes a value as CBOR (RFC 8949).
pub(crate) fn to_cbor(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("writing to memory does not fail");
    out
}

/// Reads one value and nothing after it.
pub(crate) fn from_cbor<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    let mut rest = bytes;
    let value =
        ciborium::from_reader(&mut rest).map_err(|error| Malformed::Cbor(error.to_string()))?;
    match rest.is_empty() {
        true => Ok(value),
        false => Err(Malformed::Trailing),
    }
}
