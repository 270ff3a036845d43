use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use aurora_approvals::{Approvals, Verifier};
use aurora_clock::Clock;
use aurora_messages::LinkCreated;
use aurora_model::effect::Intent;
use aurora_model::{Context, Scope};
use aurora_people::{Origins, People};
use aurora_permissions::Decide;
use aurora_records::Records;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::assets::Assets;
use crate::deeds::Deeds;
use crate::listen::{Door, bind_socket};
use crate::roles::Roles;
use crate::routes::{self, link};
use crate::state::{Inner, Shared};
use crate::{Error, Feed, Options, Site};

/// What the API is made of.
#[derive(Clone)]
pub struct Parts {
    pub site: Arc<dyn Site>,
    /// Where approvals and the site's own roles are kept.
    pub records: Arc<dyn Records>,
    /// Who there is, and how they prove it.
    pub people: People,
    /// Decides who may do what.
    pub decide: Arc<dyn Decide>,
    /// Judges fresh assertions of people.
    pub verifier: Arc<dyn Verifier>,
    pub clock: Arc<dyn Clock>,
    pub scope: Scope,
    pub site_name: String,
    pub version: String,
    /// The Unix socket, usually `run/site.sock` in the data directory. Its folder must exist.
    pub socket: PathBuf,
    /// Where the site publishes what happens; make it with [`Options::kept_events`].
    pub feed: Feed,
}

/// The API, bound to its addresses and not yet serving.
pub struct Service {
    shared: Shared,
    tcp: TcpListener,
    unix: UnixListener,
    socket: PathBuf,
}

/// What the rest of the site may ask of the API.
#[derive(Clone)]
pub struct Handle {
    shared: Shared,
}

impl Service {
    /// Binds both listeners and reads the console's files.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn new(options: Options, parts: Parts) -> Result<Self, Error> {
        let roles = Roles::new(
            parts.records.clone(),
            parts.decide.clone(),
            parts.scope.clone(),
        );
        roles.load().await?;
        let approvals = Approvals::new(
            parts.records.clone(),
            parts.clock.clone(),
            parts.decide.clone(),
            parts.verifier,
        );
        for Intent { id, does, target } in approvals.report_unknown(&parts.scope).await? {
            warn!(
                id,
                does, target, "unknown outcome: it is not known whether this was done"
            );
        }
        may_listen(&options, &parts.people).await?;
        let listen = options.listen;
        let fail = |source| Error::Listen {
            address: listen,
            source,
        };
        let tcp = TcpListener::bind(listen).await.map_err(fail)?;
        let address = tcp.local_addr().map_err(fail)?;
        parts.people.served_at(Origins {
            secure: options.behind_tls,
            port: address.port(),
            hostnames: options.hostnames.clone(),
        });
        let unix = bind_socket(&parts.socket).map_err(|source| Error::Socket {
            path: parts.socket.clone(),
            source,
        })?;
        let shared = Shared::new(Inner {
            site: parts.site,
            scope: parts.scope,
            site_name: parts.site_name,
            version: parts.version,
            clock: parts.clock,
            people: parts.people,
            decide: parts.decide,
            approvals,
            deeds: Deeds::default(),
            roles,
            feed: parts.feed,
            assets: Assets::read(options.console_dir.as_deref())?,
            options,
            address,
            closing: CancellationToken::new(),
        });
        Ok(Self {
            shared,
            tcp,
            unix,
            socket: parts.socket,
        })
    }

    pub fn handle(&self) -> Handle {
        Handle {
            shared: self.shared.clone(),
        }
    }

    /// Serves until `shutdown`, then ends live streams, lets other requests finish and removes
    /// the socket.
    pub async fn run(self, shutdown: CancellationToken) {
        info!(url = %self.shared.url(), socket = %self.socket.display(), "the console is up");
        let router = routes::all(self.shared.clone());
        let limit = self.shared.options.max_connections;
        let closing = &self.shared.closing;
        let stop = async {
            shutdown.cancelled().await;
            closing.cancel();
        };
        tokio::join!(
            stop,
            Door::new(router.clone(), limit, closing.clone()).serve(self.tcp),
            // Doors of their own: a full console never locks the operator out.
            Door::new(router, limit, closing.clone()).serve(self.unix),
        );
        self.shared.deeds.close().await;
        // A path that is gone already is as good.
        drop(std::fs::remove_file(&self.socket));
    }
}

impl Handle {
    /// Where the console really listens; the port may have been chosen by the kernel.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// The console's address for people.
    pub fn url(&self) -> String {
        self.shared.url()
    }

    /// A one-time link that opens the local administrator's session.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn link(&self, context: &Context) -> Result<LinkCreated, aurora_people::Error> {
        let issued = self.shared.people.issue_link(context, None).await?;
        Ok(link(&self.shared, &issued))
    }

    /// Whether anybody has an account yet; until then the site prints a link when it starts.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn has_administrator(&self) -> Result<bool, aurora_people::Error> {
        self.shared.people.has_administrator().await
    }
}

/// Nothing is reachable from elsewhere until somebody administers it, and then only through TLS.
async fn may_listen(options: &Options, people: &People) -> Result<(), Error> {
    let address = options.listen;
    if address.ip().is_loopback() {
        return Ok(());
    }
    if !people.has_administrator().await? {
        return Err(Error::NoAdministrator { address });
    }
    if options.behind_tls {
        Ok(())
    } else {
        Err(Error::NoTls { address })
    }
}
