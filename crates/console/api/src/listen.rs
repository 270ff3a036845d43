//! Two listeners, one router: a Unix socket for this machine's user, TCP for browsers.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tower::service_fn;
use tracing::{debug, warn};

use crate::auth::Peer;

/// A client must have sent its headers within this.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// How long open requests may take to end when the site closes.
const GRACE: Duration = Duration::from_secs(5);
/// Waiting after a failed accept, which comes of too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until `closing`, then lets open requests end.
pub(crate) struct Door {
    router: Router,
    slots: Arc<Semaphore>,
    closing: CancellationToken,
    open: TaskTracker,
}

impl Door {
    pub(crate) fn new(router: Router, connections: usize, closing: CancellationToken) -> Self {
        let slots = Arc::new(Semaphore::new(connections.max(1)));
        Self {
            router,
            slots,
            closing,
            open: TaskTracker::new(),
        }
    }

    pub(crate) async fn serve<L: Listener>(self, listener: L) {
        let closing = self.closing.clone();
        let admit = async {
            loop {
                // Taken before the connection is: what we cannot serve waits in the kernel.
                let slot = Arc::clone(&self.slots).acquire_owned().await;
                let slot = slot.expect("nobody closes the semaphore");
                match listener.accept().await {
                    Ok((stream, peer)) => {
                        let connection = self.connection(stream, peer);
                        self.open.spawn(async move {
                            connection.await;
                            drop(slot);
                        });
                    }
                    Err(error) => {
                        warn!(%error, "a connection to the console was not taken");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        };
        closing.run_until_cancelled(admit).await;
        self.open.close();
        if tokio::time::timeout(GRACE, self.open.wait()).await.is_err() {
            debug!(left = self.open.len(), "requests did not end in time");
        }
    }

    fn connection<S>(&self, stream: S, peer: Peer) -> impl Future<Output = ()> + Send + 'static
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (router, closing) = (self.router.clone(), self.closing.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(peer.clone());
            let request: Request = request.map(axum::body::Body::new);
            router.clone().oneshot(request)
        });
        async move {
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME);
            let connection =
                http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = closing.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                debug!(%error, "a connection to the console broke");
            }
        }
    }
}

/// Serves a router of another part over HTTP, at most so many connections at a time, until `shutdown`; then open
/// requests end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    shutdown: CancellationToken,
) {
    Door::new(router, connections, shutdown)
        .serve(listener)
        .await;
}

/// Where connections come from, and who is on their other end.
pub(crate) trait Listener: Send + Sync {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Peer)>> + Send;
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Peer)> {
        let (stream, from) = Self::accept(self).await?;
        stream.set_nodelay(true)?;
        Ok((stream, Peer::Network(from)))
    }
}

impl Listener for UnixListener {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        let (stream, _) = Self::accept(self).await?;
        let peer = local_peer(&stream)?;
        Ok((stream, peer))
    }
}

/// Makes the socket anew: only its site uses this path, and the data directory's lock says that
/// no other site runs here.
pub(crate) fn bind_socket(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// The user on the other end, who must be the site's own or root.
fn local_peer(stream: &UnixStream) -> io::Result<Peer> {
    let user = stream.peer_cred()?.uid();
    let own = rustix::process::geteuid().as_raw();
    if user != own && user != 0 {
        let text = format!("user {user} is not the site's user {own}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(Peer::Local {
        user: user_name(user),
    })
}

/// The user's name as the machine's user list has it, else the number.
fn user_name(uid: u32) -> String {
    let list = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse::<u32>().ok()? == uid).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("uid-{uid}"))
}
