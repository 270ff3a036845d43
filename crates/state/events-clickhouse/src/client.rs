//! HTTP/1.1 to the engine: connections that are kept, one request at a time on each.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aurora_events::Error;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::Endpoint;
use crate::address::address;
use crate::body::Block;
use crate::error::from_code;
use crate::parameters::Parameters;

/// What the engine gets beyond a statement's own time before we turn away.
const GRACE: Duration = Duration::from_secs(10);
/// Idle connections that are kept.
const IDLE: usize = 8;

#[derive(Debug)]
pub(crate) struct Client {
    endpoint: Endpoint,
    idle: Mutex<Vec<SendRequest<Block>>>,
}

/// A statement that is answered.
pub(crate) struct Answered {
    pub(crate) body: Bytes,
    /// Rows the engine looked at.
    pub(crate) read_rows: Option<u64>,
}

/// Whether a statement may change anything.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl Client {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            idle: Mutex::default(),
        }
    }

    /// Runs a statement with its parameters.
    pub(crate) async fn run(
        &self,
        statement: &str,
        parameters: &Parameters,
        access: Access,
        limit: Duration,
    ) -> Result<Answered, Error> {
        let seconds = seconds(limit);
        let mut pairs = vec![("max_execution_time".to_owned(), seconds.as_str())];
        if access == Access::Read {
            pairs.push(("readonly".to_owned(), "2"));
        }
        let address = address(pairs.into_iter().chain(parameters.pairs()));
        self.send(address, Block::from(statement.to_owned()), limit)
            .await
    }

    /// Runs a statement that takes `data`.
    pub(crate) async fn feed(
        &self,
        statement: &str,
        data: Block,
        limit: Duration,
    ) -> Result<Answered, Error> {
        let seconds = seconds(limit);
        let pairs = [
            ("max_execution_time", seconds.as_str()),
            ("query", statement),
        ];
        let address = address(pairs.map(|(name, value)| (name.to_owned(), value)));
        self.send(address, data, limit).await
    }

    async fn send(&self, address: String, body: Block, limit: Duration) -> Result<Answered, Error> {
        let asked = self.exchange(&address, body);
        let Ok(response) = tokio::time::timeout(limit + GRACE, asked).await else {
            return Err(Error::Unavailable("it did not answer in time".to_owned()));
        };
        let (parts, body) = response?.into_parts();
        if parts.status.is_success() && !parts.headers.contains_key("x-clickhouse-exception-code") {
            return Ok(Answered {
                body,
                read_rows: read_rows(&parts.headers),
            });
        }
        let code = parts.headers.get("x-clickhouse-exception-code");
        let code = code
            .and_then(|code| code.to_str().ok()?.parse().ok())
            .unwrap_or_default();
        Err(from_code(code, &String::from_utf8_lossy(&body), limit))
    }

    async fn exchange(&self, address: &str, body: Block) -> Result<Response<Bytes>, Error> {
        let mut connection = self.connection().await?;
        let request = self.request(address, body)?;
        let response = connection.send_request(request).await.map_err(lost)?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(lost)?.to_bytes();
        self.keep(connection);
        Ok(Response::from_parts(parts, body))
    }

    fn request(&self, address: &str, body: Block) -> Result<Request<Block>, Error> {
        let mut request = Request::post(address);
        request = match &self.endpoint {
            Endpoint::Unix(_) => request.header(HOST, "engine"),
            Endpoint::Tcp {
                address,
                user,
                password,
                ..
            } => request
                .header(HOST, address)
                .header("x-clickhouse-user", user)
                .header("x-clickhouse-key", password.expose()),
        };
        request.body(body).map_err(|_| {
            // The only part of a request that is not ours is how much there is of it.
            Error::Unanswerable("the query is too long for one request".to_owned())
        })
    }

    async fn connection(&self) -> Result<SendRequest<Block>, Error> {
        loop {
            let kept = self.idle().pop();
            let Some(mut connection) = kept else { break };
            if !connection.is_closed() && connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        match &self.endpoint {
            Endpoint::Unix(path) => greet(UnixStream::connect(path).await.map_err(away)?).await,
            Endpoint::Tcp { address, tls, .. } => {
                let stream = TcpStream::connect(address).await.map_err(away)?;
                stream.set_nodelay(true).map_err(away)?;
                match tls {
                    None => greet(stream).await,
                    Some(tls) => {
                        let connector = TlsConnector::from(tls.clone());
                        let stream = connector.connect(host(address)?, stream).await;
                        greet(stream.map_err(away)?).await
                    }
                }
            }
        }
    }

    fn keep(&self, connection: SendRequest<Block>) {
        let mut idle = self.idle();
        if idle.len() < IDLE && !connection.is_closed() {
            idle.push(connection);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SendRequest<Block>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// The driver of a connection ends with the connection, which the pool owns.
#[allow(clippy::disallowed_methods)]
async fn greet(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Block>, Error> {
    let (send, connection) = handshake(TokioIo::new(stream)).await.map_err(lost)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the event engine ended");
        }
    });
    Ok(send)
}

/// The name that the server's certificate must have.
fn host(address: &str) -> Result<ServerName<'static>, Error> {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_matches(['[', ']']).to_owned();
    ServerName::try_from(host).map_err(|error| Error::Unavailable(error.to_string()))
}

fn away(error: std::io::Error) -> Error {
    Error::Unavailable(error.to_string())
}

fn lost(error: hyper::Error) -> Error {
    Error::Unavailable(format!("the connection was lost: {error}"))
}

fn seconds(limit: Duration) -> String {
    limit.as_secs_f64().ceil().max(1.0).to_string()
}

/// `X-ClickHouse-Summary: {"read_rows":"12",…}`
fn read_rows(headers: &HeaderMap) -> Option<u64> {
    let summary = headers.get("x-clickhouse-summary")?.to_str().ok()?;
    let summary: serde_json::Value = serde_json::from_str(summary).ok()?;
    summary.get("read_rows")?.as_str()?.parse().ok()
}
