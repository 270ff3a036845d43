//! One question to a witness elsewhere.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use aurora_audit::VerifierKey;
use aurora_audit::note::Signature;
use aurora_audit::witness::AddCheckpoint;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::rt::{Read, Write};
use hyper::{Request, Response, StatusCode, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::{Asked, Error};

const WITHIN: Duration = Duration::from_secs(10);
const MAX_ANSWER: usize = 64 * 1024;
/// Characters of a refusal that are told on.
const MAX_TOLD: usize = 200;

/// A witness elsewhere, and how it is reached.
pub(crate) struct Peer {
    pub url: String,
    pub key: VerifierKey,
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
}

/// What it said.
pub(crate) enum Answer {
    Cosigned(Signature),
    /// It has seen so many entries, and not what it was asked from.
    Seen(u64),
}

impl Peer {
    pub(crate) fn of(asked: &Asked) -> Result<Self, Error> {
        let url = format!("{}/add-checkpoint", asked.url.trim_end_matches('/'));
        let uri: Uri = url.parse().map_err(|_| asked.wrong("it is no URL"))?;
        let host = uri.host().ok_or_else(|| asked.wrong("it has no host"))?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let (tls, usual) = match uri.scheme_str() {
            Some("https") => (Some(connector(asked)?), 443),
            Some("http") => (None, 80),
            _ => return Err(asked.wrong("want https or http")),
        };
        Ok(Self {
            url: asked.url.clone(),
            key: asked.key()?,
            port: uri.port_u16().unwrap_or(usual),
            uri,
            host,
            tls,
        })
    }

    pub(crate) async fn ask(&self, request: &AddCheckpoint) -> Result<Answer, Error> {
        let answered = tokio::time::timeout(WITHIN, self.exchange(request.to_string())).await;
        let late = || Error::Unreachable(format!("not within {} s", WITHIN.as_secs()));
        let answer = answered.map_err(|_| late())??;
        let (status, body) = (answer.status(), answer.into_body());
        let text = String::from_utf8_lossy(&body);
        match status {
            StatusCode::OK => self.own(&text).map(Answer::Cosigned),
            StatusCode::CONFLICT => match text.trim_end().parse() {
                Ok(seen) => Ok(Answer::Seen(seen)),
                Err(_) => Err(answered_with(status, &text)),
            },
            status => Err(answered_with(status, &text)),
        }
    }

    /// The line of the key that we know; there may be others.
    fn own(&self, text: &str) -> Result<Signature, Error> {
        let lines = text.lines().filter_map(|line| Signature::parse(line).ok());
        let mut mine =
            lines.filter(|line| line.name == self.key.name() && line.id == self.key.id());
        mine.next()
            .ok_or_else(|| answered_with(StatusCode::OK, "no cosignature of its key"))
    }

    async fn exchange(&self, body: String) -> Result<Response<Bytes>, Error> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| failed(&error))?;
        let request = Request::post(self.uri.path())
            .header(
                header::HOST,
                self.uri.authority().map_or("", |it| it.as_str()),
            )
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .header(header::USER_AGENT, "AuroraSOC")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| failed(&error))?;
        let Some(tls) = &self.tls else {
            return send(TokioIo::new(stream), request).await;
        };
        let name = ServerName::try_from(self.host.clone()).map_err(|error| failed(&error))?;
        let stream = tls.connect(name, stream).await;
        send(
            TokioIo::new(stream.map_err(|error| failed(&error))?),
            request,
        )
        .await
    }
}

/// Drives the connection beside the exchange, so that dropping the exchange ends it.
async fn send<S: Read + Write + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, Error> {
    let (mut sender, connection) = http1::handshake(stream)
        .await
        .map_err(|error| failed(&error))?;
    let mut connection: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
        // The exchange sees the same failure.
        drop(connection.await);
    });
    let mut exchange = pin!(async {
        let answer = sender.send_request(request).await;
        let (head, body) = answer.map_err(|error| failed(&error))?.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| Error::Unreachable(error.to_string()))?;
        Ok::<_, Error>(Response::from_parts(head, body.to_bytes()))
    });
    tokio::select! {
        biased;
        answer = exchange.as_mut() => answer,
        () = connection.as_mut() => exchange.await,
    }
}

fn connector(asked: &Asked) -> Result<TlsConnector, Error> {
    let config = aurora_tls::client(aurora_tls::Client {
        authorities: asked.authorities.as_deref(),
        ..aurora_tls::Client::default()
    });
    Ok(TlsConnector::from(
        config.map_err(|error| asked.wrong(error))?,
    ))
}

fn failed(error: &(dyn std::error::Error + 'static)) -> Error {
    Error::Unreachable(aurora_tasks::chain(error))
}

fn answered_with(status: StatusCode, text: &str) -> Error {
    let plain = text.trim().chars().filter(|c| !c.is_control());
    Error::Answer {
        status: status.as_u16(),
        text: plain.take(MAX_TOLD).collect(),
    }
}
