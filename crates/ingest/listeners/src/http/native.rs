//! `/ingest`: the site's own words.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use serde_json::json;

use super::answers;
use super::decode::Form;
use super::gate::{Gate, Identity};

pub(super) async fn ingest(
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match gate.take(peer, request, Form::Any, Identity::Key).await {
        Ok(taken) => {
            let accepted = taken.accepted;
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
