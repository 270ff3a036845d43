use std::sync::Arc;
use std::time::Duration;

use aurora_audit::witness::{AddCheckpoint, Refusal};
use aurora_clock::Clock;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use tracing::{info, warn};

use crate::{Cosigned, Error, Witness};

/// 63 hashes and a checkpoint with a few signatures have some 5 kB.
const MAX_BODY: usize = 64 * 1024;
const WITHIN: Duration = Duration::from_secs(15);
const SIZE: &str = "text/x.tlog.size";
const TEXT: &str = "text/plain; charset=utf-8";

#[derive(Clone)]
struct Served {
    witness: Arc<Witness>,
    clock: Arc<dyn Clock>,
}

/// `POST /add-checkpoint` (C2SP tlog-witness): a cosignature with 200; 400, 403, 404, 409 with the size that was
/// seen, or 422.
pub fn routes(witness: Arc<Witness>, clock: Arc<dyn Clock>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(within))
        .with_state(Served { witness, clock })
}

/// Whoever sends slowly holds a place that others may want.
async fn within(request: Request, next: Next) -> Response {
    match tokio::time::timeout(WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

async fn add(State(served): State<Served>, body: Bytes) -> Response {
    // Writes and syncs belong on a thread that may wait.
    let added = tokio::task::spawn_blocking(move || {
        let request = AddCheckpoint::parse(&body).map_err(Error::Malformed)?;
        served.witness.add(&request, served.clock.now())
    });
    match added.await {
        Ok(Ok(cosigned)) => signed(&cosigned),
        Ok(Err(error)) => refused(&error),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn signed(Cosigned { note, signature }: &Cosigned) -> Response {
    let mut lines = note.text.lines();
    let (log, entries) = (lines.next(), lines.next());
    info!(log, entries, "a checkpoint was cosigned");
    let headers = [(header::CONTENT_TYPE, TEXT)];
    (headers, signature.to_string()).into_response()
}

fn refused(error: &Error) -> Response {
    let told = aurora_tasks::chain(error);
    let (status, kind, body) = match error {
        Error::Refused(Refusal::Moved { size }) => (409, SIZE, format!("{size}\n")),
        Error::Refused(Refusal::Forked { size }) => {
            warn!(size, "two roots of one size were shown: a log was forked");
            (409, SIZE, format!("{size}\n"))
        }
        Error::Refused(refusal) => (refusal.status(), TEXT, format!("{refusal}\n")),
        Error::Malformed(_) => (400, TEXT, format!("{told}\n")),
        // What is wrong here is nobody else's to know.
        _ => {
            warn!(reason = told, "nothing could be cosigned");
            (
                500,
                TEXT,
                "the witness cannot keep what it sees\n".to_owned(),
            )
        }
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
