//! Snapshots: checkpoints of the window store in the artifact store, file by file, so that what did
//! not change is not stored again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aurora_artifacts::{Digest, Pace};
use aurora_bus::{Consumer as _, Delivery, Tracked};
use aurora_ids::Id128;
use aurora_model::{Context, Shard, Stream};
use aurora_records::Change;
use aurora_tasks::Shutdown;
use aurora_telemetry::{Health, Metric};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::round::shard_of_subject;
use super::service::{Options, Parts, blocking};
use super::shared::consumers;
use super::tail::Tail;
use crate::Error;
use crate::sharing::{Hold, Part};

/// The slot with the digest of the newest manifest.
const SLOT: &str = "correlate/snapshot";
/// The slot that is there while the windows are made from a snapshot and the stream: the last
/// message that must be repeated. A crash meanwhile begins again where the snapshot ends.
const RESTORING: &str = "correlate/restoring";
const FORMAT: u32 = 1;
/// Files of a snapshot that are fetched at a time; each is in memory as a whole.
const FILES: usize = 4;
/// Messages fetched at a time.
const FETCHED: usize = 1_000;
/// For the next ones of them.
const WAIT: Duration = Duration::from_millis(200);
/// Messages that are repeated in one go, and bytes of their bodies: the more, the less often a group is
/// written that many of them are for.
const REPEATED: usize = 32_768;
const REPEATED_BYTES: usize = 64 << 20;
/// Messages that the holding consumer may have in flight; at half of them a snapshot lets them go.
pub(super) const HELD: usize = 200_000;
/// Files are taken into a snapshot no faster than this. The digest of a table costs a core's time, and a
/// store that cannot link must copy it; both are in no hurry.
const PACE: Pace = Pace::of(64 << 20);

/// The last sequence of MATCHES whose effect is stored and handed on.
#[derive(Clone, Debug, Default)]
pub(super) struct Position(Arc<AtomicU64>);

impl Position {
    pub(super) fn reach(&self, seq: Option<u64>) {
        self.0.fetch_max(seq.unwrap_or(0), Ordering::SeqCst);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// What a snapshot consists of. Everything up to `position` is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    position: u64,
    files: BTreeMap<String, Kept>,
    /// What only the snapshot before had, itself included: nobody needs it once this one counts.
    #[serde(default)]
    gone: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    bytes: u64,
    digest: String,
}

#[derive(Debug)]
pub(super) struct Snapshots {
    part: Part,
    hold: Hold,
    parts: Parts,
    every: Duration,
    scratch: PathBuf,
    position: Position,
    /// Holds the stream's tail that no snapshot covers.
    holder: Arc<Tracked>,
    /// Messages of that tail that were handed to us.
    held: BTreeSet<u64>,
    newest: Option<(Digest, Manifest)>,
    taken: Duration,
    /// What is still to be repeated.
    tail: Option<Tail>,
    /// Behind what we store of files that are no tables: no other store's snapshot has the same blob,
    /// so that none is in need of what we remove.
    mark: Id128,
}

impl Snapshots {
    pub(super) const CONSUMER: &'static str = "correlate-snapshots";

    pub(super) async fn open(
        (part, hold): (Part, &Hold),
        options: &Options,
        parts: &Parts,
        position: Position,
        holder: Arc<Tracked>,
    ) -> Result<Self, Error> {
        let mut snapshots = Self {
            part,
            hold: hold.clone(),
            holder,
            parts: parts.clone(),
            every: options.snapshot_every,
            scratch: options.scratch.clone(),
            position,
            held: BTreeSet::new(),
            newest: None,
            taken: parts.clock.elapsed(),
            tail: None,
            mark: Id128::random(),
        };
        snapshots.newest = snapshots.read().await?;
        // A crash may have come before that.
        snapshots.forget().await?;
        Ok(snapshots)
    }

