//! Snapshots: checkpoints of the window store in the artifact store, file by file, so that what did
//! not change is not stored again. `manifest` has what is on record of them, `keep` how they are stored
//! and removed, `restore` how windows come from one.

mod keep;
mod manifest;
mod restore;
#[cfg(test)]
mod simulation;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aurora_artifacts::Digest;
use aurora_bus::{Consumer as _, Tracked};
use aurora_ids::Id128;
use aurora_model::{Context, Stream};
use aurora_records::Change;
use aurora_tasks::Shutdown;
use aurora_telemetry::{Health, Metric};
use tracing::warn;

use self::keep::Which;
use self::manifest::Newest;
use super::service::{Options, Parts, blocking};
use super::tail::Tail;
use crate::Error;
use crate::sharing::{Hold, Part};

pub(super) use self::restore::rebuilt_slot;
pub use self::restore::{Lost, lost};

/// Messages that the holding consumer may have in flight; at half of them a snapshot lets them go.
pub(super) const HELD: usize = 200_000;

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
    newest: Option<Newest>,
    /// Why the newest one cannot be read.
    lost: Option<Error>,
    /// The newest one whose predecessor was let go of.
    forgotten: Option<Digest>,
    /// Whether the tables of the newest one were looked for.
    is_checked: bool,
    /// A lost one is done without.
    rebuild: bool,
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
            lost: None,
            forgotten: None,
            is_checked: false,
            rebuild: options.rebuild_lost,
            taken: parts.clock.elapsed(),
            tail: None,
            mark: Id128::random(),
        };
        match snapshots.read().await {
            Ok(newest) => snapshots.newest = newest,
            Err(error) if error.is_lost() => {
                let (part, reason) = (part.number(), aurora_tasks::chain(&error));
                warn!(part, reason, "the newest snapshot of the windows is lost");
                snapshots.lost = Some(error);
            }
            Err(error) => return Err(error),
        }
        // A crash may have come before that.
        snapshots.take_back(Which::All).await?;
        snapshots.forget().await?;
        Ok(snapshots)
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
            if !self.is_checked || self.covered() < Some(position) {
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

    /// Up to where the newest one goes.
    fn covered(&self) -> Option<u64> {
        self.newest.as_ref().map(|newest| newest.manifest.position)
    }

    /// Whether a snapshot was taken; a shutdown cuts it off.
    async fn take(&mut self, position: u64, shutdown: &Shutdown) -> Result<bool, Error> {
        self.look_again().await?;
        let position = self.covered().unwrap_or(0).max(position);
        let folder = self.scratch.join("snapshot");
        clear(&folder).await?;
        let (store, to) = (self.parts.windows.clone(), folder.clone());
        let files = blocking(move || {
            std::fs::create_dir_all(to.parent().unwrap_or(&to)).map_err(Error::Scratch)?;
            store.checkpoint(&to)?;
            files(&to).map_err(Error::Scratch)
        });
        let files = files.await??;
        let prepared = tokio::select! {
            () = shutdown.cancelled() => return Ok(false),
            prepared = self.prepare(position, &folder, files) => prepared?,
        };
        let blobs = prepared.blobs();
        let stored = self.store(prepared, shutdown).await;
        if stored.as_ref().is_err_and(Error::is_moved)
            && let Err(error) = self.withdraw(&blobs).await
        {
            // They are on record, and the next owner removes them after a while.
            warn!(%error, "what was stored of a snapshot cannot be removed");
        }
        if !stored? {
            return Ok(false);
        }
        self.forget().await?;
        clear(&folder).await?;
        Ok(true)
    }

    /// Begins a snapshot with what is on record. A commit that was said to have failed may stand there,
    /// and what came after it may not be done.
    async fn look_again(&mut self) -> Result<(), Error> {
        if self.lost.is_none() {
            self.newest = self.read().await?;
        }
        self.forget().await?;
        self.take_back(Which::Ended).await
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
