//! `/ingest`: the site's own words, and `/ingest/batches`, those of its collectors.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use serde_json::json;

use super::answers;
use super::decode::Form;
use super::gate::{Gate, Identity};
use super::refusal::Refusal;
use crate::Accepted;

pub(super) async fn ingest(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let taken = gate.take(peer, request, Form::Any, Identity::Key).await;
    answer(&gate, taken.map(|taken| taken.accepted))
}

pub(super) async fn relay(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let accepted = gate.relay(peer, request).await;
    answer(&gate, accepted)
}

fn answer(gate: &Gate, taken: Result<Accepted, Refusal>) -> Response {
    match taken {
        Ok(accepted) => {
            let answer = json!({ "accepted": accepted.records, "known": accepted.known });
            answers::json(200, answer.to_string())
        }
        Err(refusal) => {
            gate.refused("http", &refusal);
            let error = json!({ "message": refusal.message(), "fix": refusal.fix() });
            let body = json!({ "error": error }).to_string();
            answers::again(answers::json(refusal.status(), body), &refusal)
        }
    }
}