    async fn read(&self) -> Result<Option<(Digest, Manifest)>, Error> {
        let scope = &self.parts.scope;
        let name = self.part.slot(SLOT);
        let Some(slot) = self.parts.records.slot(scope, &name).await? else {
            return Ok(None);
        };
        let digest = std::str::from_utf8(&slot).ok().and_then(Digest::parse);
        let Some(digest) = digest else {
            return Ok(None);
        };
        let Some(bytes) = self.parts.artifacts.get(scope, digest).await? else {
            warn!(%digest, "the newest snapshot of the windows is gone");
            return Ok(None);
        };
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|source| Error::Damaged {
                id: format!("snapshot {digest}"),
                source,
            })?;
        if manifest.format > FORMAT {
            return Err(Error::NewerSnapshot {
                found: manifest.format,
                known: FORMAT,
            });
        }
        Ok(Some((digest, manifest)))
    }

    /// When the window store is empty: takes the newest snapshot. What has happened since is given
    /// by [`Snapshots::missed`], again when a crash came before its end.
    pub(super) async fn restore(&mut self) -> Result<(), Error> {
        let restoring = self.part.slot(RESTORING);
        let records = &self.parts.records;
        let kept = records.slot(&self.parts.scope, &restoring).await?;
        let interrupted = kept.and_then(|bytes| bytes.try_into().ok());
        let interrupted = interrupted.map(u64::from_le_bytes);
        let is_empty = self.is_empty().await?;
        if !is_empty && interrupted.is_none() {
            return Ok(());
        }
        let stream = self.parts.bus.stream(Stream::Matches).await?;
        let last = interrupted.unwrap_or(0).max(stream.last_seq);
        let newest = self.newest.clone();
        let position = newest.as_ref().map_or(0, |(_, it)| it.position);
        let from = self.kept_from(stream.first_seq).await?;
        let now = self.parts.clock.elapsed();
        let mut tail = Tail::new(from.max(position + 1), last, now);
        if newest.is_none() && tail.is_over() {
            return Ok(());
        }
        // Of a part, what is missing in between may be what others were sent.
        if newest.is_some() && from > position + 1 && self.part.is_whole() {
            warn!(
                position,
                from, "the stream no longer has all that came after the snapshot; windows miss it"
            );
        }
        self.leave_out_others(&mut tail).await?;
        let mark = Change::progress().slot(&restoring, last.to_le_bytes().to_vec());
        self.commit(mark).await?;
        if let Some((digest, manifest)) = newest.filter(|_| is_empty) {
            self.adopt(&manifest).await?;
            let files = manifest.files.len();
            let part = self.part.number();
            info!(part, %digest, files, position, "the windows come from a snapshot");
        }
        self.tail = Some(tail);
        Ok(())
    }

    /// The first message that the stream still has for us.
    async fn kept_from(&self, first: u64) -> Result<u64, Error> {
        let [_, holding] = consumers(self.part);
        let bus = &self.parts.bus;
        let info = bus.consumer_info(Stream::Matches, &holding.name).await?;
        Ok(info.map_or(first, |info| first.max(info.ack_floor + 1)))
    }

    /// The stream is dense, but what it has for other parts is not given to us.
    async fn leave_out_others(&self, tail: &mut Tail) -> Result<(), Error> {
        if self.part.is_whole() {
            return Ok(());
        }
        let mut next = tail.next();
        while next <= tail.last() {
            let found = self.parts.bus.peek(Stream::Matches, next, FETCHED).await?;
            let Some(until) = found.last().map(|peeked| peeked.seq) else {
                break;
            };
            let is_ours = |subject| shard_of_subject(subject).is_none_or(|it| self.part.has(it));
            let ours = found.iter().filter(|peeked| is_ours(&peeked.subject));
            let ours: BTreeSet<u64> = ours.map(|peeked| peeked.seq).collect();
            tail.leave_out((next..=until).filter(|seq| !ours.contains(seq)));
            next = until + 1;
        }
        Ok(())
    }

    async fn is_empty(&self) -> Result<bool, Error> {
        let (store, shards) = (self.parts.windows.clone(), self.part.shards());
        let is_empty = blocking(move || {
            for shard in shards {
                if store.head(shard)?.is_some() {
                    return Ok(false);
                }
            }
            Ok::<_, aurora_window_state::Error>(true)
        });
        Ok(is_empty.await??)
    }

