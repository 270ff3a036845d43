//! One connection to the site, in HTTP/2 where the site speaks it, and requests over it.

use std::convert::Infallible;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use aurora_model::relay;
use aurora_secrets::Secret;
use aurora_tasks::Tasks;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper::{Request, Response, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::endpoint::Endpoint;
use crate::{Error, SiteOptions};

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// A peer that is gone without a word is noticed after about twice this.
const ALIVE_EVERY: Duration = Duration::from_secs(20);
/// More of an answer is not read.
const MAX_ANSWER: usize = 64 * 1024;

/// Why a request did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody is there, or what they say is no answer.
    #[error("{0}")]
    Away(String),
    /// The site is full or busy; the same again later.
    #[error("the site answers {status}: {text}")]
    Later { status: u16, text: String },
    /// The same again will not help.
    #[error("the site answers {status}: {text}")]
    Refused { status: u16, text: String },
    /// The site will never take these very bytes.
    #[error("the site answers {status}: {text}")]
    Unreadable { status: u16, text: String },
    /// The token cannot be read here.
    #[error("{0}")]
    Token(String),
}

/// What a site took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Taken {
    pub(crate) accepted: u64,
    pub(crate) known: u64,
}

pub(crate) struct Link {
    endpoint: Endpoint,
    tls: Option<TlsConnector>,
    token_file: PathBuf,
    open: Option<Open>,
    tasks: Tasks,
}

struct Open {
    sender: Sender,
    authorization: Secret<String>,
}

enum Sender {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

/// Runs what a connection needs as tasks of the collector.
#[derive(Clone)]
struct Parts(Tasks);

impl Link {
    /// # Errors
    /// When the settings cannot be used.
    pub(crate) fn new(site: &SiteOptions, tasks: Tasks) -> Result<Self, Error> {
        let endpoint = Endpoint::of(site)?;
        let certificate = match (&site.certificate, &site.key) {
            (Some(certificate), Some(key)) => Some((certificate.as_path(), key.as_path())),
            (None, None) => None,
            _ => return Err(Error::HalfIdentity),
        };
        let tls = if endpoint.tls {
            let config = aurora_tls::client(aurora_tls::Client {
                authorities: site.authorities.as_deref(),
                certificate,
                protocols: &[HTTP2, HTTP1],
            })?;
            Some(TlsConnector::from(config))
        } else {
            None
        };
        let token_file = site.token_file.clone().ok_or(Error::NoToken)?;
        let link = Self {
            endpoint,
            tls,
            token_file,
            open: None,
            tasks,
        };
        link.token()?;
        Ok(link)
    }

    pub(crate) fn url(&self) -> &str {
        &self.endpoint.url
    }

    /// The protocol that is spoken, once there is a connection.
    pub(crate) fn protocol(&self) -> &'static str {
        match self.open.as_ref().map(|open| &open.sender) {
            Some(Sender::Http1(_)) => "HTTP/1.1",
            Some(Sender::Http2(_)) => "HTTP/2",
            None => "none",
        }
    }

