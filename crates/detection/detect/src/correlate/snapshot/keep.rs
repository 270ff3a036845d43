//! Storing a snapshot's files, and removing what no snapshot needs.
//!
//! Whoever is killed in the middle of a snapshot leaves blobs that no manifest names. So that they are
//! found whatever becomes of his folder, what is to be stored is on record first: see [`Drafts`].
//!
//! Invariant: a blob is removed by the owner alone, between two snapshots of his, and only when the
//! newest manifest on record does not name it. No later snapshot comes to need it without storing it:
//! a later owner's store is made from that manifest, or is his own, whose tables he stores anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aurora_artifacts::{Digest, Pace, digest_of};
use aurora_records::Change;
use aurora_tasks::Shutdown;
use bytes::Bytes;
use tracing::warn;

use super::manifest::{DRAFTS, Draft, Drafts, FORMAT, Kept, Manifest, Newest, SLOT};
use super::{Snapshots, is_table};
use crate::Error;
use crate::correlate::service::blocking;

/// Files are taken into a snapshot no faster than this. The digest of a table costs a core's time, and a
/// store that cannot link must copy it; both are in no hurry.
const PACE: Pace = Pace::of(64 << 20);

/// What of a snapshot is not stored yet.
pub(super) enum Blob {
    Table(PathBuf),
    Bytes(Bytes),
}

/// Which drafts are taken back.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// Everybody's, by one who begins to own the part.
    All,
    /// Those that nobody works on any more.
    Ended,
}

/// A snapshot that counts for nothing before [`Snapshots::store`] is through.
pub(super) struct Prepared {
    newest: Newest,
    text: Bytes,
    new: BTreeMap<Digest, Blob>,
}

impl Snapshots {
    /// Works out what a snapshot of these files consists of.
    pub(super) async fn prepare(
        &mut self,
        position: u64,
        folder: &Path,
        files: Vec<(String, u64)>,
    ) -> Result<Prepared, Error> {
        let (mut kept, mut new) = (BTreeMap::new(), BTreeMap::new());
        for (name, bytes) in files {
            let one = match self.known(&name, bytes).await? {
                Some(known) => known,
                None => {
                    let (digest, blob) = self.read_file(folder.join(&name), bytes).await?;
                    new.insert(digest, blob);
                    let digest = digest.to_string();
                    Kept { bytes, digest }
                }
            };
            kept.insert(name, one);
        }
        self.is_checked = true;
        let manifest = Manifest {
            format: FORMAT,
            position,
            gone: self.gone(&kept),
            files: kept,
        };
        let text = serde_json::to_vec(&manifest).expect("it is plain data");
        let digest = Digest::of(&text);
        Ok(Prepared {
            newest: Newest { digest, manifest },
            text: text.into(),
            new,
        })
    }

    /// Tables never change: one with this name was stored with the last snapshot. Whoever begins looks
    /// once whether it is there, as long as he has the table himself.
    async fn known(&self, name: &str, bytes: u64) -> Result<Option<Kept>, Error> {
        let newest = self.newest.as_ref();
        let kept = newest.and_then(|it| it.manifest.files.get(name));
        let kept = kept.filter(|kept| kept.bytes == bytes && is_table(name));
        let Some(kept) = kept else {
            return Ok(None);
        };
        let Some(digest) = Digest::parse(&kept.digest).filter(|_| !self.is_checked) else {
            return Ok(Some(kept.clone()));
        };
        if self.parts.artifacts.has(&self.parts.scope, digest).await? {
            return Ok(Some(kept.clone()));
        }
        let part = self.part.number();
        warn!(
            part,
            name, "a table of the newest snapshot was gone; it is stored again"
        );
        Ok(None)
    }

    async fn read_file(&self, file: PathBuf, bytes: u64) -> Result<(Digest, Blob), Error> {
        if is_table(&file) {
            let digest = digest_of(&file, PACE).await.map_err(Error::Scratch)?;
            return Ok((digest, Blob::Table(file)));
        }
        let read = blocking(move || std::fs::read(file)).await?;
        let mut content = read.map_err(Error::Scratch)?;
        content.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        content.extend_from_slice(self.mark.as_bytes());
        Ok((Digest::of(&content), Blob::Bytes(content.into())))
    }

    /// What the newest snapshot has and one with these files has not.
    fn gone(&self, kept: &BTreeMap<String, Kept>) -> BTreeSet<String> {
        let newest = self.newest.as_ref().map(Newest::blobs);
        let mut gone = newest.unwrap_or_default();
        for kept in kept.values() {
            gone.remove(&kept.digest);
        }
        gone
    }