    /// The next messages that came after the snapshot, in their order; none at the end. All that were
    /// given before are taken to be worked on.
    pub(super) async fn missed(&mut self) -> Result<Vec<Delivery>, Error> {
        if self.held.len() >= HELD / 2 {
            let position = self.position.get();
            self.take(position, &Shutdown::new()).await?;
            self.let_go(position).await?;
        }
        self.look_ahead().await?;
        let Some(mut tail) = self.tail.take() else {
            return Ok(Vec::new());
        };
        let next = tail.take(REPEATED, REPEATED_BYTES);
        if next.is_empty() {
            let last = tail.last();
            let done = Change::progress().remove_slot(&self.part.slot(RESTORING));
            self.commit(done).await?;
            let part = self.part.number();
            info!(part, last, "what came after the snapshot was repeated");
        } else {
            self.tail = Some(tail);
        }
        Ok(next)
    }

    /// Fetches what [`Snapshots::missed`] gives next, which may be done while the last ones are worked on.
    pub(super) async fn look_ahead(&mut self) -> Result<(), Error> {
        let Some(tail) = &mut self.tail else {
            return Ok(());
        };
        while !tail.is_over() && !tail.has(REPEATED, REPEATED_BYTES) {
            let some = self.holder.fetch(FETCHED, WAIT).await?;
            let now = self.parts.clock.elapsed();
            self.held.extend(some.iter().map(|message| message.seq));
            if some.is_empty() {
                // They may be in flight with a process that is no more.
                self.holder.nak(&tail.missing(HELD)).await?;
                tail.skip_lost(now);
            }
            tail.put(some, now);
        }
        Ok(())
    }

    async fn adopt(&self, manifest: &Manifest) -> Result<(), Error> {
        let folder = self.scratch.join("restore");
        clear(&folder).await?;
        let mut files = manifest.files.iter();
        let mut fetching = tokio::task::JoinSet::new();
        loop {
            while fetching.len() < FILES
                && let Some((name, kept)) = files.next()
            {
                let digest = Digest::parse(&kept.digest);
                let digest = digest.ok_or_else(|| Error::SnapshotGone(name.clone()))?;
                let (parts, name) = (self.parts.clone(), name.clone());
                fetching.spawn(fetch(parts, folder.clone(), name, (digest, kept.bytes)));
            }
            let Some(fetched) = fetching.join_next().await else {
                break;
            };
            fetched.map_err(Error::Evaluation)??;
        }
        let (store, from) = (self.parts.windows.clone(), folder.clone());
        let shards: Vec<Shard> = self.part.shards().collect();
        blocking(move || store.adopt(&from, &shards)).await??;
        clear(&folder).await
    }

