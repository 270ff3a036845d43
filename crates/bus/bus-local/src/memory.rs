//! What is remembered besides the messages: consumers and lease epochs.
//!
//! A log of its own, in which each frame is all of it as JSON, so that the newest frame is the
//! truth, one `fsync` writes it, and a person can read it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aurora_disk::Disk;
use aurora_log::Log;
use aurora_model::Stream;
use serde::{Deserialize, Serialize};

use crate::Error;

const VERSION: u32 = 1;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) version: u32,
    /// Newest epoch of each lease.
    pub(crate) leases: BTreeMap<String, u64>,
    pub(crate) consumers: Vec<RememberedConsumer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RememberedConsumer {
    pub(crate) stream: Stream,
    pub(crate) name: String,
    pub(crate) filters: Vec<String>,
    pub(crate) max_in_flight: usize,
    pub(crate) ack_wait: Duration,
    /// The first message never delivered.
    pub(crate) next: u64,
    /// Of those before it that match: what is not acknowledged, and how often it was delivered.
    pub(crate) unacked: Vec<(u64, u32)>,
}

/// Where it is kept.
pub(crate) struct Memory {
    log: Log,
    /// Held from collecting to writing, so that the newest frame is the newest state.
    turn: Mutex<()>,
}

impl Memory {
    pub(crate) fn open(disk: Arc<dyn Disk>) -> Result<(Self, Remembered), Error> {
        let options = aurora_log::Options {
            segment_bytes: 4 << 20,
            max_bytes: 128 << 20,
            ..aurora_log::Options::default()
        };
        let fail = |source| Error::Log {
            name: "consumers".to_owned(),
            source,
        };
        let (log, found) = Log::open(disk, "consumers", options).map_err(fail)?;
        let newest = log.read(found.last.max(1)).map_err(fail)?;
        let remembered = newest.map_or(Ok(Remembered::default()), |bytes| parse(&bytes))?;
        Ok((
            Self {
                log,
                turn: Mutex::new(()),
            },
            remembered,
        ))
    }

    /// Collects the state and makes it durable. Blocks.
    pub(crate) fn keep(&self, collect: impl FnOnce() -> Remembered) -> Result<(), Error> {
        // The guarded value is `()`.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let state = Remembered {
            version: VERSION,
            ..collect()
        };
        let bytes = serde_json::to_vec(&state).expect("plain data becomes JSON");
        let fail = |source| Error::Log {
            name: "consumers".to_owned(),
            source,
        };
        let seq = self.log.append(bytes).map_err(fail)?;
        if self.log.can_trim(seq - 1) {
            self.log.trim(seq - 1).map_err(fail)?;
        }
        Ok(())
    }

    /// Fails when nothing can be kept any more.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let checked = self.log.check_room(&[]);
        checked.map_err(|source| Error::Log {
            name: "consumers".to_owned(),
            source,
        })
    }
}

fn parse(bytes: &[u8]) -> Result<Remembered, Error> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    // First alone: a newer version may have changed the rest.
    let Version { version } =
        serde_json::from_slice(bytes).map_err(|source| Error::Memory { source })?;
    if version > VERSION {
        return Err(Error::Version {
            found: version,
            newest: VERSION,
        });
    }
    serde_json::from_slice(bytes).map_err(|source| Error::Memory { source })
}
