//! What stands on record of snapshots: the newest one, and what is being stored for the next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aurora_artifacts::Digest;
use aurora_clock::Timestamp;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Snapshots;
use crate::Error;

/// The slot with the digest of the newest manifest.
pub(super) const SLOT: &str = "correlate/snapshot";
/// The slot with [`Drafts`].
pub(super) const DRAFTS: &str = "correlate/snapshot-drafts";
pub(super) const FORMAT: u32 = 1;
/// After so long nobody stores any more what he began before he was taken over.
const LATE: Duration = Duration::from_secs(120);

/// What a snapshot consists of. Everything up to `position` is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) position: u64,
    pub(super) files: BTreeMap<String, Kept>,
    /// What only the snapshot before had, itself included: nobody needs it once this one counts.
    #[serde(default)]
    pub(super) gone: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) bytes: u64,
    pub(super) digest: String,
}

/// A manifest and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Newest {
    pub(super) digest: Digest,
    pub(super) manifest: Manifest,
}

impl Newest {
    pub(super) fn blobs(&self) -> BTreeSet<String> {
        let files = self.manifest.files.values();
        let files = files.map(|kept| kept.digest.clone());
        files.chain([self.digest.to_string()]).collect()
    }
}

/// What owners have said they would store, and no snapshot may have come to need.
///
/// Invariant: a blob stands here, under the claim of whoever stores it, before it is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Drafts(pub(super) Vec<Draft>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Draft {
    /// Of the owner's claim.
    pub(super) epoch: u64,
    pub(super) at: Timestamp,
    pub(super) blobs: BTreeSet<String>,
}

impl Drafts {
    pub(super) fn blobs(&self) -> impl Iterator<Item = &String> {
        self.0.iter().flat_map(|draft| &draft.blobs)
    }

    /// What of it need not be looked at again once it was removed: whoever began it is the one that
    /// asks, or is not at work any more. One that was taken over may still be storing his.
    pub(super) fn ended(&self, epoch: u64, now: Timestamp) -> (Self, Self) {
        let ended = |draft: &Draft| draft.epoch == epoch || now.since(draft.at) >= LATE;
        let (ended, others) = self.0.iter().cloned().partition(ended);
        (Self(ended), Self(others))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Snapshots {
    /// The newest snapshot on record.
    ///
    /// # Errors
    /// One that [`Error::is_lost`] when it is there no more, or damaged.
    pub(super) async fn read(&self) -> Result<Option<Newest>, Error> {
        let Some(digest) = self.newest_digest().await? else {
            return Ok(None);
        };
        if let Some(known) = self.newest.as_ref().filter(|known| known.digest == digest) {
            return Ok(Some(known.clone()));
        }
        let scope = &self.parts.scope;
        let Some(bytes) = self.parts.artifacts.get(scope, digest).await? else {
            return Err(Error::SnapshotGone(format!("its list, {digest}")));
        };
        let manifest = manifest(digest, &bytes)?;
        Ok(Some(Newest { digest, manifest }))
    }

    async fn newest_digest(&self) -> Result<Option<Digest>, Error> {
        let name = self.part.slot(SLOT);
        let slot = self.parts.records.slot(&self.parts.scope, &name).await?;
        let read = |bytes: Vec<u8>| std::str::from_utf8(&bytes).ok().and_then(Digest::parse);
        Ok(slot.and_then(read))
    }

    pub(super) async fn drafts(&self) -> Result<Drafts, Error> {
        let name = self.part.slot(DRAFTS);
        let slot = self.parts.records.slot(&self.parts.scope, &name).await?;
        let Some(bytes) = slot else {
            return Ok(Drafts::default());
        };
        serde_json::from_slice(&bytes).map_err(|source| Error::Damaged { id: name, source })
    }
}

fn manifest(digest: Digest, bytes: &Bytes) -> Result<Manifest, Error> {
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|source| Error::Damaged {
        id: format!("snapshot {digest}"),
        source,
    })?;
    if manifest.format > FORMAT {
        return Err(Error::NewerSnapshot {
            found: manifest.format,
            known: FORMAT,
        });
    }
    Ok(manifest)
}
