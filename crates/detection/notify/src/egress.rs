//! The one place from which this plane speaks to others over HTTP.

use std::future::Future;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper::{Request, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Error;

/// An address that messages may be posted to.
#[derive(Clone)]
pub(crate) struct Target {
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
}

impl Target {
    /// https anywhere, http on this machine only: alerts are nobody else's to read.
    pub fn new(place: &str, url: &str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::setting(place, "url", url, reason);
        let uri: Uri = url.parse().map_err(|_| wrong("it is no URL"))?;
        let host = uri.host().ok_or_else(|| wrong("it has no host"))?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let (tls, usual) = match uri.scheme_str() {
            Some("https") => (Some(connector()?), 443),
            Some("http") if local(&host) => (None, 80),
            Some("http") => return Err(wrong("http is for this machine only; use https")),
            _ => return Err(wrong("want https, or http on this machine")),
        };
        let port = uri.port_u16().unwrap_or(usual);
        Ok(Self {
            uri,
            host,
            port,
            tls,
        })
    }

    /// Posts JSON and returns the status. Redirects are answers like others.
    pub async fn post(
        &self,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
        limit: Duration,
    ) -> Result<StatusCode, Error> {
        let request = self.request(headers, body)?;
        let exchange = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port))
                .await
                .map_err(|error| Error::not_sent(&error))?;
            match &self.tls {
                None => send(TokioIo::new(stream), request).await,
                Some(tls) => {
                    let name = ServerName::try_from(self.host.clone())
                        .map_err(|error| Error::not_sent(&error))?;
                    let stream = tls.connect(name, stream).await;
                    let stream = stream.map_err(|error| Error::not_sent(&error))?;
                    send(TokioIo::new(stream), request).await
                }
            }
        };
        let late = || Error::NotSent(format!("no answer within {} s", limit.as_secs()));
        tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    fn request(
        &self,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<Request<Full<Bytes>>, Error> {
        let target = self
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let authority = self
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        // A name and password in the URL are no part of the host.
        let host = authority.rsplit('@').next().unwrap_or_default();
        let mut request = Request::post(target)
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "AuroraSOC");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Error::not_sent(&error))
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Paths of webhooks are often secrets.
        write!(f, "Target({}:{})", self.host, self.port)
    }
}

/// Drives the connection beside the request, so that dropping the request ends it.
async fn send<S: Read + Write + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Error> {
    let (mut sender, connection) = http1::handshake(stream)
        .await
        .map_err(|error| Error::not_sent(&error))?;
    let mut connection: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
        // The request sees the same failure.
        drop(connection.await);
    });
    let mut sending = pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = sending.as_mut() => answer,
        () = connection.as_mut() => sending.await,
    };
    answer
        .map(|answer| answer.status())
        .map_err(|error| Error::not_sent(&error))
}

/// Trusts whom this machine trusts.
fn connector() -> Result<TlsConnector, Error> {
    let config = aurora_tls::client(aurora_tls::Client::default());
    Ok(TlsConnector::from(
        config.map_err(|error| Error::not_sent(&error))?,
    ))
}

/// Whether the host is this machine.
pub(crate) fn local(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
