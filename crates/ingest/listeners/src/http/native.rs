//! `/ingest`: the site's own words, and `/ingest/batches`, those of its collectors.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use serde_json::{Value, json};

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
    let told = |Accepted { records, known }| json!({ "accepted": records, "known": known });
    answer(&gate, taken.map(|taken| told(taken.accepted)))
}

pub(super) async fn relay(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let taken = gate.relay(peer, request).await;
    answer(&gate, taken.map(|taken| json!(taken)))
}

fn answer(gate: &Gate, taken: Result<Value, Refusal>) -> Response {
    match taken {
        Ok(told) => answers::json(200, told.to_string()),
        Err(refusal) => {
            gate.refused("http", &refusal);
            let error = json!({ "message": refusal.message(), "fix": refusal.fix() });
            let body = json!({ "error": error }).to_string();
            answers::again(answers::json(refusal.status(), body), &refusal)
        }
    }
}
