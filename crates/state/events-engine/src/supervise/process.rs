//! One life of the child.

use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;

use crate::{Error, SupervisorOptions};

/// Lines of standard error that are kept for the reason.
const KEPT_LINES: usize = 20;

pub(super) struct Process {
    child: Child,
    /// The child ends when this is dropped.
    lifeline: Option<ChildStdin>,
    said: Arc<Mutex<VecDeque<String>>>,
    listening: JoinHandle<()>,
}

impl Process {
    // Reading what the child says ends with the child.
    #[allow(clippy::disallowed_methods)]
    pub(super) fn start(options: &SupervisorOptions) -> Result<Self, Error> {
        let mut child = Command::new(&options.program)
            .args(&options.leading)
            .args(options.child.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // The terminal's Ctrl-C is for us; the child follows when we let go of it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::io("start the process"))?;
        let said = Arc::default();
        let errors = child.stderr.take().expect("standard error was asked for");
        let listening = tokio::spawn(listen(errors, Arc::clone(&said)));
        Ok(Self {
            lifeline: child.stdin.take(),
            child,
            said,
            listening,
        })
    }

    /// Its number, until its end was waited for.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => self.reason(status),
            Err(error) => error.to_string(),
        }
    }

    /// The last thing the child said, and how it ended.
    fn reason(&self, status: ExitStatus) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match said.back() {
            Some(line) => format!("{line} ({status})"),
            None => status.to_string(),
        }
    }

    /// Lets the child close its store, and ends it if it takes longer.
    pub(super) async fn stop(mut self, patience: Duration) {
        drop(self.lifeline.take());
        if tokio::time::timeout(patience, self.child.wait())
            .await
            .is_err()
        {
            self.kill().await;
        }
    }

    pub(super) async fn kill(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "cannot end the event engine");
        }
        self.listening.abort();
    }
}

async fn listen(errors: impl AsyncRead + Unpin, said: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(errors).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let line: String = line.chars().take(500).collect();
        tracing::debug!(line, "the event engine says");
        if line.trim().is_empty() {
            continue;
        }
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() == KEPT_LINES {
            said.pop_front();
        }
        said.push_back(line);
    }
}
