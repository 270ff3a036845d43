use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use aurora_clock::Clock;
use aurora_messages::LinkCreated;
use aurora_model::{Context, Scope};
use aurora_records::Records;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::assets::Assets;
use crate::listen::{Door, bind_socket};
use crate::routes::{self, link};
use crate::state::{Inner, Shared};
use crate::{Error, Feed, Options, Sessions, Site, sessions};

/// What the API is made of.
#[derive(Clone)]
pub struct Parts {
    pub site: Arc<dyn Site>,
    /// Where sessions and links are kept.
    pub records: Arc<dyn Records>,
    /// What their tokens are kept as.
    pub hashers: sessions::Hashers,
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
        let sessions = Sessions::new(
            parts.records,
            parts.hashers,
            parts.clock.clone(),
            parts.scope.clone(),
            options.link_life(),
            options.session_life(),
        );
        may_listen(&options, &sessions).await?;
        let listen = options.listen;
        let fail = |source| Error::Listen {
            address: listen,
            source,
        };
        let tcp = TcpListener::bind(listen).await.map_err(fail)?;
        let address = tcp.local_addr().map_err(fail)?;
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
            sessions,
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
    pub async fn link(&self, context: &Context) -> Result<LinkCreated, sessions::Error> {
        let issued = self.shared.sessions.issue_link(context).await?;
        Ok(link(&self.shared, issued))
    }

    /// Whether anybody has an account yet; until then the site prints a link when it starts.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn has_administrator(&self) -> Result<bool, sessions::Error> {
        self.shared.sessions.has_administrator().await
    }
}

/// Nothing is reachable from elsewhere until somebody administers it, and then only through TLS.
async fn may_listen(options: &Options, sessions: &Sessions) -> Result<(), Error> {
    let address = options.listen;
    if address.ip().is_loopback() {
        return Ok(());
    }
    match sessions.has_administrator().await {
        Ok(true) => {}
        Ok(false) => return Err(Error::NoAdministrator { address }),
        Err(sessions::Error::Records(error)) => return Err(error.into()),
        Err(sessions::Error::BadLink) => unreachable!("no link is involved"),
    }
    if options.behind_tls {
        Ok(())
    } else {
        Err(Error::NoTls { address })
    }
}
