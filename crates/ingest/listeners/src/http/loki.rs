//! Loki's push.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::answers;
use super::decode::Form;
use super::gate::{Gate, Identity};

pub(super) async fn push(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let form = if json {
        Form::LokiJson
    } else {
        Form::LokiProtobuf
    };
    match gate.take(peer, request, form, Identity::Content).await {
        Ok(_) => {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::NO_CONTENT;
            answer
        }
        Err(refusal) => {
            gate.refused("loki", &refusal);
            let text = refusal.message() + "\n";
            answers::again(answers::text(refusal.status(), text), &refusal)
        }
    }
}

pub(super) async fn ready() -> Response {
    answers::text(200, "ready\n")
}
