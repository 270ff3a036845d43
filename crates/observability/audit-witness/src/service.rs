use std::sync::Arc;
use std::time::Duration;

use aurora_audit::note::Signature;
use aurora_audit::witness::AddCheckpoint;
use aurora_audit::{Folder, Signed, VerifierKey};
use aurora_audit_sequencer::Handle;
use aurora_disk::Disk;
use aurora_tasks::Shutdown;
use aurora_telemetry::{Health, HealthBoard, Metric, Metrics};
use futures_util::future::join_all;
use tracing::{debug, warn};

use crate::ask::{Answer, Peer};
use crate::{Error, Options};

const ROLE: &str = "witness";
/// Between two looks whether the log is open, before anybody was asked.
const SOON: Duration = Duration::from_millis(250);

/// Shows the log's newest checkpoint to its witnesses, all of them the same one, and keeps what they sign.
pub struct Service {
    peers: Vec<(Peer, u64)>,
    every: Duration,
    disk: Arc<dyn Disk>,
    folder: Folder,
    log: VerifierKey,
    head: Handle,
    metrics: Metrics,
    health: HealthBoard,
}

impl Service {
    /// `disk`'s root is the folder of the log.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn new(
        options: &Options,
        disk: Arc<dyn Disk>,
        log: VerifierKey,
        head: Handle,
        metrics: Metrics,
        health: HealthBoard,
    ) -> Result<Self, Error> {
        let peers = options.witnesses.iter();
        let peers = peers.map(|asked| Ok((Peer::of(asked)?, 0)));
        Ok(Self {
            peers: peers.collect::<Result<_, Error>>()?,
            every: Duration::from_secs(options.witness_seconds.max(1)),
            folder: Folder::new(disk.clone()),
            disk,
            log,
            head,
            metrics,
            health,
        })
    }

    /// Asks until shutdown. Nothing waits for an answer: a witness that is away is asked again.
    pub async fn run(mut self, shutdown: Shutdown) {
        self.recall();
        while !shutdown.is_cancelled() {
            let pause = match self.head.head() {
                Some(head) => {
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        () = self.round(&head) => {}
                    }
                    self.every
                }
                None => SOON,
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// What each of them has cosigned before this process was started, as far as it is kept.
    fn recall(&mut self) {
        let kept = self.folder.vouched(&self.log).unwrap_or_default();
        for (peer, vouched) in &mut self.peers {
            // The newest first.
            let mut kept = kept.iter();
            if let Some(kept) = kept.find(|kept| kept.note.check(&peer.key).is_ok()) {
                *vouched = kept.checkpoint.size;
            }
        }
    }

    async fn round(&mut self, head: &Signed) {
        let size = head.checkpoint.size;
        let behind = self.peers.iter().filter(|(_, vouched)| *vouched < size);
        let asked = behind.map(|(peer, vouched)| self.vouch(peer, *vouched, head));
        let answers = join_all(asked).await;
        let mut answers = answers.into_iter();
        let mut problems = Vec::new();
        for at in 0..self.peers.len() {
            if self.peers[at].1 >= size {
                continue;
            }
            let answer = answers.next().expect("everybody behind was asked");
            let kept = match answer {
                Ok(signature) => self.keep(&self.peers[at].0.key, head, signature).await,
                Err(error) => Err(error),
            };
            let (peer, vouched) = &mut self.peers[at];
            match kept {
                Ok(()) => {
                    debug!(witness = peer.url, size, "a witness vouches for the log");
                    *vouched = size;
                }
                Err(error) => {
                    let reason = aurora_tasks::chain(&error);
                    warn!(
                        witness = peer.url,
                        reason, "a witness does not vouch for the log"
                    );
                    problems.push(format!("{}: {reason}", peer.url));
                }
            }
        }
        self.tell(&problems);
    }

    fn tell(&self, problems: &[String]) {
        let most = self.peers.iter().map(|(_, vouched)| *vouched).max();
        let most = i64::try_from(most.unwrap_or(0)).unwrap_or(i64::MAX);
        self.metrics.set(Metric::AuditWitnessedEntries, &[], most);
        let health = match problems {
            [] => Health::Ready,
            _ => Health::Degraded {
                reason: problems.join("; "),
            },
        };
        self.health.set(ROLE, health);
    }

    /// A cosignature of this checkpoint, from what the witness is believed to have seen, or from what it says
    /// that it has.
    async fn vouch(&self, peer: &Peer, vouched: u64, head: &Signed) -> Result<Signature, Error> {
        let (size, mut old) = (head.checkpoint.size, vouched);
        for _ in 0..2 {
            match peer.ask(&self.request(old, head).await?).await {
                Ok(Answer::Cosigned(signature)) => return Ok(signature),
                Ok(Answer::Seen(seen)) if seen > size => {
                    return Err(Error::RolledBack { seen, size });
                }
                Ok(Answer::Seen(seen)) if seen == old => return Err(Error::Forked { size: seen }),
                Ok(Answer::Seen(seen)) => old = seen,
                Err(Error::Answer { status: 422, .. }) => return Err(Error::Forked { size: old }),
                Err(error) => return Err(error),
            }
        }
        Err(Error::Raced)
    }

    async fn request(&self, old: u64, head: &Signed) -> Result<AddCheckpoint, Error> {
        let (folder, head) = (self.folder.clone(), head.clone());
        blocking(move || AddCheckpoint::of(&folder, old, &head).map_err(Error::Kept)).await
    }

    async fn keep(
        &self,
        witness: &VerifierKey,
        head: &Signed,
        signature: Signature,
    ) -> Result<(), Error> {
        let (disk, folder, log) = (self.disk.clone(), self.folder.clone(), self.log.clone());
        let (written, head, witness) = (self.head.clone(), head.clone(), witness.clone());
        blocking(move || {
            Ok(written.keep_cosignature(
                disk.as_ref(),
                &folder,
                &log,
                &head,
                signature,
                &witness,
            )?)
        })
        .await
    }
}

/// Reads, writes and syncs belong on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    // It ends early only with the process.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Closed)?
}