    /// Stores a snapshot, which counts from the last commit on; `false` when a shutdown cuts it off.
    pub(super) async fn store(
        &mut self,
        prepared: Prepared,
        shutdown: &Shutdown,
    ) -> Result<bool, Error> {
        let blobs = prepared.blobs();
        let Prepared { newest, text, new } = prepared;
        let others = self.note(blobs).await?;
        let (artifacts, context) = (&self.parts.artifacts, self.context());
        for (digest, blob) in new {
            // Not in the middle of one: what has begun may go on, and nobody would know of it.
            if shutdown.is_cancelled() {
                return Ok(false);
            }
            match blob {
                Blob::Table(file) => artifacts.put_file(&context, &file, digest, PACE).await?,
                Blob::Bytes(bytes) => artifacts.put(&context, bytes).await.map(drop)?,
            }
        }
        artifacts.put(&context, text).await?;
        let digest = newest.digest.to_string().into_bytes();
        let change = Change::progress().slot(&self.part.slot(SLOT), digest);
        self.commit(self.with_drafts(change, &others)).await?;
        self.newest = Some(newest);
        self.lost = None;
        Ok(true)
    }

    /// Puts on record what is about to be stored. Gives back what others have there.
    async fn note(&self, blobs: BTreeSet<String>) -> Result<Drafts, Error> {
        let others = self.drafts().await?;
        let mut all = others.clone();
        all.0.push(Draft {
            epoch: self.hold.epoch(),
            at: self.parts.clock.now(),
            blobs,
        });
        let change = self.with_drafts(Change::progress(), &all);
        self.commit(change).await?;
        Ok(others)
    }

    fn with_drafts(&self, change: Change, drafts: &Drafts) -> Change {
        let name = self.part.slot(DRAFTS);
        if drafts.is_empty() {
            return change.remove_slot(&name);
        }
        let bytes = serde_json::to_vec(drafts).expect("it is plain data");
        change.slot(&name, bytes)
    }

    /// Removes what was stored for snapshots that never came to count.
    pub(super) async fn take_back(&mut self, which: Which) -> Result<(), Error> {
        if self.lost.is_some() {
            // What the newest one needs is not known.
            return Ok(());
        }
        let all = self.drafts().await?;
        let (ended, others) = all.ended(self.hold.epoch(), self.parts.clock.now());
        let removed = match which {
            Which::All => &all,
            Which::Ended => &ended,
        };
        if removed.is_empty() {
            return Ok(());
        }
        // Nobody else has taken a snapshot since, and this one is what is on record now, also if a
        // commit of ours was said to have failed.
        self.commit(Change::progress()).await?;
        self.newest = self.read().await?;
        self.remove_unneeded(removed.blobs()).await?;
        if ended.is_empty() {
            return Ok(());
        }
        let change = self.with_drafts(Change::progress(), &others);
        self.commit(change).await
    }

    /// Lets go of what only the last snapshot but one had.
    pub(super) async fn forget(&mut self) -> Result<(), Error> {
        let newest = self.newest.as_ref();
        let Some(newest) = newest.filter(|it| self.forgotten != Some(it.digest)) else {
            return Ok(());
        };
        self.remove_unneeded(newest.manifest.gone.iter()).await?;
        self.forgotten = Some(newest.digest);
        Ok(())
    }

    async fn remove_unneeded(&self, blobs: impl Iterator<Item = &String>) -> Result<(), Error> {
        let needed = self.newest.as_ref().map(Newest::blobs);
        let needed = needed.unwrap_or_default();
        for digest in blobs.filter(|blob| !needed.contains(*blob)) {
            if let Some(digest) = Digest::parse(digest) {
                let context = self.context();
                self.parts.artifacts.remove(&context, digest).await?;
            }
        }
        Ok(())
    }

    /// One that was taken over in the middle of a snapshot removes what he has stored of it, which
    /// nobody else has: the others' stores are made from the newest snapshot.
    pub(super) async fn withdraw(&mut self, blobs: &BTreeSet<String>) -> Result<(), Error> {
        self.newest = self.read().await?;
        self.remove_unneeded(blobs.iter()).await
    }
}

impl Prepared {
    pub(super) fn blobs(&self) -> BTreeSet<String> {
        let all = self.new.keys().chain([&self.newest.digest]);
        all.map(Digest::to_string).collect()
    }
}
