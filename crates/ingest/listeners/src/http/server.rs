use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use aurora_model::Scope;
use aurora_tasks::{Shutdown, Tasks};
use aurora_telemetry::Metric;
use axum::Router;
use axum::routing::{any, get, post};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, warn};

use super::edge::{self, Edge};
use super::gate::Gate;
use super::talk::Talk;
use super::{EdgePeers, Options, elastic, hec, loki, native, otlp};
use crate::crowd::{Crowd, Seat};
use crate::room::Room;
use crate::tls::{HTTP1, HTTP2};
use crate::{Acceptor, Error, SourceBook};

const LISTENER: &str = "HTTP ingest";
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// What is under way at shutdown has so long to end.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// The system is out of something; what frees it takes a moment.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket that is bound but not served yet.
pub struct Service {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    gate: Gate,
    /// What is served beside pushing.
    beside: Router,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

impl Service {
    /// # Errors
    /// [`Error::Bind`] when the port is taken, [`Error::Certificate`] when a file cannot be used.
    pub async fn bind(
        options: Options,
        scope: Scope,
        acceptor: Acceptor,
        sources: SourceBook,
    ) -> Result<Self, Error> {
        let tls = options.tls.acceptor(LISTENER, &[HTTP2, HTTP1])?;
        let listener = crate::socket::listen(LISTENER, options.listen)?;
        let now = acceptor.now().as_millis().unsigned_abs();
        Ok(Self {
            listener,
            tls,
            beside: Router::new(),
            gate: Gate {
                peers: None,
                requests: Arc::new(Semaphore::new(options.max_requests)),
                room: Room::new(options.max_held_bytes),
                acks: Arc::new(AtomicU64::new(now)),
                options,
                scope,
                acceptor,
                sources,
            },
        })
    }

