//! The only way out of this crate: one request to the provider, over TLS beyond this machine.

use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper::{Uri, header};
use hyper_util::rt::TokioIo;
use openidconnect::{HttpRequest, HttpResponse};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Error;

const PATIENCE: Duration = Duration::from_secs(15);
/// Keys and tokens are far smaller.
const MOST_BYTES: usize = 512 * 1024;

/// Speaks to one provider's servers.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) tls: Arc<ClientConfig>,
}

impl Exchange {
    /// As `openidconnect` wants it.
    pub(crate) fn asking(
        &self,
    ) -> impl Fn(HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send>> + use<>
    {
        let exchange = self.clone();
        move |request| {
            let exchange = exchange.clone();
            Box::pin(async move { exchange.ask(request).await })
        }
    }

    /// Redirects are answers like others: they are not followed.
    pub(crate) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        match tokio::time::timeout(PATIENCE, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Silent(PATIENCE)),
        }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let uri = request.uri().clone();
        let url = uri.to_string();
        let failed = |why: &dyn std::fmt::Display| Error::Unreachable {
            url: url.clone(),
            why: why.to_string(),
        };
        let (host, port, secure) = target(&uri)?;
        let stream = TcpStream::connect((host.as_str(), port))
            .await
            .map_err(|error| failed(&error))?;
        let request = prepared(request, &uri).map_err(|error| failed(&error))?;
        let answer = if secure {
            let name = ServerName::try_from(host).map_err(|error| failed(&error))?;
            let tls = TlsConnector::from(self.tls.clone());
            let stream = tls
                .connect(name, stream)
                .await
                .map_err(|error| failed(&error))?;
            send(TokioIo::new(stream), request).await
        } else {
            send(TokioIo::new(stream), request).await
        };
        answer.map_err(|why| failed(&why))
    }
}

/// Host, port and whether TLS is spoken: https anywhere, http on this machine only.
fn target(uri: &Uri) -> Result<(String, u16, bool), Error> {
    let forbidden = |why| Error::Forbidden {
        url: uri.to_string(),
        why,
    };
    let host = uri.host().ok_or_else(|| forbidden("it has no host"))?;
    let host = host.trim_matches(['[', ']']).to_owned();
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok((host, uri.port_u16().unwrap_or(443), true)),
        Some("http") if local => Ok((host, uri.port_u16().unwrap_or(80), false)),
        _ => Err(forbidden("want https, or http on this machine")),
    }
}

/// In the form that a server, not a proxy, is asked in.
fn prepared(
    request: HttpRequest,
    uri: &Uri,
) -> Result<hyper::Request<Full<Bytes>>, hyper::http::Error> {
    let (parts, body) = request.into_parts();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut built = hyper::Request::builder().method(parts.method).uri(path);
    built = built
        .header(header::HOST, authority)
        .header(header::USER_AGENT, "AuroraSOC");
    for (name, value) in &parts.headers {
        built = built.header(name, value);
    }
    built.body(Full::new(Bytes::from(body)))
}

async fn send<S: Read + Write + Unpin + Send + 'static>(
    stream: S,
    request: hyper::Request<Full<Bytes>>,
) -> Result<HttpResponse, String> {
    let text = |error: hyper::Error| error.to_string();
    let (mut sender, connection) = http1::handshake(stream).await.map_err(text)?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(text)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        Ok(HttpResponse::from_parts(parts, body.to_vec()))
    };
    let (mut exchange, mut connection) = (pin!(exchange), pin!(connection));
    // Driven beside the request and not in a task: dropping the request ends it.
    tokio::select! {
        biased;
        answer = exchange.as_mut() => answer,
        ended = connection.as_mut() => {
            ended.map_err(text)?;
            exchange.await
        }
    }
}
