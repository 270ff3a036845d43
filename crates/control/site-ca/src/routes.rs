//! What hosts speak to, over TLS.

use std::time::Duration;

use aurora_model::enrol;
use aurora_tls::Leaf;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use tracing::{error, warn};

use crate::{Book, Error};

/// Bytes of a request; a host's first word has some 500.
const MAX_BODY: usize = 16 * 1024;
const WITHIN: Duration = Duration::from_secs(15);

/// Enrolling and renewing. Whose certificate a connection showed stands in the request's extensions as
/// a [`Leaf`]; without one there is only enrolling.
pub fn routes(book: Book) -> Router {
    Router::new()
        .route(enrol::PATH, post(first))
        .route(enrol::RENEW, post(again))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(within))
        .with_state(book)
}

/// Whoever sends slowly holds a place that others may want.
async fn within(request: Request, next: Next) -> Response {
    match tokio::time::timeout(WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refusal(
            StatusCode::REQUEST_TIMEOUT,
            "the request did not come in time",
            "try again",
        ),
    }
}

async fn first(
    State(book): State<Book>,
    asked: Result<Json<enrol::Enrol>, JsonRejection>,
) -> Response {
    match asked {
        Ok(Json(asked)) => answer(book.redeem(&asked).await),
        Err(rejection) => unread(&rejection),
    }
}

async fn again(
    State(book): State<Book>,
    leaf: Option<Extension<Leaf>>,
    asked: Result<Json<enrol::Renew>, JsonRejection>,
) -> Response {
    let id = leaf.as_ref().and_then(|leaf| leaf.id.who().as_edge());
    let Some(id) = id else {
        return answer(Err(Error::Denied));
    };
    match asked {
        Ok(Json(asked)) => answer(book.renew(id, &asked).await),
        Err(rejection) => unread(&rejection),
    }
}

fn answer(done: Result<enrol::Enrolled, Error>) -> Response {
    let error = match done {
        Ok(enrolled) => return Json(enrolled).into_response(),
        Err(error) => error,
    };
    let (status, fix) = match &error {
        Error::Token => (
            StatusCode::UNAUTHORIZED,
            "make one with `aurorasoc enrol token` on the site and use it once, within its minutes",
        ),
        Error::Host(_) => (
            StatusCode::FORBIDDEN,
            "make a token whose `--host` fits this host's name",
        ),
        Error::Denied => (
            StatusCode::FORBIDDEN,
            "make a token with `aurorasoc enrol token` on the site and enrol again",
        ),
        Error::HostName(_) | Error::Request(_) => {
            (StatusCode::BAD_REQUEST, "use a collector of this release")
        }
        failed => {
            error!(
                error = aurora_tasks::chain(failed),
                "a host cannot be served"
            );
            return refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "the site cannot do this now",
                "try again later",
            );
        }
    };
    warn!(%error, "a host was refused");
    refusal(status, &error.to_string(), fix)
}

fn unread(rejection: &JsonRejection) -> Response {
    refusal(
        rejection.status(),
        "the body is not what a host says here",
        "use a collector of this release",
    )
}

fn refusal(status: StatusCode, message: &str, fix: &str) -> Response {
    let body = json!({ "error": { "message": message, "fix": fix } });
    (status, Json(body)).into_response()
}
