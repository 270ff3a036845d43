//! What all answers have in common.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::refusal::Refusal;

/// Seconds after which a sender that was pushed back should come again.
const AGAIN_AFTER: &str = "1";

pub(super) fn json(status: u16, body: impl Into<Body>) -> Response {
    typed(status, "application/json", body)
}

pub(super) fn text(status: u16, body: impl Into<Body>) -> Response {
    typed(status, "text/plain; charset=utf-8", body)
}

pub(super) fn typed(status: u16, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = StatusCode::from_u16(status).expect("the literals are statuses");
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Says when to come again, if that may help.
pub(super) fn again(mut answer: Response, refusal: &Refusal) -> Response {
    let headers = answer.headers_mut();
    if refusal.passes() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(AGAIN_AFTER));
    }
    answer
}