    /// The same for hosts that show certificates: the settings' own TLS is of no interest, and tokens open
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Bind`] when the port is taken.
    pub async fn bind_edge(
        options: Options,
        scope: Scope,
        acceptor: Acceptor,
        sources: SourceBook,
        edge: Edge,
    ) -> Result<Self, Error> {
        let options = Options {
            tls: crate::Tls::default(),
            ..options
        };
        let mut service = Self::bind(options, scope, acceptor, sources).await?;
        service.tls = Some(TlsAcceptor::from(edge.tls));
        service.gate.peers = Some(edge.peers);
        service.beside = edge.beside;
        Ok(service)
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until shutdown; requests under way are finished.
    ///
    /// # Errors
    /// When a part of it fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let group = Tasks::under(shutdown.child_token());
        let serving = Serving {
            crowd: Crowd::new(self.gate.options.max_connections),
            idle: Duration::from_secs(self.gate.options.idle_seconds.max(1)),
            acceptor: self.gate.acceptor.clone(),
            peers: self.gate.peers.clone(),
            router: router(self.gate).merge(self.beside),
            tls: self.tls,
            shutdown: group.shutdown(),
            group: group.clone(),
        };
        serving.accept(&self.listener).await;
        Ok(group.stop(LAST_REQUESTS).await?)
    }
}

fn router(gate: Gate) -> Router {
    let asked = [
        "/",
        "/_license",
        "/_xpack",
        "/_cluster/health",
        "/_index_template/{name}",
        "/_component_template/{name}",
        "/_template/{name}",
        "/_ilm/policy/{name}",
        "/_data_stream/{name}",
        "/_ingest/pipeline/{name}",
    ];
    let elastic = asked.into_iter().fold(Router::new(), |router, path| {
        router.route(path, any(elastic::ask))
    });
    let bulk = || post(elastic::bulk).put(elastic::bulk);
    let bulk_of = || post(elastic::bulk_of).put(elastic::bulk_of);
    elastic
        .route("/ingest", post(native::ingest))
        .route(aurora_model::relay::PATH, post(native::relay))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/_bulk", bulk())
        .route("/{index}/_bulk", bulk_of())
        .route("/services/collector", post(hec::event))
        .route("/services/collector/event", post(hec::event))
        .route("/services/collector/event/1.0", post(hec::event))
        .route("/services/collector/raw", post(hec::raw))
        .route("/services/collector/raw/1.0", post(hec::raw))
        .route("/services/collector/ack", post(hec::ack))
        .route("/services/collector/health", get(hec::health))
        .route("/services/collector/health/1.0", get(hec::health))
        .route("/loki/api/v1/push", post(loki::push))
        .route("/ready", get(loki::ready))
        .route("/v1/logs", post(otlp::logs))
        .with_state(gate)
}

/// What serves connections. Cheap to clone.
#[derive(Clone)]
struct Serving {
    router: Router,
    tls: Option<TlsAcceptor>,
    crowd: Crowd,
    idle: Duration,
    acceptor: Acceptor,
    peers: Option<Arc<dyn EdgePeers>>,
    shutdown: Shutdown,
    group: Tasks,
}

impl Serving {
    async fn accept(&self, listener: &TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.shutdown.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(error) => {
                    warn!(%error, "cannot accept an HTTP connection");
                    self.crowd.thin_out();
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        let Some(seat) = self.crowd.enter() else {
            let labels = ["http", "too many connections"];
            let metrics = self.acceptor.metrics();
            return metrics.add(Metric::ListenerRefused, &labels, 1);
        };
        let serving = self.clone();
        self.group.spawn("http-connection", async move {
            serving.connection(stream, peer, seat).await;
            Ok::<_, Error>(())
        });
    }

    /// Until a peer says something it has a task and a socket, and nothing else.
    async fn connection(&self, stream: TcpStream, peer: SocketAddr, seat: Seat) {
        let leave = seat.leave();
        let mut byte = [0];
        // A fresh socket counts as readable once, whether it is or not: so the byte is looked at.
        let first = tokio::select! {
            () = leave.cancelled() => return,
            () = self.shutdown.cancelled() => return,
            first = tokio::time::timeout(self.idle, stream.peek(&mut byte)) => first,
        };
        if matches!(first, Ok(Ok(1))) {
            Box::pin(self.speak(stream, peer, seat)).await;
        }
    }

    async fn speak(&self, stream: TcpStream, peer: SocketAddr, seat: Seat) {
        // Answers are small and wanted at once.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "a connection keeps its delay");
        }
        let Some(tls) = &self.tls else {
            return self.talk(peer, seat, None).http1(stream).await;
        };
        let leave = seat.leave();
        let handshake = tokio::select! {
            () = leave.cancelled() => return,
            done = tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(stream)) => done,
        };
        let Ok(Ok(stream)) = handshake else {
            let labels = ["http", "handshake"];
            let metrics = self.acceptor.metrics();
            return metrics.add(Metric::ListenerRefused, &labels, 1);
        };
        let leaf = edge::shown(stream.get_ref().1);
        let talk = self.talk(peer, seat, leaf.clone());
        let http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        let talking = async {
            match http2 {
                true => talk.http2(stream).await,
                false => talk.http1(stream).await,
            }
        };
        tokio::select! {
            () = talking => {}
            // Whatever it is saying: nothing of it counts any more.
            () = self.not_good_any_more(leaf) => {}
        }
    }

    /// Resolves when the certificate that a connection showed has ended, or its owner was denied.
    async fn not_good_any_more(&self, leaf: Option<aurora_tls::Leaf>) {
        match (&self.peers, leaf) {
            (Some(peers), Some(leaf)) => {
                edge::ended(peers.as_ref(), &leaf, self.acceptor.now()).await;
            }
            _ => std::future::pending().await,
        }
    }

    fn talk(&self, peer: SocketAddr, seat: Seat, leaf: Option<aurora_tls::Leaf>) -> Talk {
        Talk::new(
            self.router.clone(),
            peer,
            leaf,
            seat,
            self.idle,
            self.group.clone(),
        )
    }
}
