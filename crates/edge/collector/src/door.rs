//! The way to a site: connections, in HTTP/2 where the site speaks it, and requests over them.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use aurora_tasks::Tasks;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper::{Request, Response, header, http};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::endpoint::Endpoint;

pub(crate) const HTTP2: &[u8] = b"h2";
pub(crate) const HTTP1: &[u8] = b"http/1.1";
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// A peer that is gone without a word is noticed after about twice this.
const ALIVE_EVERY: Duration = Duration::from_secs(20);
/// More of an answer is not read.
const MAX_ANSWER: usize = 64 * 1024;

/// Nobody is there, or what they say is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Away(pub(crate) String);

/// Opens connections to one site.
pub(crate) struct Door {
    pub(crate) endpoint: Endpoint,
    pub(crate) tls: Option<TlsConnector>,
    pub(crate) tasks: Tasks,
}

pub(crate) enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// Runs what a connection needs as tasks of the collector.
#[derive(Clone)]
struct Parts(Tasks);

impl Door {
    /// The beginning of a request. HTTP/1.1 names the path alone, HTTP/2 also the host.
    pub(crate) fn post(&self, path: &str) -> http::request::Builder {
        let scheme = if self.endpoint.tls { "https" } else { "http" };
        let authority = self.endpoint.authority();
        Request::post(format!("{scheme}://{authority}{path}"))
            .header(header::HOST, authority)
            .header(header::USER_AGENT, "AuroraSOC collector")
    }

    pub(crate) async fn open(&self) -> Result<Sender, Away> {
        let reached = tokio::time::timeout(CONNECT_WITHIN, self.reach()).await;
        reached.unwrap_or_else(|_| Err(Away("it cannot be reached in time".to_owned())))
    }

    async fn reach(&self) -> Result<Sender, Away> {
        let Endpoint { host, port, .. } = &self.endpoint;
        let stream = TcpStream::connect((host.as_str(), *port))
            .await
            .map_err(away)?;
        stream.set_nodelay(true).map_err(away)?;
        let Some(tls) = &self.tls else {
            return self.http1(stream).await;
        };
        let name = ServerName::try_from(host.clone()).map_err(away)?;
        let stream = tls.connect(name, stream).await.map_err(away)?;
        if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
            self.http2(stream).await
        } else {
            self.http1(stream).await
        }
    }

    async fn http1<S>(&self, stream: S) -> Result<Sender, Away>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(away)?;
        self.drive(connection);
        Ok(Sender::Http1(sender))
    }

    async fn http2<S>(&self, stream: S) -> Result<Sender, Away>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http2::Builder::new(Parts(self.tasks.clone()))
            .timer(TokioTimer::new())
            .adaptive_window(true)
            .keep_alive_interval(ALIVE_EVERY)
            .keep_alive_timeout(ALIVE_EVERY)
            .handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(away)?;
        self.drive(connection);
        Ok(Sender::Http2(sender))
    }

    fn drive<E: std::error::Error + 'static>(
        &self,
        connection: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let shutdown = self.tasks.shutdown();
        self.tasks.spawn("site-connection", async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                // The request sees the same failure.
                ended = connection => drop(ended),
            }
            Ok::<_, Infallible>(())
        });
    }
}

impl Sender {
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Http1(sender) => !sender.is_closed(),
            Self::Http2(sender) => !sender.is_closed(),
        }
    }

    pub(crate) const fn protocol(&self) -> &'static str {
        match self {
            Self::Http1(_) => "HTTP/1.1",
            Self::Http2(_) => "HTTP/2",
        }
    }

    /// Status and body of the answer.
    pub(crate) async fn ask(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(u16, Bytes), Away> {
        let response = self.send(request).await.map_err(away)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect();
        let body = body.await.map_err(|error| Away(error.to_string()))?;
        Ok((status, body.to_bytes()))
    }

    async fn send(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        match self {
            Self::Http1(sender) => {
                let path = request.uri().path().parse();
                *request.uri_mut() = path.expect("the path of a URI is one");
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => {
                // A connection's own header; HTTP/2 has it in the address.
                request.headers_mut().remove(header::HOST);
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }
}

impl<F> Executor<F> for Parts
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, part: F) {
        let shutdown = self.0.shutdown();
        self.0.spawn("site-stream", async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                _ = part => {}
            }
            Ok::<_, Infallible>(())
        });
    }
}

fn away(error: impl std::error::Error) -> Away {
    Away(aurora_tasks::chain(&error))
}
