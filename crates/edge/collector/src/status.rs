//! What a collector tells about itself, also to a socket.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aurora_clock::{Clock, Timestamp};
use aurora_model::relay::Events;
use aurora_tasks::Shutdown;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tracing::{debug, error, info, warn};

use crate::Error;

/// What is known of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkState {
    /// Nothing was sent yet.
    #[default]
    Idle,
    Connected {
        protocol: String,
    },
    /// It does not answer, or not now.
    Waiting {
        since: Timestamp,
        reason: String,
    },
    /// It answers, and will not have what is sent until somebody changes something.
    Refused {
        since: Timestamp,
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BufferState {
    /// On disk; space comes free in steps.
    pub bytes: u64,
    pub max_bytes: u64,
    /// Batches that the site does not have yet.
    pub batches: u64,
}

/// OCSF made on this host, where that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normalised {
    /// What the site does with it.
    pub events: Events,
    /// Records that went with their event. The site made those of the others.
    pub records: u64,
}

/// A collector as it is now. Counts are of records since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub pid: u32,
    pub site: String,
    pub started_at: Timestamp,
    pub link: LinkState,
    /// With the site, durable; without those that were left out.
    pub forwarded: u64,
    /// Among them, those that the site had already: an acknowledgement was lost.
    pub known: u64,
    /// Left out by the operator's programs.
    pub left_out: u64,
    /// Nothing where it was not asked for, or the site has not answered.
    #[serde(default)]
    pub normalised: Option<Normalised>,
    /// Dropped because the buffer was full or the site would never take them.
    pub dropped: u64,
    pub last_forwarded_at: Option<Timestamp>,
    pub buffer: BufferState,
}

/// A collector's state. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Status {
    state: Arc<Mutex<Snapshot>>,
    clock: Arc<dyn Clock>,
}

impl Status {
    pub(crate) fn new(site: String, clock: Arc<dyn Clock>) -> Self {
        let state = Snapshot {
            pid: std::process::id(),
            site,
            started_at: clock.now(),
            ..Snapshot::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            clock,
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        // Every change is one assignment, so a panic leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn connected(&self, protocol: &str) {
        let mut state = self.lock();
        let protocol = protocol.to_owned();
        let link = LinkState::Connected { protocol };
        if state.link != link {
            info!(site = state.site, "the site takes records");
            state.link = link;
        }
    }

    pub(crate) fn forwarded(&self, records: u64, known: u64, left_out: u64) {
        let now = self.clock.now();
        let mut state = self.lock();
        state.forwarded += records;
        state.known += known;
        state.left_out += left_out;
        state.last_forwarded_at = Some(now);
    }

    /// So many records more went with their event to a site that does this with them.
    pub(crate) fn normalises(&self, events: Events, records: u64) {
        let mut state = self.lock();
        let before = state.normalised;
        let records = records + before.map_or(0, |before| before.records);
        state.normalised = Some(Normalised { events, records });
        if before.is_some_and(|before| before.events == events) {
            return;
        }
        let site = &state.site;
        match events {
            Events::Used => info!(site, "events are made on this host"),
            Events::Unused => {
                warn!(
                    site,
                    "the token names a parser, so the site makes the events"
                )
            }
            Events::Unknown => {
                warn!(
                    site,
                    "the site's release does not take events, and makes them"
                )
            }
        }
    }

    pub(crate) fn dropped(&self, records: u64) {
        self.lock().dropped += records;
    }

    pub(crate) fn buffer(&self, buffer: BufferState) {
        self.lock().buffer = buffer;
    }

    /// Says it once in the log, until the reason changes.
    pub(crate) fn failed(&self, reason: String, refused: bool) {
        let now = self.clock.now();
        let mut state = self.lock();
        let same = match &state.link {
            LinkState::Waiting { reason: known, .. } => !refused && *known == reason,
            LinkState::Refused { reason: known, .. } => refused && *known == reason,
            _ => false,
        };
        if same {
            return;
        }
        let since = now;
        state.link = if refused {
            error!(site = state.site, reason, "the site refuses records");
            LinkState::Refused { since, reason }
        } else {
            warn!(
                site = state.site,
                reason, "the site does not take records now"
            );
            LinkState::Waiting { since, reason }
        };
    }

    /// Answers whoever connects to the socket with the state as one line of JSON.
    ///
    /// # Errors
    /// [`Error::Socket`] when there is no listening there.
    pub async fn serve(self, path: &Path, shutdown: Shutdown) -> Result<(), Error> {
        let failed = |source| Error::Socket {
            path: path.to_owned(),
            source,
        };
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        let listener = UnixListener::bind(path).map_err(failed)?;
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                accepted = listener.accept() => accepted,
            };
            let Ok((mut stream, _)) = accepted else {
                continue;
            };
            let mut line = serde_json::to_vec(&self.snapshot()).expect("a state is plain data");
            line.push(b'\n');
            // It fits the socket's own buffer, so nobody can hold this up.
            if let Err(error) = stream.write_all(&line).await {
                debug!(%error, "somebody asked and left");
            }
        }
    }
}