    pub(super) async fn run(mut self, shutdown: Shutdown) -> Result<(), Error> {
        let mut timer = tokio::time::interval(self.every);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        timer.tick().await;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                _ = timer.tick() => {}
            }
            let position = self.position.get();
            if self
                .newest
                .as_ref()
                .is_none_or(|(_, newest)| newest.position < position)
            {
                self.attempt(position, &shutdown).await?;
            } else {
                self.taken = self.parts.clock.elapsed();
            }
            let age = self.parts.clock.elapsed().saturating_sub(self.taken);
            let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
            self.parts.metrics.set(Metric::SnapshotAge, &[], age);
        }
    }

    /// A snapshot that fails is visible and tried again; only what it would have let go is held on
    /// to, as long as there is room.
    async fn attempt(&mut self, position: u64, shutdown: &Shutdown) -> Result<(), Error> {
        let started = Instant::now();
        match self.take(position, shutdown).await {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.taken = self.parts.clock.elapsed();
                let metrics = &self.parts.metrics;
                metrics.observe(Metric::SnapshotSeconds, started.elapsed());
                self.parts.health.set("snapshots", Health::Ready);
                self.let_go(position).await
            }
            Err(error) if error.is_moved() => Err(error),
            Err(error) => {
                let reason = aurora_tasks::chain(&error);
                warn!(
                    reason,
                    "no snapshot of the windows could be taken; tried again"
                );
                self.parts
                    .health
                    .set("snapshots", Health::Degraded { reason });
                let stream = self.parts.bus.stream(Stream::Matches).await?;
                if stream.bytes > stream.max_bytes / 2 {
                    // The windows are durable here; detection must not stop for want of a second
                    // copy.
                    self.let_go(position).await?;
                }
                Ok(())
            }
        }
    }

    /// Whether a snapshot was taken; a shutdown cuts it off.
    async fn take(&mut self, position: u64, shutdown: &Shutdown) -> Result<bool, Error> {
        let folder = self.scratch.join("snapshot");
        self.take_back(&folder).await?;
        clear(&folder).await?;
        let (store, to) = (self.parts.windows.clone(), folder.clone());
        let files = blocking(move || {
            std::fs::create_dir_all(to.parent().unwrap_or(&to)).map_err(Error::Scratch)?;
            store.checkpoint(&to)?;
            files(&to).map_err(Error::Scratch)
        });
        let files = files.await??;
        let kept = tokio::select! {
            () = shutdown.cancelled() => return Ok(false),
            kept = self.keep(&folder, files) => kept?,
        };
        let manifest = Manifest {
            format: FORMAT,
            position,
            gone: self.gone(&kept),
            files: kept,
        };
        let text = serde_json::to_vec(&manifest).expect("it is plain data");
        let context = self.context();
        let digest = self
            .parts
            .artifacts
            .put(&context, Bytes::from(text))
            .await?;
        let name = self.part.slot(SLOT);
        let change = Change::progress().slot(&name, digest.to_string().into_bytes());
        self.commit(change).await?;
        self.newest = Some((digest, manifest));
        self.forget().await?;
        clear(&folder).await?;
        Ok(true)
    }

    /// Removes what a snapshot that was cut off had stored: its files still stand in its folder.
    async fn take_back(&self, folder: &Path) -> Result<(), Error> {
        let newest = self.newest.iter();
        let newest = newest.flat_map(|(_, newest)| newest.files.values());
        let needed: BTreeSet<&str> = newest.map(|kept| &*kept.digest).collect();
        let there = folder.to_owned();
        let found = match blocking(move || files(&there)).await? {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            found => found.map_err(Error::Scratch)?,
        };
        for (name, bytes) in found {
            if is_table(&name) && self.known(&name, bytes).is_none() {
                let file = folder.join(&name);
                let digest = blocking(move || Ok(Digest::of(&std::fs::read(file)?)));
                let digest = digest.await?.map_err(Error::Scratch)?;
                // Whatever it is called there: what counts is what the newest one needs, and that
                // nobody else has taken one since.
                if !needed.contains(&*digest.to_string()) {
                    self.commit(Change::progress()).await?;
                    self.remove(digest).await?;
                }
            }
        }
        Ok(())
    }

    /// Stores what the last snapshot does not have.
    async fn keep(
        &self,
        folder: &Path,
        files: Vec<(String, u64)>,
    ) -> Result<BTreeMap<String, Kept>, Error> {
        let mut all = BTreeMap::new();
        for (name, bytes) in files {
            let kept = match self.known(&name, bytes) {
                Some(kept) => kept,
                None => self.put(folder.join(&name), bytes).await?,
            };
            all.insert(name, kept);
        }
        Ok(all)
    }

    /// Refused when somebody else owns the part by now.
    async fn commit(&self, change: Change) -> Result<(), Error> {
        let change = self.hold.on(change);
        self.parts.records.commit(&self.context(), change).await?;
        Ok(())
    }

    fn context(&self) -> Context {
        Context::service(self.parts.scope.clone(), "correlate", "snapshot of windows")
    }

    /// Tables never change: one with this name was stored with the last snapshot.
    fn known(&self, name: &str, bytes: u64) -> Option<Kept> {
        let (_, newest) = self.newest.as_ref()?;
        let kept = newest.files.get(name).filter(|kept| kept.bytes == bytes);
        kept.filter(|_| is_table(name)).cloned()
    }

    async fn put(&self, file: PathBuf, bytes: u64) -> Result<Kept, Error> {
        let (artifacts, context) = (&self.parts.artifacts, self.context());
        let digest = if is_table(&file) {
            artifacts.put_file(&context, &file, PACE).await?
        } else {
            let read = blocking(move || std::fs::read(file)).await?;
            let mut content = read.map_err(Error::Scratch)?;
            content.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
            content.extend_from_slice(self.mark.as_bytes());
            artifacts.put(&context, content.into()).await?
        };
        Ok(Kept {
            bytes,
            digest: digest.to_string(),
        })
    }

    /// What the newest snapshot has and one with these files has not.
    fn gone(&self, kept: &BTreeMap<String, Kept>) -> BTreeSet<String> {
        let Some((digest, newest)) = &self.newest else {
            return BTreeSet::new();
        };
        let digests = newest.files.values().map(|it| it.digest.clone());
        let mut gone: BTreeSet<String> = digests.chain([digest.to_string()]).collect();
        for kept in kept.values() {
            gone.remove(&kept.digest);
        }
        gone
    }

    /// Lets go of what only the last snapshot but one had.
    async fn forget(&self) -> Result<(), Error> {
        let newest = self.newest.iter();
        for gone in newest.flat_map(|(_, newest)| &newest.gone) {
            if let Some(digest) = Digest::parse(gone) {
                self.remove(digest).await?;
            }
        }
        Ok(())
    }

    async fn remove(&self, digest: Digest) -> Result<(), Error> {
        Ok(self.parts.artifacts.remove(&self.context(), digest).await?)
    }

    /// The stream need not keep what is in a snapshot.
    async fn let_go(&mut self, position: u64) -> Result<(), Error> {
        loop {
            let later = self.held.split_off(&(position + 1));
            let covered: Vec<u64> = std::mem::replace(&mut self.held, later)
                .into_iter()
                .collect();
            if !covered.is_empty() {
                self.holder.ack(&covered).await?;
            }
            if !self.held.is_empty() {
                return Ok(());
            }
            let some = self.holder.fetch(10_000, Duration::ZERO).await?;
            if some.is_empty() {
                return Ok(());
            }
            self.held.extend(some.iter().map(|message| message.seq));
        }
    }
}

