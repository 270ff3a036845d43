//! One account of the site's own server: its own as a hub, or the one that a hub elsewhere is reached by.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, HeaderMap, Subscriber};
use aurora_secrets::Secret;
use aurora_tasks::Shutdown;
use bytes::Bytes;
use nkeys::{KeyPair, KeyPairType};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::subjects::{Presence, here, rights};
use crate::{Error, subjects};

/// Names a frame, so that it counts once when it comes over two hubs: the sender's life and a number.
pub(crate) const NAME: &str = "Aurora-Frame";

/// Bytes that may wait for the server. The largest frames need some room beside each other.
const ROOM: usize = 8 * 1024 * 1024;
/// What a frame costs beside its bytes.
const AROUND: usize = 256;
/// Frames that may wait, whatever their size.
const FRAMES: usize = 4096;
/// Frames between the queue and the socket.
const CLIENT: usize = 16;
/// Messages between the socket and whoever reads.
const HEARD: usize = 4096;

/// The user of this site in an account, by a key of its own.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub public: String,
    pub seed: Secret<String>,
}

impl User {
    /// The user for the account of this hub.
    pub(crate) fn new(key: &Secret<[u8; 32]>, hub: &str) -> Result<Self, Error> {
        let mut hasher = blake3::Hasher::new_keyed(key.expose());
        hasher.update(b"aurorasoc.federation.leafnodes.user.v1\n");
        hasher.update(hub.as_bytes());
        let derived = hasher.finalize().into();
        let pair = KeyPair::new_from_raw(KeyPairType::User, derived).map_err(Error::Key)?;
        Ok(Self {
            public: pair.public_key(),
            seed: Secret::new(pair.seed().map_err(Error::Key)?),
        })
    }
}

/// What waits to be sent.
struct Outgoing {
    subject: String,
    name: String,
    frame: Bytes,
    /// Given back once the client has it.
    _room: OwnedSemaphorePermit,
}

/// The sending end; the receiving one is the subscribers.
#[derive(Debug)]
pub(crate) struct Way {
    client: Client,
    queue: mpsc::Sender<Outgoing>,
    room: Arc<Semaphore>,
}

/// What a way hears, and what it still has to send.
pub(crate) struct Ends {
    pub subscribers: Vec<Subscriber>,
    writer: Writer,
}

struct Writer {
    client: Client,
    queue: mpsc::Receiver<Outgoing>,
}

/// Connects to the site's own server as this user; the client connects again by itself from then on.
pub(crate) async fn open(url: &str, label: &str, user: &User) -> Result<(Way, Ends), Error> {
    let connecting = ConnectOptions::with_nkey(user.seed.expose().clone())
        .name(format!("aurorasoc {label}"))
        .custom_inbox_prefix(subjects::here(label))
        .ping_interval(Duration::from_secs(2))
        .connection_timeout(Duration::from_secs(2))
        .reconnect_delay_callback(|_| Duration::from_millis(100))
        .ignore_discovered_servers()
        .client_capacity(CLIENT)
        .subscription_capacity(HEARD)
        .event_callback(|event| {
            tracing::debug!(%event, "the connection to this site's nats-server");
            std::future::ready(())
        });
    let client = connecting.connect(url).await.map_err(Error::Connect)?;
    let mut subscribers = Vec::new();
    for subject in rights(label).subscribe {
        let subscribed = client.subscribe(subject).await;
        subscribers.push(subscribed.map_err(Error::Subscribe)?);
    }
    let (sender, queue) = mpsc::channel(FRAMES);
    let way = Way {
        client: client.clone(),
        queue: sender,
        room: Arc::new(Semaphore::new(ROOM)),
    };
    let writer = Writer { client, queue };
    Ok((
        way,
        Ends {
            subscribers,
            writer,
        },
    ))
}

impl Way {
    /// Whether there was room.
    pub(crate) fn send(&self, subject: &str, name: &str, frame: &Bytes) -> bool {
        let bytes = u32::try_from(frame.len() + AROUND).unwrap_or(u32::MAX);
        let Ok(room) = self.room.clone().try_acquire_many_owned(bytes) else {
            return false;
        };
        let outgoing = Outgoing {
            subject: subject.to_owned(),
            name: name.to_owned(),
            frame: frame.clone(),
            _room: room,
        };
        self.queue.try_send(outgoing).is_ok()
    }

    /// Tells all sites, past the queue.
    pub(crate) async fn tell(&self, label: &str, presence: Presence) {
        let told = self.client.publish(here(label), presence.bytes()).await;
        if let Err(error) = told {
            tracing::debug!(%error, "cannot say that this site is there");
        }
    }

    /// What was told is out.
    pub(crate) async fn flush(&self) {
        let flushed = tokio::time::timeout(Duration::from_millis(500), self.client.flush()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            tracing::debug!("the server may not have heard that this site leaves");
        }
    }

    pub(crate) async fn connect_again(&self) {
        if let Err(error) = self.client.force_reconnect().await {
            tracing::debug!(%error, "cannot connect to this site's nats-server again");
        }
    }
}

impl Ends {
    /// Sends what is queued until the way is dropped; leaves what is heard to the caller.
    pub(crate) fn split(
        self,
        shutdown: Shutdown,
    ) -> (
        Vec<Subscriber>,
        impl Future<Output = Result<(), Infallible>> + Send + 'static,
    ) {
        (self.subscribers, self.writer.run(shutdown))
    }
}

impl Writer {
    async fn run(mut self, shutdown: Shutdown) -> Result<(), Infallible> {
        loop {
            let next = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                next = self.queue.recv() => next,
            };
            let Some(outgoing) = next else {
                return Ok(());
            };
            let mut headers = HeaderMap::new();
            headers.insert(NAME, outgoing.name);
            let (subject, frame) = (outgoing.subject, outgoing.frame);
            let sent = self.client.publish_with_headers(subject, headers, frame);
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                sent = sent => if let Err(error) = sent {
                    tracing::debug!(%error, "a frame was not sent");
                }
            }
        }
    }
}
