//! What becomes of a question when the connection goes: its answer will not come, and it is asked
//! again on the next one.

use std::time::{Duration, Instant};

use async_nats::{Client, ConnectOptions, Event};
use aurora_bus::Error;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::bus::Inner;
use crate::{Error as NatsError, Options};

/// How long the client waits for one answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(5);
/// Between two tries while the server cannot be reached.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// How often the connection was lost.
#[derive(Clone, Debug)]
pub(crate) struct Losses(watch::Receiver<u64>);

/// The time from one loss to the next.
pub(crate) struct Life {
    losses: watch::Receiver<u64>,
    before: u64,
}

impl Losses {
    /// What begins now.
    pub(crate) fn life(&self) -> Life {
        let losses = self.0.clone();
        let before = *losses.borrow();
        Life { losses, before }
    }
}

impl Life {
    /// Which life this is, of one connection.
    pub(crate) fn number(&self) -> u64 {
        self.before
    }

    /// The answer to what was asked in this life; none when it ended before the answer came.
    pub(crate) async fn answer<T>(&mut self, answer: impl Future<Output = T>) -> Option<T> {
        let before = self.before;
        tokio::select! {
            biased;
            answer = answer => Some(answer),
            _ = self.losses.wait_for(|now| *now != before) => None,
        }
    }
}

/// Connects as `options` say; the client connects again by itself from then on.
pub(crate) async fn connect(options: &Options) -> Result<(Client, Losses), NatsError> {
    let name = options.standing.name();
    let (lost, losses) = watch::channel(0);
    let mut connecting = ConnectOptions::new()
        .name(format!("aurorasoc {name}"))
        .custom_inbox_prefix(format!("_INBOX.{name}"))
        .request_timeout(Some(ANSWER))
        .event_callback(move |event| {
            if let Event::Disconnected = event {
                lost.send_modify(|times| *times += 1);
            }
            tracing::debug!(%event, "the connection to NATS");
            std::future::ready(())
        });
    if let Some(seed) = &options.seed {
        connecting = connecting.nkey(seed.expose().clone());
    }
    if let Some(tls) = &options.tls {
        let tls = tls.as_ref().clone();
        connecting = connecting.tls_client_config(tls).require_tls(true);
    }
    let servers: Vec<&str> = options.servers.split(',').map(str::trim).collect();
    let connected = connecting.connect(&servers[..]).await;
    let client = connected.map_err(|source| NatsError::Connect {
        servers: options.servers.clone(),
        source,
    })?;
    Ok((client, Losses(losses)))
}

impl Inner {
    /// Asks again while the server cannot be reached or is not ready, as long as patience lasts. What
    /// is asked must be harmless twice.
    pub(crate) async fn patiently<T, F>(&self, ask: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let started = Instant::now();
        loop {
            self.check_open()?;
            let answer = self.losses.life().answer(ask()).await;
            let failed = match answer {
                Some(Err(error @ Error::Storage(_))) => error,
                Some(answer) => return answer,
                None => NatsError::Lost.into(),
            };
            if started.elapsed() >= self.options.patience {
                return Err(failed);
            }
            tracing::debug!(error = &failed as &dyn std::error::Error, "asking again");
            sleep(PAUSE).await;
        }
    }
}
