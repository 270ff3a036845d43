use std::process::Stdio;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::Id128;
use aurora_model::{OriginId, RawRecord};
use aurora_push::journal::{Entries, Entry};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStdout, Command};
use tracing::{info, warn};

use super::Options;
use crate::outlet::{slot, this_host};
use crate::{Error, Outlet};

/// Entries handed over together.
const MAX_ENTRIES: usize = 512;
const MAX_BYTES: usize = 512 * 1024;
/// More entries that are there already are not waited for.
const GATHER: Duration = Duration::from_millis(20);
/// Before the reader is started again.
const AGAIN: Duration = Duration::from_secs(5);

/// How far the journal was read; kept in the records store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    origin: OriginId,
    /// Everything up to here is durable.
    cursor: Option<String>,
    /// The number of the next entry.
    next: u64,
    /// So many entries more were announced, at `at`, and may be durable.
    announced: u64,
    at: Timestamp,
}

/// Follows the journal until shutdown. A reader that ends is started again: the journal is rotated
/// and vacuumed below it, and it may be missing for a while.
pub(crate) async fn follow(options: Options, outlet: Outlet) -> Result<(), Error> {
    let slot = slot("journal", &options.arguments.join("\n"));
    let kept: Option<Place> = outlet.place(&slot).await?;
    let first = kept.is_none();
    let mut place = kept.unwrap_or_else(|| Place {
        origin: OriginId(Id128::random()),
        cursor: None,
        next: 0,
        announced: 0,
        at: outlet.now(),
    });
    let skip = first && !options.from_start;
    loop {
        match read(&options, &outlet, &slot, &mut place, skip).await {
            Ok(()) => {}
            Err(Error::Journal { command, source }) => {
                warn!(command, error = %source, "the journal cannot be read");
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            () = outlet.shutdown().cancelled() => return Ok(()),
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn read(
    options: &Options,
    outlet: &Outlet,
    slot: &str,
    place: &mut Place,
    skip: bool,
) -> Result<(), Error> {
    let failed = |source| Error::Journal {
        command: options.command.clone(),
        source,
    };
    let mut child = start(options, place, skip).map_err(failed)?;
    info!(command = options.command, "the journal is followed");
    let stream = child.stdout.take().expect("it was asked for");
    let mut stream = Stream::new(stream);
    loop {
        // After a crash exactly those that were announced go out again, and no more with them.
        let most = match place.announced {
            0 => MAX_ENTRIES,
            announced => usize::try_from(announced).unwrap_or(MAX_ENTRIES),
        };
        let again = place.announced > 0;
        let gathered = tokio::select! {
            () = outlet.shutdown().cancelled() => break,
            gathered = stream.gather(most, again) => gathered.map_err(failed)?,
        };
        if gathered.is_empty() {
            break;
        }
        if !again {
            place.announced = gathered.len() as u64;
            place.at = outlet.now();
            outlet.keep(slot, place).await?;
        }
        if !hand_over(options, outlet, place, gathered).await? {
            break;
        }
        outlet.keep(slot, place).await?;
    }
    // It may have ended by itself; either way it is waited for when dropped.
    if let Err(error) = child.kill().await {
        warn!(%error, "the journal's reader cannot be ended");
    }
    Ok(())
}

/// `false` when shutdown came first.
async fn hand_over(
    options: &Options,
    outlet: &Outlet,
    place: &mut Place,
    entries: Vec<Entry>,
) -> Result<bool, Error> {
    let host = entries.iter().find_map(|entry| entry.host.clone());
    let cursor = entries.iter().rev().find_map(|entry| entry.cursor.clone());
    let count = entries.len() as u64;
    let records = (place.next..).zip(entries);
    let records = records.map(|(seq, entry)| RawRecord::whole(seq, place.at, entry.json));
    let host = host.unwrap_or_else(this_host);
    let handed = outlet.hand_over(&options.source, place.origin, &host, records.collect());
    if !handed.await? {
        return Ok(false);
    }
    place.next += count;
    place.announced = 0;
    place.cursor = cursor.or(place.cursor.take());
    Ok(true)
}

fn start(options: &Options, place: &Place, skip: bool) -> std::io::Result<Child> {
    let mut command = Command::new(&options.command);
    command.args(["--output=export", "--follow", "--all", "--quiet"]);
    match &place.cursor {
        Some(cursor) => command.arg(format!("--after-cursor={cursor}")),
        None if skip => command.arg("--lines=0"),
        None => command.arg("--no-tail"),
    };
    command
        .args(&options.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// What the reader says, entry by entry.
struct Stream {
    bytes: ChildStdout,
    entries: Entries,
    buffer: Vec<u8>,
    /// Read, and not handed over yet.
    ready: Option<Entry>,
}

impl Stream {
    fn new(bytes: ChildStdout) -> Self {
        Self {
            bytes,
            entries: Entries::default(),
            buffer: vec![0; 64 * 1024],
            ready: None,
        }
    }

    /// At least one entry, and those that are there with it; none at the stream's end. With
    /// `exactly`, waits for `most` of them.
    async fn gather(&mut self, most: usize, exactly: bool) -> std::io::Result<Vec<Entry>> {
        let mut gathered: Vec<Entry> = self.ready.take().into_iter().collect();
        let mut bytes = gathered.iter().map(|entry| entry.json.len()).sum::<usize>();
        while gathered.len() < most {
            if let Some(entry) = self.entries.next_entry() {
                bytes += entry.json.len();
                if bytes > MAX_BYTES && !gathered.is_empty() && !exactly {
                    self.ready = Some(entry);
                    break;
                }
                gathered.push(entry);
                continue;
            }
            let reading = self.bytes.read(&mut self.buffer);
            let read = if gathered.is_empty() || exactly {
                reading.await?
            } else {
                match tokio::time::timeout(GATHER, reading).await {
                    Ok(read) => read?,
                    Err(_) => break,
                }
            };
            if read == 0 {
                break;
            }
            self.entries.feed(&self.buffer[..read]);
        }
        Ok(gathered)
    }
}
