use std::path::Path;
use std::pin::{Pin, pin};
use std::time::Duration;

use aurora_messages::ErrorBody;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use crate::Error;

/// Longer than any of the site's own limits.
const PATIENCE: Duration = Duration::from_secs(240);

/// What moves bytes while a request is under way. It is polled beside the request and not in a
/// task of its own, so that dropping the request ends it.
pub(crate) type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A request with its whole body.
pub(crate) type Asked = Request<Full<Bytes>>;

/// One request and its whole answer.
pub(crate) async fn call<T: DeserializeOwned>(
    socket: &Path,
    request: Request<Full<Bytes>>,
) -> Result<T, Error> {
    let exchange = async {
        let (mut connection, response) = send(socket, request).await?;
        let status = response.status();
        let body = beside(&mut connection, response.into_body().collect()).await;
        let body = body.map_err(Error::broken)?.to_bytes();
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(Error::Unreadable);
        }
        Err(refusal(status.as_u16(), &body))
    };
    tokio::time::timeout(PATIENCE, exchange)
        .await
        .unwrap_or(Err(Error::Silent))
}

/// Sends a request; the answer's body is still to be read, beside the connection.
pub(crate) async fn send(
    socket: &Path,
    request: Request<Full<Bytes>>,
) -> Result<(Connection, Response<Incoming>), Error> {
    let stream = UnixStream::connect(socket)
        .await
        .map_err(|error| not_connected(socket, error))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(Error::broken)?;
    let mut connection: Connection = Box::pin(async move {
        // The request sees the same failure.
        drop(connection.await);
    });
    let response = beside(&mut connection, sender.send_request(request)).await;
    Ok((connection, response.map_err(Error::broken)?))
}

/// Drives the connection while `work` waits for it.
pub(crate) async fn beside<F: Future>(connection: &mut Connection, work: F) -> F::Output {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = work.as_mut() => done,
        () = connection.as_mut() => {
            *connection = Box::pin(std::future::pending());
            work.await
        }
    }
}

pub(crate) fn request(method: Method, target: &str, body: &impl Serialize) -> Request<Full<Bytes>> {
    let body = serde_json::to_vec(body).expect("messages are plain data");
    build(method, target, Bytes::from(body))
}

/// With the approval that was given for it.
pub(crate) fn naming(mut request: Asked, approval: Option<&str>) -> Result<Asked, Error> {
    if let Some(approval) = approval {
        let approval = HeaderValue::from_str(approval).map_err(Error::broken)?;
        request.headers_mut().insert("aurora-approval", approval);
    }
    Ok(request)
}

pub(crate) fn bare(method: Method, target: &str) -> Request<Full<Bytes>> {
    build(method, target, Bytes::new())
}

fn build(method: Method, target: &str, body: Bytes) -> Request<Full<Bytes>> {
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header(header::HOST, "localhost");
    let request = if body.is_empty() {
        request
    } else {
        request.header(header::CONTENT_TYPE, "application/json")
    };
    request
        .body(Full::new(body))
        .expect("targets are percent-encoded")
}

pub(crate) fn refusal(status: u16, body: &[u8]) -> Error {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(ErrorBody { error }) => Error::Refused {
            status,
            code: error.code,
            message: error.message,
            fix: error.fix,
        },
        Err(error) => Error::Unreadable(error),
    }
}

fn not_connected(socket: &Path, error: std::io::Error) -> Error {
    let socket = socket.to_owned();
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused => {
            Error::NotRunning { socket }
        }
        std::io::ErrorKind::PermissionDenied => Error::NotAllowed { socket },
        _ => Error::broken(error),
    }
}
