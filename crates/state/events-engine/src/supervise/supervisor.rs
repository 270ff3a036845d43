use std::sync::Arc;
use std::time::Duration;

use aurora_tasks::Shutdown;
use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tracing::{info, warn};

use super::probe::{self, Report};
use super::process::Process;
use crate::confine::Confinement;
use crate::{Error, SupervisorOptions};

/// A child that ran this long is healthy; its next end is not one of a series.
const HEALTHY: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_millis(20);

/// Starts the child and starts it again whenever it ends.
#[derive(Debug)]
pub struct Supervisor {
    options: SupervisorOptions,
    status: watch::Sender<Status>,
    restart: Arc<Notify>,
}

/// A view of the engine, and a way to have it started anew.
#[derive(Clone, Debug)]
pub struct Handle {
    status: watch::Receiver<Status>,
    restart: Arc<Notify>,
}

/// How the engine is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    pub phase: Phase,
    /// Starts beyond the first.
    pub restarts: u64,
    /// Why it ended last.
    pub last_error: Option<String>,
    pub pid: Option<u32>,
    pub confinement: Option<Confinement>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Starting,
    Ready,
    /// It ended and will be started again.
    Restarting,
    Stopped,
}

/// How one life of the child came to its end.
enum End {
    Shutdown,
    Died(String),
}

impl Supervisor {
    pub fn new(options: SupervisorOptions) -> (Self, Handle) {
        let status = Status {
            phase: Phase::Starting,
            restarts: 0,
            last_error: None,
            pid: None,
            confinement: None,
        };
        let (status, seen) = watch::channel(status);
        let restart = Arc::new(Notify::new());
        let handle = Handle {
            status: seen,
            restart: Arc::clone(&restart),
        };
        (
            Self {
                options,
                status,
                restart,
            },
            handle,
        )
    }

    /// Keeps the engine running until `shutdown`, then lets it close its store.
    ///
    /// # Errors
    /// Never for the engine's own end: that is [`Status::last_error`] and the next start.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let mut wait = self.options.backoff;
        loop {
            let started = Instant::now();
            let reason = match self.live(&shutdown).await {
                End::Shutdown => break,
                End::Died(reason) => reason,
            };
            warn!(reason, "the event engine ended and is started again");
            self.died(reason);
            if started.elapsed() > HEALTHY {
                wait = self.options.backoff;
            }
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = sleep(wait) => {}
            }
            wait = (wait * 2).min(self.options.backoff_limit);
        }
        self.status.send_modify(|status| {
            status.phase = Phase::Stopped;
            status.pid = None;
        });
        Ok(())
    }

    fn died(&self, reason: String) {
        self.status.send_modify(|status| {
            status.phase = Phase::Restarting;
            status.restarts += 1;
            status.last_error = Some(reason);
            status.pid = None;
        });
    }

    /// One life of the child.
    async fn live(&self, shutdown: &Shutdown) -> End {
        let mut process = match Process::start(&self.options) {
            Ok(process) => process,
            Err(error) => return End::Died(aurora_tasks::chain(&error)),
        };
        let end = tokio::select! {
            end = self.watch(&mut process) => End::Died(end),
            () = shutdown.cancelled() => End::Shutdown,
        };
        match &end {
            End::Shutdown => process.stop(self.options.stop_timeout).await,
            End::Died(_) => process.kill().await,
        }
        end
    }

    /// Waits for the first answer, then for the end or for silence.
    async fn watch(&self, process: &mut Process) -> String {
        let pid = process.pid();
        let report = tokio::select! {
            reason = process.ended() => return reason,
            answered = timeout(self.options.start_timeout, self.first_answer(pid)) => match answered {
                Ok(report) => report,
                Err(_) => return "it did not answer in time after its start".to_owned(),
            },
        };
        info!(
            pid = report.pid,
            landlock = report.confinement.landlock,
            seccomp = report.confinement.seccomp,
            "the event engine is ready"
        );
        self.status.send_modify(|status| {
            status.phase = Phase::Ready;
            status.pid = Some(report.pid);
            status.confinement = Some(report.confinement);
        });
        tokio::select! {
            reason = process.ended() => reason,
            () = self.silence(pid) => "it did not answer any more".to_owned(),
            () = self.restart.notified() => "a restart was asked for".to_owned(),
        }
    }

    /// The first answer of this child. One that a killed parent left may answer for a moment longer.
    async fn first_answer(&self, child: Option<u32>) -> Report {
        loop {
            match probe::status(&self.options.child.socket).await {
                Ok(report) if Some(report.pid) == child => return report,
                _ => sleep(PROBE_EVERY).await,
            }
        }
    }

    /// Returns when the child has not answered for `ping_timeout`.
    async fn silence(&self, child: Option<u32>) {
        let mut ticks = interval(self.options.ping_every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            // One refused connection (a full backlog refuses at once) is not silence: it is asked
            // again until the time is over.
            if timeout(self.options.ping_timeout, self.first_answer(child))
                .await
                .is_err()
            {
                return;
            }
        }
    }
}

impl Handle {
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Waits until the engine answers.
    ///
    /// # Errors
    /// [`Error::NotReady`] with the reason of the last end, when `patience` is over or it was stopped.
    pub async fn ready(&self, patience: Duration) -> Result<Status, Error> {
        self.wait_for(patience, |status| status.phase == Phase::Ready)
            .await
    }

    /// Waits for a status.
    ///
    /// # Errors
    /// As [`Handle::ready`].
    pub async fn wait_for(
        &self,
        patience: Duration,
        wanted: impl FnMut(&Status) -> bool,
    ) -> Result<Status, Error> {
        let mut status = self.status.clone();
        let found = timeout(patience, status.wait_for(wanted)).await;
        match found {
            Ok(Ok(status)) => Ok(status.clone()),
            _ => {
                let reason = self.status().last_error;
                Err(Error::NotReady(
                    reason.unwrap_or_else(|| "it is still starting".to_owned()),
                ))
            }
        }
    }

    /// Ends the child at once and starts another.
    pub fn restart(&self) {
        self.restart.notify_one();
    }
}