/// A file of a snapshot, from the artifact store to a folder.
async fn fetch(
    parts: Parts,
    folder: PathBuf,
    name: String,
    (digest, bytes): (Digest, u64),
) -> Result<(), Error> {
    let (artifacts, scope) = (&parts.artifacts, &parts.scope);
    let to = folder.join(&name);
    let parent = to.parent().unwrap_or(&folder).to_owned();
    let made = blocking(move || std::fs::create_dir_all(parent)).await?;
    made.map_err(Error::Scratch)?;
    let is_there = if is_table(&to) {
        artifacts.get_file(scope, digest, &to).await?
    } else if let Some(mut content) = artifacts.get(scope, digest).await? {
        content.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        let written = blocking(move || std::fs::write(to, content)).await?;
        written.map_err(Error::Scratch)?;
        true
    } else {
        false
    };
    if is_there {
        Ok(())
    } else {
        Err(Error::SnapshotGone(name))
    }
}

/// Tables never change. The store below may keep the file itself: nothing else may go there so.
fn is_table(name: impl AsRef<Path>) -> bool {
    name.as_ref().extension().is_some_and(|end| end == "sst")
}

async fn clear(folder: &Path) -> Result<(), Error> {
    let folder = folder.to_owned();
    let removed = blocking(move || std::fs::remove_dir_all(folder)).await?;
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::Scratch(error)),
        _ => Ok(()),
    }
}

/// Every file below a folder, by its path there, with its size.
fn files(folder: &Path) -> std::io::Result<Vec<(String, u64)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let (path, kind) = entry.and_then(|it| Ok((it.path(), it.file_type()?)))?;
            if kind.is_dir() {
                folders.push(path);
            } else if let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str) {
                found.push((name.to_owned(), std::fs::metadata(&path)?.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}
