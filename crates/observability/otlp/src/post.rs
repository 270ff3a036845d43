//! One request at a time to a collector.

use std::convert::Infallible;
use std::time::Duration;

use aurora_tasks::Tasks;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use crate::{Error, Options};

const WITHIN: Duration = Duration::from_secs(10);
const MAX_ANSWER: usize = 64 * 1024;

/// A collector's address, understood, and how it is spoken to.
pub(crate) struct Collector {
    host: String,
    port: u16,
    /// What stands before `/v1/…`.
    base: String,
    tls: Option<TlsConnector>,
    tasks: Tasks,
}

impl Collector {
    pub(crate) fn of(options: &Options, tasks: Tasks) -> Result<Self, Error> {
        let failed = |reason| Error::Url {
            url: options.endpoint.clone(),
            reason,
        };
        let url = Url::parse(&options.endpoint)
            .map_err(|_| failed("want such as https://otel.example.org:4318"))?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(failed("want https, or http on this machine")),
        };
        let (host, local) = match url.host() {
            Some(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
            Some(Host::Ipv6(address)) => (address.to_string(), address.is_loopback()),
            Some(Host::Domain(name)) => (name.to_owned(), name == "localhost"),
            None => return Err(failed("it names no host")),
        };
        if !tls && !local && !options.allow_plain {
            return Err(failed(
                "it would be told in the clear: use https, or set `otlp.allow_plain`",
            ));
        }
        let connector = if tls {
            let config = aurora_tls::client(aurora_tls::Client {
                authorities: options.authorities.as_deref(),
                ..aurora_tls::Client::default()
            })?;
            Some(TlsConnector::from(config))
        } else {
            None
        };
        Ok(Self {
            port: url.port().unwrap_or(4318),
            base: url.path().trim_end_matches('/').to_owned(),
            host,
            tls: connector,
            tasks,
        })
    }

    /// Sends a message to one of the signals' paths (OTLP/HTTP, "Binary Protobuf Encoding").
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Result<(), String> {
        let sent = tokio::time::timeout(WITHIN, self.exchange(path, body)).await;
        sent.unwrap_or_else(|_| Err("it does not answer in time".to_owned()))
    }

    async fn exchange(&self, path: &str, body: Vec<u8>) -> Result<(), String> {
        let reached = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = reached.map_err(told)?;
        let Some(tls) = &self.tls else {
            return self.ask(stream, path, body).await;
        };
        let name = ServerName::try_from(self.host.clone()).map_err(told)?;
        let stream = tls.connect(name, stream).await.map_err(told)?;
        self.ask(stream, path, body).await
    }

    async fn ask<S>(&self, stream: S, path: &str, body: Vec<u8>) -> Result<(), String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(told)?;
        self.tasks.spawn("otlp-connection", async move {
            // The request sees the same failure.
            drop(connection.await);
            Ok::<_, Infallible>(())
        });
        let request = Request::post(format!("{}{path}", self.base))
            .header(header::HOST, format!("{}:{}", self.host, self.port))
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .header(header::USER_AGENT, "AuroraSOC")
            .body(Full::new(Bytes::from(body)))
            .map_err(told)?;
        let response = sender.send_request(request).await.map_err(told)?;
        let status = response.status();
        drop(
            Limited::new(response.into_body(), MAX_ANSWER)
                .collect()
                .await,
        );
        match status.is_success() {
            true => Ok(()),
            false => Err(format!("it answers {status}")),
        }
    }
}

fn told(error: impl std::error::Error) -> String {
    aurora_tasks::chain(&error)
}