    /// Sends batches, and says what the site took when it is durable there.
    pub(crate) async fn post(&mut self, body: Bytes) -> Result<Taken, Failure> {
        let answer = match tokio::time::timeout(ANSWER_WITHIN, self.exchange(body)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Away("it does not answer in time".to_owned())),
        };
        if !matches!(
            answer,
            Ok(_) | Err(Failure::Later { .. } | Failure::Unreadable { .. })
        ) {
            // With the next connection the token is read again, too.
            self.open = None;
        }
        answer
    }

    async fn exchange(&mut self, body: Bytes) -> Result<Taken, Failure> {
        let mut open = match self.open.take() {
            Some(open) if open.sender.is_open() => open,
            _ => self.connect().await?,
        };
        let request = Request::post(format!("{}{}", self.base(), relay::PATH))
            .header(header::HOST, self.endpoint.authority())
            .header(header::AUTHORIZATION, open.authorization.expose())
            .header(header::CONTENT_TYPE, relay::MEDIA_TYPE)
            .header(header::USER_AGENT, "AuroraSOC collector")
            .body(Full::new(body))
            .map_err(|error| Failure::Token(format!("the token cannot be sent: {error}")))?;
        let response = open.sender.send(request).await.map_err(away)?;
        let status = response.status().as_u16();
        let answer = Limited::new(response.into_body(), MAX_ANSWER).collect();
        let answer = answer
            .await
            .map_err(|error| Failure::Away(error.to_string()))?;
        self.open = Some(open);
        judge(status, &answer.to_bytes())
    }

    /// HTTP/1.1 names the path alone, HTTP/2 also the host.
    fn base(&self) -> String {
        let scheme = if self.endpoint.tls { "https" } else { "http" };
        format!("{scheme}://{}", self.endpoint.authority())
    }

    async fn connect(&self) -> Result<Open, Failure> {
        let token = self.token();
        let authorization = token.map_err(|e| Failure::Token(aurora_tasks::chain(&e)))?;
        let connecting = tokio::time::timeout(CONNECT_WITHIN, self.reach());
        let sender = connecting
            .await
            .unwrap_or_else(|_| Err(Failure::Away("it cannot be reached in time".to_owned())))?;
        Ok(Open {
            sender,
            authorization,
        })
    }

    async fn reach(&self) -> Result<Sender, Failure> {
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

    async fn http1<S>(&self, stream: S) -> Result<Sender, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(away)?;
        self.drive(connection);
        Ok(Sender::Http1(sender))
    }

    async fn http2<S>(&self, stream: S) -> Result<Sender, Failure>
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

    fn token(&self) -> Result<Secret<String>, Error> {
        let path = &self.token_file;
        let text = std::fs::read_to_string(path).map_err(|source| Error::Token {
            path: path.clone(),
            source,
        })?;
        let token = text.trim();
        if token.is_empty() {
            return Err(Error::EmptyToken { path: path.clone() });
        }
        Ok(Secret::new(format!("Bearer {token}")))
    }
}

impl Sender {
    fn is_open(&self) -> bool {
        match self {
            Self::Http1(sender) => !sender.is_closed(),
            Self::Http2(sender) => !sender.is_closed(),
        }
    }

    async fn send(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        match self {
            Self::Http1(sender) => {
                let path = relay::PATH.parse().expect("the path is a URI");
                *request.uri_mut() = path;
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

fn away(error: impl std::error::Error) -> Failure {
    Failure::Away(aurora_tasks::chain(&error))
}

/// What the site says about what it did not take.
#[derive(Deserialize)]
struct Said {
    error: Told,
}

#[derive(Deserialize)]
struct Told {
    message: String,
}

fn judge(status: u16, answer: &[u8]) -> Result<Taken, Failure> {
    if status == 200 {
        let taken = serde_json::from_slice(answer);
        return taken.map_err(|_| Failure::Away("its answer is not a site's".to_owned()));
    }
    let text = match serde_json::from_slice::<Said>(answer) {
        Ok(said) => said.error.message,
        Err(_) => String::from_utf8_lossy(&answer[..answer.len().min(200)]).into_owned(),
    };
    Err(match status {
        401 | 403 => Failure::Refused { status, text },
        404 | 405 => Failure::Refused {
            status,
            text: "no AuroraSOC listens there that knows collectors".to_owned(),
        },
        400 | 413 | 415 => Failure::Unreadable { status, text },
        status => Failure::Later { status, text },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged_by_what_helps() {
        let told = br#"{"error":{"message":"no","fix":"f"}}"#;
        let judged = |status| match judge(status, told) {
            Err(Failure::Later { text, .. }) => format!("later {text}"),
            Err(Failure::Refused { text, .. }) => format!("refused {text}"),
            Err(Failure::Unreadable { text, .. }) => format!("unreadable {text}"),
            other => format!("{other:?}"),
        };
        assert_eq!(judged(401), "refused no");
        assert_eq!(judged(400), "unreadable no");
        assert_eq!(judged(429), "later no");
        assert_eq!(judged(503), "later no");
        assert!(judge(200, b"hello").is_err());
        let taken = judge(200, br#"{"accepted":3,"known":1}"#);
        assert!(matches!(
            taken,
            Ok(Taken {
                accepted: 3,
                known: 1
            })
        ));
    }
}
