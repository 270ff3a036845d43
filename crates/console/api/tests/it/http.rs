//! The plainest HTTP client that shows everything that came back.

use std::path::PathBuf;
use std::sync::Arc;

use aurora_api::Options;
use aurora_api::testkit::{Running, Sample, incident, serve};
use aurora_clock::ManualClock;
use aurora_model::Severity;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

pub(crate) const NOW: &str = "2026-06-03T14:00:00Z";

pub(crate) struct Fixture {
    pub(crate) running: Running,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) socket: PathBuf,
    _dir: tempfile::TempDir,
}

/// Who asks, and how.
#[derive(Clone, Debug)]
pub(crate) enum As {
    Operator,
    /// A browser with these headers; `host` and `sec-fetch-site` are there unless they are given.
    Browser(Vec<(&'static str, String)>),
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: String,
}

pub(crate) async fn fixture() -> Fixture {
    with(Options::default()).await
}

pub(crate) async fn with(options: Options) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOW.parse().unwrap()));
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        ..options
    };
    let running = serve(dir.path(), options, clock.clone()).await.unwrap();
    Fixture {
        running,
        clock,
        socket: dir.path().join("site.sock"),
        _dir: dir,
    }
}

impl Fixture {
    pub(crate) async fn ask(
        &self,
        who: &As,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Reply {
        let response = self.open(who, method, path, body).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn open(
        &self,
        who: &As,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Response<Incoming> {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let mut given = match who {
            As::Operator => vec![],
            As::Browser(headers) => headers.clone(),
        };
        for (name, value) in [("host", "localhost"), ("sec-fetch-site", "same-origin")] {
            if !given.iter().any(|(known, _)| *known == name) {
                given.push((name, value.to_owned()));
            }
        }
        for (name, value) in given.into_iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::from(body.unwrap_or_default().to_owned()));
        let request = request.body(body).unwrap();
        match who {
            As::Operator => send(UnixStream::connect(&self.socket).await.unwrap(), request).await,
            As::Browser(_) => {
                let address = self.running.handle.address();
                send(TcpStream::connect(address).await.unwrap(), request).await
            }
        }
    }

    /// Raises an alert of a rule of high severity.
    pub(crate) fn raise_severe(&self) {
        self.running.site.raise(severe_sample());
    }

    /// Opens a one-time link and gives the browser that came out of it.
    pub(crate) async fn sign_in(&self) -> As {
        let link = self.running.link().await.unwrap().url;
        let (_, path) = link.split_once("/login").unwrap();
        let visitor = As::Browser(vec![("sec-fetch-site", "none".to_owned())]);
        let reply = self
            .ask(&visitor, "GET", &format!("/login{path}"), None)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        As::Browser(vec![("cookie", reply.cookie())])
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// `name=value` of the cookie that was set.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    /// `status code`.
    pub(crate) fn outcome(&self) -> String {
        let code = serde_json::from_str::<Value>(&self.body).ok();
        let code = code.and_then(|body| Some(body["error"]["code"].as_str()?.to_owned()));
        format!("{} {}", self.status.as_u16(), code.unwrap_or_default())
    }
}

/// An alert of a rule of high severity.
pub(crate) fn severe_sample() -> Sample {
    let now = NOW.parse().unwrap();
    let mut samples = (0..).map(|number| incident(number, now));
    samples
        .find(|sample| sample.rule.severity >= Severity::High)
        .unwrap()
}

/// The JSON of an answer.
pub(crate) async fn said(response: Response<Incoming>) -> Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

pub(crate) async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Response<Incoming>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    #[allow(clippy::disallowed_methods)] // a test's own; it ends with the connection
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}
