use std::collections::{HashMap, HashSet};
use std::io::BufReader;
use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_formats::{Cut, Cutter, Framer, Item, Limits, auditd_event};
use aurora_ids::Derive;
use aurora_listeners::record;
use aurora_model::OriginId;
use futures_util::TryStreamExt as _;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::io::{StreamReader, SyncIoBridge};
use tracing::{info, warn};

use super::{Options, place};
use crate::outlet::slot;
use crate::{Error, Outlet};

/// Batches read ahead of the bus.
const AHEAD: usize = 4;

/// How far an object was read; kept in the records store for as long as the object is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    /// Which object: its name, and what changes when it is written anew.
    name: String,
    revision: String,
    /// Everything before is durable, in unpacked bytes.
    offset: u64,
    done: bool,
}

/// A folder and what is known of its objects.
#[derive(Debug)]
pub struct Folder {
    options: Options,
    store: Arc<dyn ObjectStore>,
    outlet: Outlet,
    known: HashMap<String, Progress>,
    prefix: String,
}

/// Watches a folder until shutdown. What cannot be read now is tried again.
pub(crate) async fn follow(options: Options, outlet: Outlet) -> Result<(), Error> {
    let every = Duration::from_secs(options.every_seconds.max(1));
    let mut folder = Folder::open(options, outlet.clone()).await?;
    loop {
        if let Err(error) = folder.look().await {
            match error {
                Error::Listeners(_) | Error::Records(_) | Error::Join(_) => return Err(error),
                passing => {
                    let url = &folder.options.url;
                    warn!(
                        url,
                        error = aurora_tasks::chain(&passing),
                        "a folder cannot be read"
                    );
                }
            }
        }
        tokio::select! {
            () = outlet.shutdown().cancelled() => return Ok(()),
            () = tokio::time::sleep(every) => {}
        }
    }
}

impl Folder {
    /// # Errors
    /// [`Error::Place`] when the address names no place that is known, and when the store fails.
    pub async fn open(options: Options, outlet: Outlet) -> Result<Self, Error> {
        let store = place::store(&options)?;
        let prefix = slot("folder", &options.url) + "/";
        let kept = outlet.places::<Progress>(&prefix).await?;
        Ok(Self {
            known: kept.into_iter().collect(),
            options,
            store,
            outlet,
            prefix,
        })
    }

    /// Reads what is new, oldest first, and forgets what is gone.
    ///
    /// # Errors
    /// When the folder cannot be listed or read, or nothing can be handed over.
    pub async fn look(&mut self) -> Result<(), Error> {
        let mut objects: Vec<ObjectMeta> = self.store.list(None).try_collect().await?;
        objects.sort_by(|a, b| (a.last_modified, &a.location).cmp(&(b.last_modified, &b.location)));
        self.forget_gone(&objects).await?;
        let now = self.outlet.now();
        for object in objects {
            let age = now.as_millis() - object.last_modified.timestamp_millis();
            let settled = Duration::from_secs(self.options.settled_seconds).as_millis();
            if age < i64::try_from(settled).unwrap_or(i64::MAX) {
                continue;
            }
            if !self.read(&object).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn forget_gone(&mut self, objects: &[ObjectMeta]) -> Result<(), Error> {
        let there: HashSet<String> = objects.iter().map(|object| self.slot(object)).collect();
        let gone = self.known.keys().filter(|slot| !there.contains(*slot));
        let gone: Vec<String> = gone.cloned().collect();
        if !gone.is_empty() {
            self.outlet.forget(&gone).await?;
            gone.iter().for_each(|slot| drop(self.known.remove(slot)));
        }
        Ok(())
    }

    /// Reads an object on from where it was read to. `false` when shutdown came first.
    async fn read(&mut self, object: &ObjectMeta) -> Result<bool, Error> {
        let slot = self.slot(object);
        let mut progress = match self.known.get(&slot) {
            Some(known) if known.revision == revision(object) => known.clone(),
            // New, or written anew: then it is another object under the same name.
            _ => Progress {
                name: object.location.to_string(),
                revision: revision(object),
                offset: 0,
                done: false,
            },
        };
        if progress.done {
            return Ok(true);
        }
        info!(
            url = self.options.url,
            object = progress.name,
            "an object is read"
        );
        let read = self.copy(object, &slot, &mut progress).await;
        let whole = match read {
            // What stood before the damage was handed over; nobody mends an object.
            Err(Error::Frame { name, source }) => {
                let error = aurora_tasks::chain(&source);
                warn!(object = name, error, "an object cannot be read to its end");
                true
            }
            read => read?,
        };
        progress.done = whole;
        self.outlet.keep(&slot, &progress).await?;
        self.known.insert(slot, progress);
        Ok(whole)
    }

    async fn copy(
        &self,
        object: &ObjectMeta,
        slot: &str,
        progress: &mut Progress,
    ) -> Result<bool, Error> {
        let bytes = self.store.get(&object.location).await?.into_stream();
        let reader = StreamReader::new(bytes.map_err(std::io::Error::other));
        let bridge = SyncIoBridge::new(Box::pin(reader));
        let (sender, mut cuts) = mpsc::channel(AHEAD);
        let (offset, at) = (progress.offset, self.outlet.now());
        let reading = tokio::task::spawn_blocking(move || {
            let input = BufReader::with_capacity(256 * 1024, bridge);
            frame(input, offset, at, &mut |cut| {
                sender.blocking_send(cut).is_ok()
            })
        });
        let origin = origin(progress);
        while let Some(cut) = cuts.recv().await {
            let handed =
                self.outlet
                    .hand_over(&self.options.source, origin, &progress.name, cut.records);
            if !handed.await? {
                return Ok(false);
            }
            // Batches are cut by content alone: one that was durable already goes out the same
            // again, so the place need not be announced first.
            progress.offset = cut.next;
            self.outlet.keep(slot, progress).await?;
        }
        let name = progress.name.clone();
        let framed = reading.await?;
        framed.map_err(|source| Error::Frame { name, source })?;
        Ok(true)
    }

    fn slot(&self, object: &ObjectMeta) -> String {
        let name = Derive::new("aurora.follow.object.v1").part(object.location.as_ref());
        format!("{}{}", self.prefix, name.finish())
    }
}

fn frame(
    input: impl std::io::BufRead + Send,
    offset: u64,
    at: Timestamp,
    sink: &mut dyn FnMut(Cut) -> bool,
) -> Result<(), aurora_formats::Error> {
    let mut cutter = Cutter::new(auditd_event);
    let mut broken = None;
    for framed in Framer::resume(input, Limits::default(), offset)? {
        match framed {
            Ok(framed) => {
                let next = framed.next();
                let record = record(framed, at);
                if let Some(cut) = cutter.push(Item { record, next })
                    && !sink(cut)
                {
                    return Ok(());
                }
            }
            Err(error) => broken = Some(error),
        }
    }
    if let Some(cut) = cutter.finish() {
        sink(cut);
    }
    broken.map_or(Ok(()), Err)
}

/// Two objects of one name share no record's name when their revisions differ.
fn origin(progress: &Progress) -> OriginId {
    let name = Derive::new("aurora.origin.object.v1").part(&progress.name);
    OriginId(name.part(&progress.revision).finish())
}

/// A bucket's tag, or what a file system has: size and time.
fn revision(object: &ObjectMeta) -> String {
    let time = object.last_modified.timestamp_micros();
    let tag = object.e_tag.clone().unwrap_or_default();
    format!("{tag}/{}/{time}", object.size)
}
