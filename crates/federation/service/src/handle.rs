//! How the rest of the site speaks to the federation.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aurora_clock::Timestamp;
use aurora_federation::About;
use aurora_federation_carrier::Door;
use aurora_model::{Context, SiteId};
use aurora_secrets::Secret;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use crate::history::History;
use crate::{Error, Moment, Status};

/// Orders that wait.
const ROOM: usize = 64;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    orders: mpsc::Sender<Order>,
    status: watch::Receiver<Option<Arc<Status>>>,
    history: Arc<Mutex<History>>,
}

/// The service's end of a [`Handle`].
#[derive(Debug)]
pub struct Inbox {
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) sender: mpsc::Sender<Order>,
    pub(crate) status: watch::Sender<Option<Arc<Status>>>,
    pub(crate) history: Arc<Mutex<History>>,
}

/// An invitation, to be shown once.
#[derive(Debug)]
pub struct Invited {
    pub code: Secret<String>,
    pub expires_at: Timestamp,
    /// Of this site's key.
    pub fingerprint: String,
}

/// A key that follows another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Of the key that was replaced, as people compare it.
    pub former: String,
    pub fingerprint: String,
    /// Whether the directory lists it already; at any other site than the primary it does once the
    /// primary has heard of it.
    pub listed: bool,
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What the host is asked to do.
#[derive(Debug)]
pub(crate) enum Order {
    Invite {
        context: Context,
        label: String,
        minutes: u64,
        reply: Reply<Invited>,
    },
    Join {
        context: Context,
        code: Secret<String>,
        reply: Reply<String>,
    },
    Verify {
        context: Context,
        code: String,
        reply: Reply<String>,
    },
    Leave {
        context: Context,
        site: Option<String>,
        reply: Reply<()>,
    },
    Rotate {
        context: Context,
        overlap: Duration,
        reply: Reply<Rotated>,
    },
    Cut {
        context: Context,
        site: Option<String>,
        reply: Reply<Vec<SiteId>>,
    },
    Heal {
        context: Context,
        site: Option<String>,
        reply: Reply<Vec<SiteId>>,
    },
    Describe(About),
    /// A stranger asks.
    Knocked {
        key: [u8; 32],
        question: Bytes,
        reply: oneshot::Sender<Option<Bytes>>,
    },
    /// What the primary answered.
    Answered(Result<Bytes, String>),
}

/// A handle, and the end of it for [`crate::Service::open`].
pub fn handle() -> (Handle, Inbox) {
    let (orders, received) = mpsc::channel(ROOM);
    let (told, status) = watch::channel(None);
    let history = Arc::default();
    let handle = Handle {
        orders: orders.clone(),
        status,
        history: Arc::clone(&history),
    };
    let inbox = Inbox {
        orders: received,
        sender: orders,
        status: told,
        history,
    };
    (handle, inbox)
}

impl Handle {
    /// The mesh half a second ago at most; `None` before the service has started.
    pub fn status(&self) -> Option<Arc<Status>> {
        self.status.borrow().clone()
    }

    /// Changes with every status.
    pub fn statuses(&self) -> watch::Receiver<Option<Arc<Status>>> {
        self.status.clone()
    }

    /// How links were in the last day, oldest first.
    pub fn history(&self) -> Vec<Moment> {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.moments()
    }

    /// Makes an invitation for one site, at the primary. An empty label leaves the choice to the site.
    ///
    /// # Errors
    /// [`Error::NotPrimary`], [`Error::Minutes`], [`Error::NoAddress`], or when the store fails.
    pub async fn invite(
        &self,
        context: Context,
        label: String,
        minutes: u64,
    ) -> Result<Invited, Error> {
        self.ask(|reply| Order::Invite {
            context,
            label,
            minutes,
            reply,
        })
        .await
    }

    /// Asks the primary to be let in. Gives what both operators compare.
    ///
    /// # Errors
    /// [`Error::Joined`], [`Error::IsPrimary`], [`Error::Invitation`], or when the store fails.
    pub async fn join(&self, context: Context, code: Secret<String>) -> Result<String, Error> {
        self.ask(|reply| Order::Join {
            context,
            code,
            reply,
        })
        .await
    }

    /// Says that the operator here has compared the code with the operator there. Gives the site's
    /// label.
    ///
    /// # Errors
    /// [`Error::NoSuchCode`], or when the store fails.
    pub async fn verify(&self, context: Context, code: String) -> Result<String, Error> {
        self.ask(|reply| Order::Verify {
            context,
            code,
            reply,
        })
        .await
    }

    /// Leaves the mesh; or, at the primary, takes a site out of it.
    ///
    /// # Errors
    /// [`Error::NotJoined`], [`Error::NotPrimary`], [`Error::NoSuchSite`], or when the store fails.
    pub async fn leave(&self, context: Context, site: Option<String>) -> Result<(), Error> {
        self.ask(|reply| Order::Leave {
            context,
            site,
            reply,
        })
        .await
    }

    /// Makes a new key for this site; the former one counts for `overlap` longer.
    ///
    /// # Errors
    /// [`Error::NotJoined`], [`Error::Rotating`], [`Error::Overlap`], or when the store fails.
    pub async fn rotate(&self, context: Context, overlap: Duration) -> Result<Rotated, Error> {
        self.ask(|reply| Order::Rotate {
            context,
            overlap,
            reply,
        })
        .await
    }

    /// Cuts the link to a site, or all of them, as if the network had. It ends with the process.
    ///
    /// # Errors
    /// [`Error::NoDrills`], [`Error::NoSuchSite`], or when the store fails.
    pub async fn cut(&self, context: Context, site: Option<String>) -> Result<Vec<SiteId>, Error> {
        self.ask(|reply| Order::Cut {
            context,
            site,
            reply,
        })
        .await
    }

    /// Takes a cut back.
    ///
    /// # Errors
    /// As [`Handle::cut`].
    pub async fn heal(&self, context: Context, site: Option<String>) -> Result<Vec<SiteId>, Error> {
        self.ask(|reply| Order::Heal {
            context,
            site,
            reply,
        })
        .await
    }

    /// From now on beats say so.
    pub async fn describe(&self, about: About) {
        // When the service has ended there are no beats.
        drop(self.orders.send(Order::Describe(about)).await);
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let sent = self.orders.send(order(reply)).await;
        sent.map_err(|_| Error::Stopping)?;
        answer.await.map_err(|_| Error::Stopping)?
    }
}

#[async_trait]
impl Door for Handle {
    async fn knocked(&self, key: [u8; 32], question: Bytes) -> Option<Bytes> {
        let (reply, answer) = oneshot::channel();
        let order = Order::Knocked {
            key,
            question,
            reply,
        };
        self.orders.send(order).await.ok()?;
        answer.await.ok()?
    }
}
