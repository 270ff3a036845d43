use std::sync::Arc;

use aurora_clock::Clock;
use aurora_federation::Scale;
use aurora_federation_carrier::{Carrier, Event, Knock, Listening};
use aurora_model::Scope;
use aurora_records::Records;
use aurora_secrets::TokenHasher;
use aurora_tasks::Tasks;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tracing::info;

use crate::handle::{Inbox, Order};
use crate::host::Host;
use crate::keys::SiteKeys;
use crate::{Alarms, AuditLog, Error, Options};

/// Events of carriers that wait for the mesh.
const ROOM: usize = 1_024;

/// What a site that federates is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    pub scope: Scope,
    pub options: Options,
    /// What people call the site.
    pub name: String,
    /// Its release.
    pub software: String,
    pub records: Arc<dyn Records>,
    pub clock: Arc<dyn Clock>,
    pub alarms: Arc<dyn Alarms>,
    /// Hashes invitations.
    pub tokens: TokenHasher,
    /// From how many sites on not everybody is linked with everybody.
    pub scale: Scale,
    /// At most 255.
    pub carriers: Vec<Arc<dyn Carrier>>,
    /// How the primary is asked to let this site in; without it this site cannot join.
    pub knock: Option<Arc<dyn Knock>>,
    /// Where other sites dial, as it changes.
    pub listens: watch::Receiver<Listening>,
    /// What others vouch for; none for a site without.
    pub audit: Option<Arc<dyn AuditLog>>,
}

/// What the courier is sent with: where to, whom to meet, and what to ask.
#[derive(Debug)]
pub(crate) struct Errand {
    pub address: String,
    pub key: [u8; 32],
    pub question: Bytes,
}

/// The part of a site that federates.
pub struct Service {
    host: Host,
    inbox: mpsc::Receiver<Order>,
    orders: mpsc::Sender<Order>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

impl Service {
    /// Reads what is stored, and tells carriers whom they may reach.
    ///
    /// # Errors
    /// [`Error::Option`], [`Error::Damaged`], [`Error::NotOurKey`], or when the store fails.
    pub async fn open(parts: Parts, keys: SiteKeys, inbox: Inbox) -> Result<Self, Error> {
        parts.options.check()?;
        let host = Host::open(parts, keys, inbox.history, inbox.status).await?;
        Ok(Self {
            host,
            inbox: inbox.orders,
            orders: inbox.sender,
        })
    }

    /// Runs until the tasks end: one task for the mesh, one for each carrier, and one that asks the
    /// primary to be let in.
    pub fn start(mut self, tasks: &Tasks) {
        let (sender, events) = mpsc::channel(ROOM);
        let carriers = self.host.parts.carriers.iter().cloned();
        for (number, carrier) in (0_u8..).zip(carriers) {
            let name = format!("federation-{}", carrier.name());
            let (sender, shutdown) = (sender.clone(), tasks.shutdown());
            tasks.spawn(&name, async move {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = listen(number, carrier.as_ref(), &sender) => {}
                }
                Ok::<_, Error>(())
            });
        }
        let shutdown = tasks.shutdown();
        if let Some(knock) = self.host.parts.knock.clone() {
            let (errands, received) = mpsc::channel(1);
            self.host.errands = Some(errands);
            let (orders, shutdown) = (self.orders.clone(), shutdown.clone());
            tasks.spawn("federation-join", async move {
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = carry(knock.as_ref(), received, &orders) => {}
                }
                Ok::<_, Error>(())
            });
        }
        info!(site = self.host.parts.options.site_id, "the site federates");
        tasks.spawn("federation", async move {
            self.host.run(events, self.inbox, shutdown).await;
            Ok::<_, Error>(())
        });
    }
}

/// Hands on what a carrier tells. The mesh that has no room makes the carrier wait, which then loses
/// frames, and counts them.
async fn listen(number: u8, carrier: &dyn Carrier, to: &mpsc::Sender<(u8, Event)>) {
    while let Some(event) = carrier.next().await {
        if to.send((number, event)).await.is_err() {
            return;
        }
    }
}

/// Asks the primary, whose network may be slow, beside the mesh.
async fn carry(
    knock: &dyn Knock,
    mut errands: mpsc::Receiver<Errand>,
    orders: &mpsc::Sender<Order>,
) {
    while let Some(errand) = errands.recv().await {
        let asked = knock.knock(&errand.address, errand.key, errand.question);
        let answer = asked.await.map_err(|error| error.to_string());
        if orders.send(Order::Answered(answer)).await.is_err() {
            return;
        }
    }
}
