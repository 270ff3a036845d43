use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aurora_ids::{Derive, Id128};
use aurora_model::{OriginId, Scope};
use aurora_tasks::Shutdown;
use aurora_telemetry::Metric;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::{Options, body};
use crate::{Acceptor, Error, SourceBook, SourceToken};

/// A sender that hangs must not keep others from being served.
const BODY_WITHIN: Duration = Duration::from_secs(60);

/// A socket that is bound but not served yet.
#[derive(Debug)]
pub struct Service {
    listener: TcpListener,
    gate: Gate,
}

#[derive(Clone, Debug)]
struct Gate {
    options: Options,
    scope: Scope,
    acceptor: Acceptor,
    sources: SourceBook,
    requests: Arc<Semaphore>,
}

/// Why a request was not accepted, in the sender's terms.
#[derive(Debug)]
enum Refusal {
    Token,
    Body(String),
    TooLarge(usize),
    Slow,
    Full,
    Broken,
}

impl Service {
    /// # Errors
    /// [`Error::Bind`] when the port is taken.
    pub async fn bind(
        options: Options,
        scope: Scope,
        acceptor: Acceptor,
        sources: SourceBook,
    ) -> Result<Self, Error> {
        let address = options.listen.to_string();
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|source| Error::Bind {
                listener: "HTTP ingest",
                address,
                source,
            })?;
        let requests = Arc::new(Semaphore::new(options.max_requests));
        Ok(Self {
            listener,
            gate: Gate {
                options,
                scope,
                acceptor,
                sources,
                requests,
            },
        })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves until shutdown; requests under way are finished.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), Error> {
        let limit = DefaultBodyLimit::max(self.gate.options.max_body_bytes);
        let router = Router::new()
            .route("/ingest", post(ingest))
            .route("/healthz", get(|| async { "ok\n" }))
            .layer(limit)
            .with_state(self.gate);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(self.listener, service)
            .with_graceful_shutdown(async move { shutdown.cancelled().await });
        served.await.map_err(|source| Error::Bind {
            listener: "HTTP ingest",
            address: "its socket".to_owned(),
            source,
        })
    }
}

async fn ingest(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match gate.ingest(peer, request).await {
        Ok(answer) => answer,
        Err(refusal) => {
            let labels = ["http", refusal.word()];
            gate.acceptor
                .metrics()
                .add(Metric::ListenerRefused, &labels, 1);
            refusal.into_response()
        }
    }
}

impl Gate {
    async fn ingest(&self, peer: SocketAddr, request: Request) -> Result<Response, Refusal> {
        // Before anything is read: a stranger's body takes no memory.
        let token = self.token(request.headers()).await?;
        let origin = origin(&token, request.headers());
        // Held until the records are durable: it bounds what is in memory.
        let _permit = self.requests.acquire().await.map_err(|_| Refusal::Broken)?;
        let body = self.body(request).await?;
        let (limit, now) = (self.options.max_unpacked_bytes, self.acceptor.now());
        let framed = tokio::task::spawn_blocking(move || body::records(&body, limit, now)).await;
        let records = framed
            .map_err(|_| Refusal::Broken)?
            .map_err(|error| Refusal::Body(aurora_tasks::chain(&error)))?;
        let host = peer.ip().to_string();
        let accepting = self.acceptor.accept(&token.name, origin, &host, records);
        let accepted = accepting.await.map_err(|error| match error {
            Error::Full => Refusal::Full,
            error => {
                tracing::error!(error = aurora_tasks::chain(&error), "cannot accept a push");
                Refusal::Broken
            }
        })?;
        let answer = json!({ "accepted": accepted.records, "known": accepted.known });
        Ok(axum::Json(answer).into_response())
    }

    async fn body(&self, request: Request) -> Result<Bytes, Refusal> {
        let reading = Bytes::from_request(request, &());
        let read = tokio::time::timeout(BODY_WITHIN, reading).await;
        read.map_err(|_| Refusal::Slow)?.map_err(|refused| {
            if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Refusal::TooLarge(self.options.max_body_bytes)
            } else {
                Refusal::Body(refused.body_text())
            }
        })
    }

    async fn token(&self, headers: &HeaderMap) -> Result<SourceToken, Refusal> {
        let value = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = value
            .and_then(|v| v.strip_prefix("Bearer "))
            .ok_or(Refusal::Token)?;
        let found = self.sources.by_token(&self.scope, token.trim()).await;
        found.map_err(|_| Refusal::Broken)?.ok_or(Refusal::Token)
    }
}

/// The client's batch when it names one, else a batch of its own.
fn origin(token: &SourceToken, headers: &HeaderMap) -> OriginId {
    match headers.get("idempotency-key") {
        Some(key) => {
            let hash = Derive::new("aurora.origin.push.v1")
                .part(&token.id)
                .part(key.as_bytes());
            OriginId(hash.finish())
        }
        None => OriginId(Id128::random()),
    }
}

impl Refusal {
    const fn word(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Body(_) => "body",
            Self::TooLarge(_) => "too large",
            Self::Slow => "slow",
            Self::Full => "full",
            Self::Broken => "broken",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message, fix) = match self {
            Self::Token => (
                StatusCode::UNAUTHORIZED,
                "the token is missing, unknown or revoked".to_owned(),
                "send `Authorization: Bearer <token>`; `aurorasoc sources token` makes one",
            ),
            Self::Body(message) => (
                StatusCode::BAD_REQUEST,
                message,
                "send JSON lines or a JSON array, plain, gzip or zstd; nothing was accepted",
            ),
            Self::TooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body has more than {limit} bytes; nothing was accepted"),
                "send fewer records a request, or raise `ingest.http.max_body_bytes`",
            ),
            Self::Slow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body did not come in time; nothing was accepted".to_owned(),
                "send the same request again",
            ),
            Self::Full => (
                StatusCode::TOO_MANY_REQUESTS,
                "the site cannot take more now; nothing was accepted".to_owned(),
                "send the same request again after the time in `Retry-After`",
            ),
            Self::Broken => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the site cannot accept records now".to_owned(),
                "send the same request again later; `aurorasoc status` tells what is wrong",
            ),
        };
        let body = axum::Json(json!({ "error": { "message": message, "fix": fix } }));
        let mut response = (status, body).into_response();
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
        }
        response
    }
}
