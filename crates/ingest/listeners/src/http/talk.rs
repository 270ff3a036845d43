//! One connection's conversation, in HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aurora_tasks::Tasks;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tower::ServiceExt as _;
use tracing::debug;

use crate::crowd::Seat;

/// Headers of a request, all together.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Requests at a time on one HTTP/2 connection; its peer waits with more.
const MAX_STREAMS: u32 = 16;

/// A connection that has begun to speak. Cheap to clone.
#[derive(Clone)]
pub(super) struct Talk {
    router: Router,
    peer: SocketAddr,
    /// What the peer showed, where it is asked for a certificate.
    leaf: Option<aurora_tls::Leaf>,
    seat: Arc<Mutex<Seat>>,
    /// Requests under way.
    active: watch::Sender<usize>,
    idle: Duration,
    group: Tasks,
}

/// A request under way; dropping it ends it.
struct Busy<'t>(&'t Talk);

/// Runs the streams of an HTTP/2 connection as tasks of the listener.
#[derive(Clone)]
struct Streams(Tasks);

impl Talk {
    pub(super) fn new(
        router: Router,
        peer: SocketAddr,
        leaf: Option<aurora_tls::Leaf>,
        seat: Seat,
        idle: Duration,
        group: Tasks,
    ) -> Self {
        Self {
            router,
            peer,
            leaf,
            seat: Arc::new(Mutex::new(seat)),
            active: watch::Sender::new(0),
            idle,
            group,
        }
    }

    pub(super) async fn http1<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(|request| self.clone().answer(request));
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.idle)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let mut serving = std::pin::pin!(serving);
        let (leave, shutdown) = (self.leave(), self.group.shutdown());
        let ended = tokio::select! {
            ended = serving.as_mut() => ended,
            () = leave.cancelled() => return,
            () = shutdown.cancelled() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        self.note(ended);
    }

    pub(super) async fn http2<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(|request| self.clone().answer(request));
        let head = u32::try_from(MAX_HEAD_BYTES).expect("it is small");
        let serving = http2::Builder::new(Streams(self.group.clone()))
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(head)
            // A stranger's connection begins with the smallest window; one that delivers gets more.
            .adaptive_window(true)
            .serve_connection(TokioIo::new(stream), service);
        let mut serving = std::pin::pin!(serving);
        let (leave, shutdown) = (self.leave(), self.group.shutdown());
        let ended = tokio::select! {
            ended = serving.as_mut() => ended,
            () = leave.cancelled() => return,
            () = self.quiet() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
            () = shutdown.cancelled() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        self.note(ended);
    }

    fn leave(&self) -> aurora_tasks::Shutdown {
        self.seat().leave()
    }

    fn seat(&self) -> std::sync::MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note<E: Display>(&self, ended: Result<(), E>) {
        if let Err(error) = ended {
            debug!(%error, peer = %self.peer, "an HTTP connection broke");
        }
    }

    /// Resolves when no request was under way for as long as a connection may be idle.
    async fn quiet(&self) {
        let mut active = self.active.subscribe();
        loop {
            // The sender lives as long as `self`.
            drop(active.wait_for(|requests| *requests == 0).await);
            let again = active.wait_for(|requests| *requests > 0);
            if tokio::time::timeout(self.idle, again).await.is_err() {
                return;
            }
        }
    }

    async fn answer(self, mut request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
        let _busy = Busy::begin(&self);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        if let Some(leaf) = &self.leaf {
            request.extensions_mut().insert(leaf.clone());
        }
        self.router.clone().oneshot(request).await
    }
}

impl<'t> Busy<'t> {
    fn begin(talk: &'t Talk) -> Self {
        let mut seat = talk.seat();
        talk.active.send_modify(|requests| *requests += 1);
        seat.work();
        drop(seat);
        Self(talk)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut seat = self.0.seat();
        self.0.active.send_modify(|requests| *requests -= 1);
        if *self.0.active.borrow() == 0 {
            seat.rest();
        }
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        self.0.spawn("http-stream", async move {
            stream.await;
            Ok::<_, Infallible>(())
        });
    }
}
