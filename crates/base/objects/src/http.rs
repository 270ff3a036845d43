//! `object_store`'s requests over hyper and rustls.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt as _;
use hyper::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use rustls::ClientConfig;
use tower::service_fn;

use crate::wire;

/// Until the head of an answer; a large body may take longer.
const ANSWER: Duration = Duration::from_secs(60);
const IDLE: Duration = Duration::from_secs(20);

/// Makes transports that believe the same authorities.
#[derive(Clone, Debug)]
pub struct Connector(Arc<ClientConfig>);

impl Connector {
    pub fn new(tls: Arc<ClientConfig>) -> Self {
        Self(tls)
    }

    pub fn transport(&self) -> Transport {
        let tls = self.0.clone();
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(service_fn(move |to: Uri| {
                Box::pin(wire::connect(tls.clone(), to))
            }));
        Transport(Arc::new(Pooled(client)))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.transport()))
    }
}

/// Connections that are kept for the next request.
#[derive(Clone)]
pub struct Transport(Arc<dyn Exchange>);

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        match tokio::time::timeout(ANSWER, self.0.exchange(request)).await {
            Ok(answered) => answered,
            Err(late) => Err(HttpError::new(HttpErrorKind::Timeout, late)),
        }
    }
}

/// Hides the type of the connector, which has no name.
#[async_trait]
trait Exchange: Send + Sync {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

struct Pooled<C>(Client<C, HttpRequestBody>);

#[async_trait]
impl<C: Connect + Clone + Send + Sync + 'static> Exchange for Pooled<C> {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.0.request(request).await.map_err(|error| {
            let kind = kind(&error);
            HttpError::new(kind, error)
        })?;
        Ok(answer.map(|body| {
            HttpResponseBody::new(
                body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error)),
            )
        }))
    }
}

/// Whether the request may have been heard: what has not is tried again, whatever it asks.
fn kind(error: &hyper_util::client::legacy::Error) -> HttpErrorKind {
    if error.is_connect() {
        return HttpErrorKind::Connect;
    }
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<hyper::Error>());
    match cause {
        Some(cause) if cause.is_closed() || cause.is_canceled() => HttpErrorKind::Request,
        _ => HttpErrorKind::Interrupted,
    }
}
