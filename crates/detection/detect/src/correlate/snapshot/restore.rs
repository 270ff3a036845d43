//! How windows come from a snapshot and the stream, and what becomes of a part whose snapshot is lost.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use aurora_artifacts::Digest;
use aurora_bus::{Consumer as _, Delivery};
use aurora_clock::Timestamp;
use aurora_codes::Code;
use aurora_model::{Action, Scope, Shard, Stream};
use aurora_records::{Change, Records};
use aurora_tasks::Shutdown;
use serde::{Deserialize, Serialize};
use tracing::{error, info, warn};

use super::manifest::{Manifest, SLOT};
use super::{HELD, Snapshots, clear, is_table};
use crate::Error;
use crate::correlate::round::shard_of_subject;
use crate::correlate::service::{Parts, blocking};
use crate::correlate::shared::consumers;
use crate::correlate::tail::Tail;
use crate::sharing::Part;

/// The slot that is there while the windows are made from a snapshot and the stream: the last
/// message that must be repeated. A crash meanwhile begins again where the snapshot ends.
const RESTORING: &str = "correlate/restoring";
/// The slot that says why nobody can work on a part: a [`Lost`].
const LOST: &str = "correlate/lost";
/// The slot that is there until the windows of a part were filled from stored events.
const REBUILT: &str = "correlate/rebuilt";
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

/// A part whose windows nobody can work on, as their snapshot is lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    pub part: u16,
    pub since: Timestamp,
    pub reason: String,
}

/// Parts whose snapshots are lost.
///
/// # Errors
/// When the records store fails, or has something else there.
pub async fn lost(records: &dyn Records, scope: &Scope) -> Result<Vec<Lost>, Error> {
    let slots = records.slots(scope, LOST).await?;
    let read = |(id, bytes): (String, Vec<u8>)| {
        serde_json::from_slice(&bytes).map_err(|source| Error::Damaged { id, source })
    };
    slots.into_iter().map(read).collect()
}

pub(in crate::correlate) fn rebuilt_slot(part: Part) -> String {
    part.slot(REBUILT)
}

impl Snapshots {
    /// When the window store is empty: takes the newest snapshot. What has happened since is given
    /// by [`Snapshots::missed`], again when a crash came before its end.
    ///
    /// # Errors
    /// [`Error::Unrestorable`], which is on record until it is otherwise.
    pub(in crate::correlate) async fn restore(&mut self) -> Result<(), Error> {
        match self.restore_newest().await {
            Err(error) if error.is_lost() && self.rebuild => {
                self.do_without(error).await?;
                self.restore_newest().await
            }
            Err(error) if error.is_lost() => Err(self.say_lost(error).await?),
            Err(error) => Err(error),
            Ok(()) => self.say_found().await,
        }
    }

    async fn restore_newest(&mut self) -> Result<(), Error> {
        let restoring = self.part.slot(RESTORING);
        let records = &self.parts.records;
        let kept = records.slot(&self.parts.scope, &restoring).await?;
        let interrupted = kept.and_then(|bytes| bytes.try_into().ok());
        let interrupted = interrupted.map(u64::from_le_bytes);
        let is_empty = self.is_empty().await?;
        if !is_empty && interrupted.is_none() {
            return Ok(());
        }
        if is_empty && let Some(lost) = self.lost.take() {
            return Err(lost);
        }
        let stream = self.parts.bus.stream(Stream::Matches).await?;
        let last = interrupted.unwrap_or(0).max(stream.last_seq);
        let newest = self.newest.clone();
        let position = self.covered().unwrap_or(0);
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
        if let Some(newest) = newest.filter(|_| is_empty) {
            self.adopt(&newest.manifest).await?;
            let (digest, files) = (newest.digest, newest.manifest.files.len());
            let part = self.part.number();
            info!(part, %digest, files, position, "the windows come from a snapshot");
        }
        self.tail = Some(tail);
        Ok(())
    }

    /// Puts on record that nobody can work on this part.
    async fn say_lost(&self, lost: Error) -> Result<Error, Error> {
        let (part, name) = (self.part.number(), self.part.slot(LOST));
        let known = self.parts.records.slot(&self.parts.scope, &name).await?;
        if known.is_none() {
            let lost = Lost {
                part,
                since: self.parts.clock.now(),
                reason: aurora_tasks::chain(&lost),
            };
            let bytes = serde_json::to_vec(&lost).expect("it is plain data");
            self.commit(Change::progress().slot(&name, bytes)).await?;
        }
        let source = Box::new(lost);
        Ok(Error::Unrestorable { part, source })
    }

    async fn say_found(&self) -> Result<(), Error> {
        let name = self.part.slot(LOST);
        let known = self.parts.records.slot(&self.parts.scope, &name).await?;
        if known.is_some() {
            self.commit(Change::progress().remove_slot(&name)).await?;
        }
        Ok(())
    }

    /// Begins this part's windows anew, with what the stream and the event store still have.
    async fn do_without(&mut self, lost: Error) -> Result<(), Error> {
        let (part, reason) = (self.part.number(), aurora_tasks::chain(&lost));
        let change = Change::decided(Action::on("windows.rebuild", [part.to_string()]))
            .remove_slot(&self.part.slot(SLOT))
            .remove_slot(&self.part.slot(LOST))
            .slot(&rebuilt_slot(self.part), reason.clone().into_bytes());
        self.commit(change).await?;
        (self.newest, self.lost) = (None, None);
        error!(
            code = %Code::WindowsLost, part, reason,
            "the windows of a part begin anew without their snapshot and are filled from stored events"
        );
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
    pub(in crate::correlate) async fn missed(&mut self) -> Result<Vec<Delivery>, Error> {
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
    pub(in crate::correlate) async fn look_ahead(&mut self) -> Result<(), Error> {
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
